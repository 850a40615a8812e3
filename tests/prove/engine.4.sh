#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every official configuration becomes a random-weight model (4B and 9B only where the disk has room); 0.8B and 2B run.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ids=$(seq -s, 1 64)
for size in 0.8b 2b 4b 9b; do
  need_kb=$(case $size in 0.8b) echo 2000000;; 2b) echo 5000000;; 4b) echo 11000000;; *) echo 22000000;; esac)
  if (($(df --output=avail -k "$work" | tail -1) < need_kb)); then
    echo "figure: $size: not run, the disk has no room"
    continue
  fi
  begun=$SECONDS
  build/release/capy init "tests/golden/configs/config.qwen3.5-$size.json" "$work/m" --seed 1 2>/dev/null
  echo "figure: $size: made in $((SECONDS - begun)) s; $(build/release/capy show "$work/m" --json | python3 -c '
import json, sys
def flat(value, name=""):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flat(part, f"{name}.{key}" if name else key)
    elif not isinstance(value, list):
        yield name, value
wanted = ("parameters.total", "bytes", "per_token", "state", "context")
print(", ".join(f"{k} {v}" for k, v in flat(json.load(sys.stdin)) if any(w in k for w in wanted))[:600])')"
  if [[ $size == 0.8b || $size == 2b ]]; then
    for type in bf16 int8; do
      build/release/capy run -m "$work/m" --tokens "$ids" --ignore-eos --temperature 0 --max-tokens 16 --type $type --json |
        tail -1 | python3 -c "
import json, sys
out = json.load(sys.stdin)
t = out['timings']
print(f'figure: $size $type: 64 tokens in, {len(out[\"tokens\"])} out, prefill {64 / t[\"prefill_seconds\"]:.0f} tokens/s, decode {15 / t[\"decode_seconds\"]:.1f} tokens/s')"
    done
  fi
  rm -rf "$work/m"
done
