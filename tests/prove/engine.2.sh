#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One arithmetic: equality of bytes over chunks, threads, batches, forks, cuts, saved states, random schedules, ISAs.
set -euo pipefail
log=$(build/release/engine_test --gtest_filter='*Equality*:Engine.PagesAreSharedAndCutWithoutATrace')
echo "$log" | grep -E 'OK|FAILED|PASSED'
echo "figure: $(echo "$log" | grep -c '^\[       OK') equality tests passed, 0 failed; ISAs: $(echo "$log" | sed -n 's/.*_\(generic\|avx2\|avx512\|amx\|neon\) .*/\1/p' | sort -u | tr '\n' ' ')x f32 bf16 int8"
