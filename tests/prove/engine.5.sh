#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of hostile files, 20 minutes of processor time each (FUZZ_SECONDS for less), under ASan and UBSan. All at
# once: what else the machine does makes it slower and not shorter.
set -euo pipefail
seconds=${FUZZ_SECONDS:-1200}
targets=(gguf safetensors tokenizer jinja config)
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}" >/dev/null
work=build/prove/fuzz
mkdir -p "$work" # what earlier runs have learnt stays
rm -f "$work"/crash-*
declare -A pids=()
for name in "${targets[@]}"; do
  mkdir -p "$work/$name"
  build/fuzz/tests/fuzz/fuzz_$name -max_len=8192 -timeout=120 -report_slow_units=120 -rss_limit_mb=3000 -print_final_stats=1 \
    -artifact_prefix="$work/crash-$name-" "$work/$name" "tests/fuzz/corpus/$name" >"$work/$name.log" 2>&1 &
  pids[$name]=$!
done
ticks=$((seconds * $(getconf CLK_TCK)))
failed=0
while ((${#pids[@]})); do
  sleep 5
  for name in "${!pids[@]}"; do
    used=$(awk '{print $14 + $15}' "/proc/${pids[$name]}/stat" 2>/dev/null || echo 0)
    if ((used >= ticks)); then
      kill -USR1 "${pids[$name]}" || true # libFuzzer's orderly end
    elif kill -0 "${pids[$name]}" 2>/dev/null; then
      continue
    fi
    wait "${pids[$name]}" || failed=1
    unset "pids[$name]"
  done
done
for name in "${targets[@]}"; do
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
  found=$(find "$work" -name "crash-$name-*" | wc -l)
  echo "figure: fuzz_$name: $seconds s of processor time, ${runs:-?} executions, corpus of $(find "$work/$name" -type f | wc -l) files, $found finds"
  ((found == 0)) || failed=1
done
exit $failed
