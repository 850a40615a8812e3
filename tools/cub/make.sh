#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes cub: texts, tokenizer, data sets, pretraining, tuning, quantising. Each stage is left out when its result is there, and
# training goes on where it was, so the same command may be given again and again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

if (($# < 2)); then
  cat >&2 <<'END'
usage: tools/cub/make.sh DATA OUT

DATA has stories_simple, stories_kids and qa_words as .jsonl.zst; OUT is made. In the environment, for a smaller one:
  CUB_CONFIG    the shape: tools/cub/config.json
  CUB_RECORDS   records of the small world, 400000
  CUB_STEPS     steps of pretraining, 8,192 tokens each: 12000
  CUB_TUNE      steps of tuning: 600
END
  exit 2
fi
data=$1
out=$2
here=tools/cub
capy=${CAPY_PROGRAM:-build/release/capy}
records=${CUB_RECORDS:-400000}
steps=${CUB_STEPS:-12000}
tune_steps=${CUB_TUNE:-600}
mkdir -p "$out"

# stage RESULT COMMAND...
stage() {
  local result=$1
  shift
  [[ -e $out/$result ]] && return 0
  echo "== $result" >&2
  "$@"
}

learn_words() {
  head -30000 "$out/texts/world.jsonl" >"$out/sample.jsonl"
  "$capy" tokenizer train "$out/tokenizer" "$out/sample.jsonl" "$out/texts/simple.jsonl" "$out/texts/kids.jsonl" --vocabulary 4096 \
    --special chat --template "$here/chat_template.jinja" >&2
  rm "$out/sample.jsonl"
}

# What the codes of int4 are chosen for.
make_calibration() {
  python3 -c 'import json, sys; [print(json.loads(line)["text"], end="\n\n") for line in sys.stdin]' \
    <"$out/texts/held_world.jsonl" >"$out/calibration.part"
  mv "$out/calibration.part" "$out/texts/calibration.txt"
}

# Conversations: as many short ones about this and that as stories with what people ask of them.
make_talk() {
  local count=$((tune_steps * 30)) world=tools/small_world/generate.py
  {
    python3 "$world" --kind chat --count "$count" --seed 2
    python3 "$world" --kind mix --count $((count * 2)) --seed 2 | grep '"messages"'
  } >"$out/talk.part"
  mv "$out/talk.part" "$out/texts/talk.jsonl"
}

make_start() {
  rm -rf "$out/start.part"
  "$capy" init "${CUB_CONFIG:-$here/config.json}" "$out/start.part" --seed 1 >&2
  cp "$out"/tokenizer/* "$out/start.part"
  mv "$out/start.part" "$out/start"
}

stage texts/held_world.jsonl python3 "$here/texts.py" "$data" "$records" "$out/texts" >&2
stage tokenizer/tokenizer.json learn_words
for name in world simple kids words held_out held_world; do
  stage "data/$name/manifest.json" "$capy" data build "$out/data/$name" "$out/texts/$name.jsonl" --tokenizer "$out/tokenizer" --learn all >&2
done
stage start make_start
cp "$here/pretrain.toml" "$out/pretrain.toml"
"$capy" train "$out/pretrain.toml" --set steps="$steps" --set decay_steps=$((steps / 10)) --set warmup_steps=$((steps < 300 ? steps / 10 : 30)) >&2
stage texts/talk.jsonl make_talk
"$capy" tune "$out/pretrained" "$out/texts/talk.jsonl" --out "$out/tuned" --config "$here/tune.toml" --steps "$tune_steps" >&2
stage texts/calibration.txt make_calibration
stage cub/config.json "$capy" quantize "$out/tuned" "$out/cub" --type int4 --calibrate "$out/texts/calibration.txt" >&2
cp "$here/generation_config.json" "$out/cub" # how boldly it speaks
"$capy" show "$out/cub"
