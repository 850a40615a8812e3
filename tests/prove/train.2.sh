#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bytes: threads, accumulation, packing; a run that is killed fifty times; 200 steps with one thread and with two.
set -euo pipefail
log=$(build/release/train_test --gtest_filter='*Bytes*:*SameBytes*:GradientSum.*:TrainStates.*')
figures=$(grep -c '^\[       OK' <<<"$log")
echo "figure: $figures tests of equal bytes passed: packed and alone, layers computed again, ISAs and threads, sums by leaves, resume"

log=$(CAPY_BINARY=$PWD/build/release/capy CAPY_TEST_KILLS=${TRAIN_KILLS:-50} PYTHONPATH=tests/e2e python3 -m unittest -v train_test \
  -k test_killed_runs 2>&1) || { echo "$log" >&2; exit 1; }
echo "figure: $(grep -o '[0-9]* kills' <<<"$log") at random moments (SIGKILL, the last SIGINT): the same weights as the run without any"

work=build/prove/train/bytes
rm -rf "$work"
mkdir -p "$work"
python3 tools/small_world/generate.py --kind stories --count 300 >"$work/text.jsonl"
build/release/capy tokenizer train "$work/tokenizer" "$work/text.jsonl" --vocabulary 512 --special chat >/dev/null
python3 - "$work/config.json" <<'END'
import json, sys
config = json.load(open("tests/golden/configs/config.train-9.3m.json"))
text = config["text_config"]
text.update(hidden_size=64, num_hidden_layers=4, layer_types=text["layer_types"][:4], intermediate_size=96, vocab_size=512,
            num_attention_heads=2, num_key_value_heads=1, head_dim=32, linear_num_key_heads=2, linear_num_value_heads=2,
            linear_key_head_dim=32, linear_value_head_dim=32)
text["rope_parameters"]["mrope_section"] = [2, 1, 1]
json.dump(config, open(sys.argv[1], "w"))
END
build/release/capy init "$work/config.json" "$work/start" --seed 1 >/dev/null
cp "$work"/tokenizer/* "$work/start"
build/release/capy data build "$work/data" "$work/text.jsonl" --tokenizer "$work/tokenizer" >/dev/null
cat >"$work/run.toml" <<'END'
model = "start"
out = "one"
sample_tokens = 128
step_tokens = 1024
steps = 200
optimizer = "muon"
learning_rate = 4e-3
[[data]]
directory = "data"
END
build/release/capy train "$work/run.toml" --set threads=1 --set out="$work/one" >/dev/null
build/release/capy train "$work/run.toml" --set threads=2 --set out="$work/two" >/dev/null
cmp "$work/one/model.safetensors" "$work/two/model.safetensors"
echo "figure: 200 steps with Muon: 1 and 2 threads wrote the same $(stat -c %s "$work/one/model.safetensors") bytes, loss $(
  tail -1 "$work/one/log.jsonl" | python3 -c 'import json, sys; print("%.3f" % json.loads(sys.stdin.read())["loss"])')"
