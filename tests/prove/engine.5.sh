#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of hostile files, 20 minutes each (FUZZ_SECONDS for less), all at once, under ASan and UBSan.
set -euo pipefail
seconds=${FUZZ_SECONDS:-1200}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz_gguf fuzz_safetensors fuzz_tokenizer fuzz_jinja fuzz_config >/dev/null
work=build/prove/fuzz
mkdir -p "$work"
for name in gguf safetensors tokenizer jinja config; do
  mkdir -p "$work/$name"
  build/fuzz/tests/fuzz/fuzz_$name -max_len=8192 -max_total_time="$seconds" -timeout=25 -rss_limit_mb=3000 -print_final_stats=1 \
    -artifact_prefix="$work/crash-$name-" "$work/$name" "tests/fuzz/corpus/$name" >"$work/$name.log" 2>&1 &
done
failed=0
wait -n || failed=1
wait || failed=1
for name in gguf safetensors tokenizer jinja config; do
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
  found=$(find "$work" -name "crash-$name-*" | wc -l)
  echo "figure: fuzz_$name: $seconds s, ${runs:-?} executions, corpus of $(find "$work/$name" -type f | wc -l) files, $found finds"
  ((found == 0)) || failed=1
done
exit $failed
