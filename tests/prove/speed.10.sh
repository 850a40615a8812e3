#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Drafting: speed over none against the share of drafts accepted, which is set by hand since random weights draft nothing.
. tests/prove/speed.bash
"$capy" bench --help | grep -q -- --acceptance || fail "this version has no drafting to measure (capy bench --acceptance)"
model=$(random_model 0.8b)
bench undrafted "$model" --type int4 --prompt 0 --generate 64
plain=$(field "$work/undrafted.json" 'd["decode_tok_s"]')
for acceptance in 0 0.25 0.5 0.75 0.9 1; do
  bench drafted "$model" --type int4 --prompt 0 --generate 64 --acceptance $acceptance
  speedup=$(ratio "$(field "$work/drafted.json" 'd["decode_tok_s"]')" "$plain")
  if [[ $acceptance == 0 ]]; then
    goal "drafting when nothing is accepted, over none" "$speedup" at_least 0.97 times
  else
    figure "drafting at an acceptance of $acceptance, over none: $speedup times"
  fi
done
