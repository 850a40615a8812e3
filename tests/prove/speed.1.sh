#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prefill of 512 tokens beside the peers; matrix products alone as a share of the processor's own peak.
. tests/prove/speed.bash
side_by_side prefill --parts prefill
int4=$(of prefill prefill prefill capy int4)
peer=$(best prefill prefill prefill llama.cpp ik_llama.cpp)
goal "prefill 512, int4" "$int4" at_least 2500 tokens/s
goal "prefill 512, int4, over the best peer ($peer tokens/s)" "$(ratio "$int4" "$peer")" at_least 8 times
goal "prefill 512, bf16" "$(of prefill prefill prefill capy bf16)" at_least 1500 tokens/s
figure "prefill 512, int8: $(of prefill prefill prefill capy int8) tokens/s"

# One core's products against one core's peak, by the thread's own time.
bench peak "$(random_model 0.8b)" --type int4 --prompt 64 --generate 0 --repeat 1
peak=$(field "$work/peak.json" 'd["limits"].get("operations_s", 0) / d["threads"]')
isa=$(field "$work/peak.json" 'd["isa"]')
program=$(find build/release -name kernel_bench -type f -perm -u+x)
for type in int4 int8; do
  speed=$("$program" "$isa" -f "$type 512 x [3584, 1024]" | awk '{for (i = 2; i <= NF; ++i) if ($i == "GFLOP/s") print $(i - 1)}')
  [[ -n $speed ]] || fail "kernel_bench measured no $type product of $isa"
  goal "products alone, $type 512 x [3584, 1024], $isa, share of $(field "$work/peak.json" 'd["limits"].get("instruction", "?")')" \
    "$(python3 -c "print($speed * 1e9 / ($peak or float('inf')))")" at_least 0.5
done
has_amx || figure "the bounds are for a processor with AMX; this one has none"
