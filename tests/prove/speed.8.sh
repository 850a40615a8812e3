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

# Errors of tensors that were never 4-bit are what capy quantize reports.
if "$capy" quantize --help >/dev/null 2>&1; then
  "$capy" quantize "$(random_model 0.8b)" "$work/report" --type int4 2>"$work/report.txt" >&2 || fail "capy quantize failed"
  figure "capy quantize, 0.8B shape: $(grep -iE 'error' "$work/report.txt" | tail -1)"
  rm -rf "$work/report"
else
  figure "tensor errors: not measured, this version has no capy quantize"
fi

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
