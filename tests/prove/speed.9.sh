#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Equality of bytes: every kernel against generic, and the engine's answers over chunks, threads, batches, forks, cuts and ISAs.
. tests/prove/speed.bash
kernels=$(build/release/kernels_test 2>&1) || fail "kernels_test failed: $(tail -5 <<<"$kernels")"
figure "kernels_test: $(grep -c '^\[       OK' <<<"$kernels") tests passed, $(grep -c '^\[  SKIPPED' <<<"$kernels") skipped; tables: $("$capy" doctor --json | python3 -c '
import json, re, sys
print(" ".join(sorted(set(re.findall(r"generic|avx512|avx2|amx|neon", json.dumps(json.load(sys.stdin)))))))')"
for program in model_test engine_test; do
  [[ -x build/release/$program ]] || continue
  log=$(build/release/$program --gtest_filter='*Equal*:*Same*:*Cut*' 2>&1) || fail "$program: $(grep FAILED <<<"$log")"
  figure "$program: $(grep -c '^\[       OK' <<<"$log") equality tests passed; types: $(grep -o '^\[       OK.*' <<<"$log" | grep -oE 'f32|bf16|int8|int4' | sort -u | tr '\n' ' '); ISAs: $(
    grep -o '^\[       OK.*' <<<"$log" | grep -oE 'generic|avx2|avx512|amx|neon' | sort -u | tr '\n' ' ')"
done

# Whole logits of a real shape: the same bytes whatever the ISA, the number of threads and the chunk.
model=$(random_model 0.8b)
ids=$(seq -s, 1000 1015)
for type in int8 int4 bf16; do
  expected=""
  ran=""
  for isa in generic avx2 avx512 amx neon; do
    CAPY_ISA=$isa "$capy" logits "$model" --tokens 1 --type $type --out "$work/l.npy" >/dev/null 2>&1 || continue # not on this machine
    for run in "1 64" "2 7"; do
      read -r count chunk <<<"$run"
      CAPY_ISA=$isa "$capy" logits "$model" --tokens "$ids" --type $type --threads "$count" --chunk "$chunk" --out "$work/l.npy" >/dev/null 2>&1 ||
        fail "capy logits --type $type failed on $isa"
      sum=$(sha256sum <"$work/l.npy")
      [[ -z $expected || $sum == "$expected" ]] || fail "$type: the logits of $isa with $count threads in chunks of $chunk differ"
      expected=$sum
      ran+=" $isa/$count/$chunk"
    done
  done
  [[ -n $expected ]] || fail "no logits of $type could be computed"
  figure "$type, 16 tokens of the 0.8B shape, ISA/threads/chunk$ran: the same bytes"
done
