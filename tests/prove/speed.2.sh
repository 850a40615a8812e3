#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Decoding of 128 tokens beside the peers, and as a share of the memory's limit counted from the bytes really read.
. tests/prove/speed.bash
side_by_side decode --parts decode
int4=$(of decode decode decode capy int4)
peer=$(best decode decode decode llama.cpp ik_llama.cpp)
goal "decode 128, int4" "$int4" at_least 65 tokens/s
goal "decode 128, int4, over the best peer ($peer tokens/s)" "$(ratio "$int4" "$peer")" at_least 2 times
for type in int4 int8 bf16; do
  goal "decode 128, $type, share of the memory's limit" "$(of decode decode "decode, share of limit" capy $type)" at_least 0.85
done

# The default mix exists in files that capy quantize writes.
model=$(random_model 0.8b)
if "$capy" quantize --help >/dev/null 2>&1; then
  [[ -d $work/mix ]] || "$capy" quantize "$model" "$work/mix" --type int4 >&2
  bench mix "$work/mix" --prompt 0
  goal "decode 128, the default mix of capy quantize" "$(field "$work/mix.json" 'd["decode_tok_s"]')" at_least 58 tokens/s
  goal "its share of the memory's limit" "$(field "$work/mix.json" 'd["results"][0]["decode"][0]["share_of_limit"]')" at_least 0.85
else
  figure "default mix: not measured, this version has no capy quantize"
fi

# The two-plane head beside the same model whose int8 head is read whole: in turns, since other work may slow one of them.
two_plane=()
whole=()
for round in $(seq "$rounds"); do
  bench "two_plane.$round" "$model" --type int4 --prompt 0 --repeat 1
  bench "whole_head.$round" "$model" --type int4 --prompt 0 --repeat 1 --whole-head
  two_plane+=("$(field "$work/two_plane.$round.json" 'd["decode_tok_s"]')")
  whole+=("$(field "$work/whole_head.$round.json" 'd["decode_tok_s"]')")
done
median() { printf '%s\n' "$@" | sort -g | sed -n "$((($# + 1) / 2))p"; }
goal "decode 128, the two-plane head over the whole int8 head" "$(ratio "$(median "${two_plane[@]}")" "$(median "${whole[@]}")")" at_least 1.25 times
figure "bytes a step reads, two-plane head: $(field "$work/two_plane.1.json" 'd["results"][0]["decode"][0]["step_bytes"]'), whole: $(field "$work/whole_head.1.json" 'd["results"][0]["decode"][0]["step_bytes"]')"
