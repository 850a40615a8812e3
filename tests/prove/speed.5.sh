#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Long contexts: prefill and decoding at depth, beside the peers as far as they get in the time. SPEED_WHOLE=1 runs the whole
# prompt of 262,144 tokens however long it takes; otherwise it is run only where it would end within the bound or nearly so.
. tests/prove/speed.bash
model=$(random_model 0.8b)
depths=0,4096
((${SPEED_WHOLE:-0} == 0)) || depths=0,4096,16384,32768
rounds=1
side_by_side depth --parts depth --widths 4 --depths "$depths" --seconds-max 200
for depth in ${depths//,/ }; do
  for name in prefill decode; do
    figure "$name at depth $depth: capy int4 $(of depth depth "$name at $depth" capy int4) tokens/s, llama.cpp $(best depth depth \
      "$name at $depth" llama.cpp || echo -), ik_llama.cpp $(best depth depth "$name at $depth" ik_llama.cpp || echo -)"
  done
done

deepest=32768
speed=$(of depth depth "prefill at 4096" capy int4)
if (($(python3 -c "print(int(32768 / $speed))") > 240)) && ((${SPEED_WHOLE:-0} == 0)); then
  deepest=8192 # a slow processor: what can be measured in minutes
  figure "depth 32,768: not measured here, its context alone would take more than four minutes (SPEED_WHOLE=1 runs it)"
fi
bench depth "$model" --type int4 --depth $deepest --prompt 512 --generate 32 --repeat 1
read -r prefill share <<<"$(field "$work/depth.json" '"%f %f" % (d["prefill_tok_s"], d["results"][0]["decode"][0]["share_of_limit"])')"
goal "prefill at depth $deepest, int4" "$prefill" at_least 900 tokens/s
goal "decode at depth $deepest, int4, share of the limit counted from bytes really read" "$share" at_least 0.85

if (($(python3 -c "print(int(262144 / $prefill))") > 1000)) && ((${SPEED_WHOLE:-0} == 0)); then
  figure "262,144 tokens: NOT REACHED: at $prefill tokens/s at depth $deepest they take more than 14 minutes (SPEED_WHOLE=1 runs them)"
  exit 0
fi
bench whole "$model" --type int4 --prompt 0 --depth 262080 --generate 32 --repeat 1 &
begun=$SECONDS
wait $!
goal "262,144 tokens of context and 32 decoded behind them" $((SECONDS - begun)) at_most 840 s
goal "resident at most" "$(field "$work/whole.json" 'd["rss_bytes"] / 2**30')" at_most 4 GiB
figure "decode behind them: $(field "$work/whole.json" 'd["decode_tok_s"]') tokens/s"
