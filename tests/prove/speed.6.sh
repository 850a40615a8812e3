#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The first request of a coding agent: 17,456 tokens, from exec to the first token, nothing cached.
. tests/prove/speed.bash
model=$(random_model 0.8b)
cat "$model"/*.safetensors >/dev/null # only the page cache is warm
begun=$(date +%s.%N)
timeout 540 "$capy" run -m "$model" --type int4 --threads "$threads" --tokens "$(seq -s, 1000 18455)" --max-tokens 1 --temperature 0 \
  --ignore-eos --context 20000 --json >"$work/agent.json" && code=0 || code=$?
if ((code == 124)); then
  figure "17,456 tokens: NOT REACHED: no first token after 540 s (at most 10 s)"
elif ((code == 0)); then
  [[ -s $work/agent.json ]] || fail "capy run failed"
  goal "17,456 tokens, exec to first token" "$(python3 -c "import time; print(time.time() - $begun)")" at_most 10 s
  tail -1 "$work/agent.json" >"$work/agent.last.json"
  figure "of these, prefill: $(field "$work/agent.last.json" 'd["timings"]["prefill_seconds"]') s"
else
  fail "capy run ended with $code"
fi
