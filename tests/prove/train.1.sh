#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Losses, every gradient and ten AdamW steps beside PyTorch's on tiny checkpoints; each operation by finite differences.
set -euo pipefail
out=build/prove/train
mkdir -p "$out"
build/release/train_test --gtest_filter='*Golden*:Operations/*:*Operations*:*FiniteDifferences*' --gtest_output=json:"$out/golden.json" >"$out/golden.log" || {
  grep FAILED "$out/golden.log" >&2
  exit 1
}
python3 - "$out/golden.json" <<'END'
import json, sys
suites = json.load(open(sys.argv[1]))["testsuites"]
tests = [t for suite in suites for t in suite["testsuite"]]
errors = {}
for t in tests:
    if "worst_error" in t:
        kind, name = t["name"].split("/")
        errors.setdefault(kind, []).append((float(t["worst_error"]), name))
for kind, found in errors.items():
    print(f"figure: {kind}: worst error of any tensor {max(found)[0]:.1e} of its norm ({', '.join(name for _, name in sorted(found))}; bound 1e-4)")
differences = sum("FiniteDifferences" in t["name"] for t in tests)
print(f"figure: {differences} tests of finite differences in f64, {len(tests)} tests in all, 0 failed")
END
