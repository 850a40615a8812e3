#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Drafting: speed over none against the share of drafts accepted, which is set by hand since random weights draft nothing.
# Drafted and undrafted runs alternate in one process.
. tests/prove/speed.bash
"$capy" bench --help | grep -q -- --acceptance || fail "this version has no drafting to measure (capy bench --acceptance)"
model=$(random_model 0.8b)
acceptances=(0 0.25 0.5 0.75 0.9 1)
bench drafted "$model" --type int4 --prompt 32 --generate 64 --repeat "$rounds" --acceptance "$(IFS=, && echo "${acceptances[*]}")"
for i in "${!acceptances[@]}"; do
  speedup=$(field "$work/drafted.json" "d['drafting'][$i]['ratio']")
  if [[ ${acceptances[$i]} == 0 ]]; then
    goal "drafting when nothing is accepted, over none" "$speedup" at_least 0.97 times
  else
    figure "drafting at an acceptance of ${acceptances[$i]}, over none: $speedup times"
  fi
done
