#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The quick tier on a fresh clone, as CI runs it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone -q . "$work/capy"
begun=$SECONDS
(cd "$work/capy" && CI=true bash .ci/run) | tee "$work/log" | tail -15
echo "figure: $(tail -1 "$work/log"); $((SECONDS - begun)) s; $(grep -m1 -o 'isas: .*' "$work/log" || true)"
