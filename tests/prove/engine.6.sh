#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No allocation while decoding; asan and tsan clean; exec to first token of the default model from a warm page cache.
set -euo pipefail
build/release/engine_test --gtest_filter='Engine.ADecodingStepAllocatesNothing' | tail -1
echo "figure: a decoding step calls malloc, operator new and mmap 0 times (70 steps of 3 requests, 3 models)"
for preset in asan tsan; do
  cmake --preset $preset >/dev/null
  cmake --build --preset $preset --target base_test engine_test >/dev/null
  build/$preset/base_test | tail -1
  build/$preset/engine_test --gtest_filter='-*generic*' | tail -1
  echo "figure: $preset: base_test and engine_test clean"
done
python3 - <<'END'
import statistics, subprocess, time
times = []
for _ in range(7):
    begun = time.perf_counter()
    run = subprocess.Popen(["build/release/capy", "run", "What is the capital of France?", "--temperature", "0"], stdout=subprocess.PIPE)
    run.stdout.read(1)
    times.append(time.perf_counter() - begun)
    run.stdout.read()
    run.wait()
print(f"figure: exec to first byte of the answer, warm: median {statistics.median(times) * 1000:.0f} ms, best {min(times) * 1000:.0f} ms (bound 300)")
END
