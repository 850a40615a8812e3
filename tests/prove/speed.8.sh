#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Quality of quantised weights beside llama.cpp's types, on SmolLM2-135M; 4B and 9B at int4 where the disk and memory have room.
. tests/prove/speed.bash
smollm=${CAPY_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/capy}/models/smollm2.gguf
[[ -f $smollm ]] || "$capy" run "Hello" >/dev/null
mkdir -p "$work/quality"
"$(peers_python)" tools/compare_llama.py --capy "$capy" --gguf "$smollm" --text tests/golden/text/willows.txt --work "$work/quality" \
  --threads "$threads" --skip perplexity,greedy,speed
figure "SmolLM2-135M comes from a Q4_1 file: llama.cpp's 4-bit types find weights that were 4-bit before; only Q4_0 is a fair peer"

# The same model with codes chosen for a text: measured on the end of the text, for which nothing was chosen.
for mix in "" --all-int4; do
  rm -rf "$work/chosen"
  "$capy" quantize "$work/quality/f32.gguf" "$work/chosen" --type int4 $mix --calibrate tests/golden/text/willows.txt --json \
    >"$work/chosen.json" 2>/dev/null || fail "capy quantize --calibrate failed"
  figure "capy quantize --calibrate, int4 ${mix:-(the mix)}: $(field "$work/chosen.json" '"%.2f bits a weight, KL divergence %.4f +- %.4f, same best token %.1f %%" %
    (d["bits_per_weight"], d["kl_divergence"], d["kl_divergence_error"], 100 * d["top1_agreement"])')"
done
"$capy" quantize "$work/quality/f32.gguf" "$work/plain8" --type int8 --json --calibrate tests/golden/text/willows.txt >"$work/plain8.json" 2>/dev/null ||
  fail "capy quantize failed"
figure "capy quantize, int8: $(field "$work/plain8.json" '"%.2f bits a weight, KL divergence %.4f" % (d["bits_per_weight"], d["kl_divergence"])')"

# Errors of tensors that were never 4-bit.
"$capy" quantize "$(random_model 0.8b)" "$work/report" --type int4 --json >"$work/report.json" 2>/dev/null || fail "capy quantize failed"
figure "capy quantize, 0.8B shape: $(field "$work/report.json" '"%.2f bits a weight; error of int4 matrices %.2f to %.2f %%" % (d["bits_per_weight"],
  100 * min(t["relative_error"] for t in d["tensors"] if t["to"] == "int4"), 100 * max(t["relative_error"] for t in d["tensors"] if t["to"] == "int4"))')"
rm -rf "$work/report" "$work/chosen" "$work/plain8"

for size in 4b 9b; do
  need_kb=$([[ $size == 4b ]] && echo 11000000 || echo 22000000)
  if (($(df --output=avail -k "$work" | tail -1) < need_kb || $(awk '/MemAvailable/ {print $2}' /proc/meminfo) < need_kb * 6 / 10)); then
    figure "$size: not measured here, disk or memory has no room for it"
    continue
  fi
  model=$(random_model $size)
  bench "$size" "$model" --type int4 --prompt 128 --generate 16 --repeat 1
  figure "$size, int4: prefill 128 $(field "$work/$size.json" '"%.1f tokens/s, decode 16 %.2f tokens/s, %.0f %% of the limit, %.2f GB resident" %
    (d["prefill_tok_s"], d["decode_tok_s"], 100 * d["results"][0]["decode"][0]["share_of_limit"], d["rss_bytes"] / 1e9)')"
  rm -rf "$model"
done
