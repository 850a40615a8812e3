#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an empty folder to a chat with one script: tokenizer, data, pretraining, tuning, quantising, an answer.
# CUB_DATA: the directory of texts that tools/cub/texts.py names.
. tests/prove/speed.bash
[[ -n ${CUB_DATA:-} ]] || fail "CUB_DATA is not set: the directory with stories_simple, stories_kids and qa_words"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
begun=$SECONDS
CUB_RECORDS=${CUB_RECORDS:-60000} CUB_STEPS=${CUB_STEPS:-160} CUB_TUNE=${CUB_TUNE:-60} CAPY_PROGRAM=$capy tools/cub/make.sh "$CUB_DATA" "$out" >"$work/loop.log" 2>&1 ||
  fail "tools/cub/make.sh failed: $(tail -3 "$work/loop.log")"
answer=$("$capy" run -m "$out/cub" "Tell me a story." --seed 1)
goal "from an empty folder to an answer" "$(python3 -c "print(($SECONDS - $begun) / 60)")" at_most 60 minutes
figure "it said: ${answer:0:160}"
