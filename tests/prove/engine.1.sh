#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Logits, greedy text, MTP, GGUF twins and adapters against the reference's goldens (f32).
set -euo pipefail
log=$(build/release/engine_test --gtest_filter='*Golden*')
echo "$log" | grep -E 'OK|FAILED|PASSED'
rows=$(echo "$log" | awk '/rows, worst/ {n += $1} END {print n}')
worst=$(echo "$log" | sed -n 's/.*worst logit difference \([^,]*\), log-prob \(.*\)/\1 \2/p' | sort -g | tail -1)
worst_logprob=$(echo "$log" | sed -n 's/.*log-prob \(.*\)/\1/p' | sort -g | tail -1)
echo "figure: $rows rows compared, worst logit difference ${worst% *} (bound 2e-3), worst log-prob difference $worst_logprob (bound 1e-3)"
echo "figure: $(echo "$log" | grep -c '^\[       OK') tests: $(echo "$log" | sed -n 's/.*All\/GoldenModels.LogitsAreTheReferences\/\([a-z0-9_]*\) .*/\1/p' | sort -u | tr '\n' ' '), GGUF twins, MTP heads, adapters on both"
