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

# The default mix and the two-plane head exist in files that capy quantize writes.
model=$(random_model 0.8b)
if "$capy" quantize --help >/dev/null 2>&1; then
  [[ -d $work/mix ]] || "$capy" quantize "$model" "$work/mix" --type int4 >&2
  bench mix "$work/mix" --prompt 0
  goal "decode 128, the default mix of capy quantize" "$(field "$work/mix.json" 'd["decode_tok_s"]')" at_least 58 tokens/s
  goal "its share of the memory's limit" "$(field "$work/mix.json" 'd["results"][0]["decode"][0]["share_of_limit"]')" at_least 0.85
else
  figure "default mix: not measured, this version has no capy quantize"
fi
figure "two-plane head: not measured, this version has none"
