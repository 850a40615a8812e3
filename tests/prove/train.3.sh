#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Speed of training on one core beside transformers, in turns: the 9.3M shape at T = 256, the delta rule at 256 and 4,096.
# TRAIN_PEERS: a Python with torch and transformers; made the first time otherwise.
. tests/prove/speed.bash
cmake --build build/release --target train_bench >/dev/null
bench=$(find build/release -name train_bench -type f -perm -u+x)
python=${TRAIN_PEERS:-build/venv-train/bin/python}
if [[ ! -x $python ]]; then
  python3 -m venv build/venv-train
  build/venv-train/bin/pip install -q torch==2.13.0 transformers --extra-index-url https://download.pytorch.org/whl/cpu >&2
fi
model=$work/train-9.3m
[[ -f $model/config.json ]] || "$capy" init tests/golden/configs/config.train-9.3m.json "$model" --seed 1 >&2
median() { printf '%s\n' "$@" | sort -g | sed -n "$((($# + 1) / 2))p"; }
ours() { "$bench" "$model" "$1" 3 | sed -n "$2"; }
whole='s/.*forward and backward \([0-9]*\) tokens.*(.*/\1/p'
rule='s/^delta rule.*: \([0-9]*\) tokens.*/\1/p'
peer() { "$python" bench/train_peer.py "$model" "$@" --samples 3 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["tokens_s"])'; }
narrow=()
! grep -qm1 '^flags.*avx512_bf16' /proc/cpuinfo || narrow=(--bf16) # elsewhere bf16 is emulated, and slower than f32
declare -a a=() b=() c=() d=() e=() f=() g=()
for _ in $(seq "$rounds"); do
  a+=("$(ours 256 "$whole")") b+=("$(peer 256 "${narrow[@]}")") c+=("$(peer 256 --compile "${narrow[@]}" || echo 0)")
  d+=("$(ours 256 "$rule")") e+=("$(peer 256 --delta-rule)") f+=("$(ours 4096 "$rule")") g+=("$(peer 4096 --delta-rule)")
done
way="f32"
((${#narrow[@]} == 0)) || way="bf16 autocast"
goal "9.3M shape, T = 256, a core, f32" "$(median "${a[@]}")" at_least 4000 tokens/s
goal "over transformers, eager, $way ($(median "${b[@]}") tokens/s)" "$(ratio "$(median "${a[@]}")" "$(median "${b[@]}")")" at_least 3.4 times
if [[ $(median "${c[@]}") != 0 ]]; then
  goal "over transformers, torch.compile, $way ($(median "${c[@]}") tokens/s)" "$(ratio "$(median "${a[@]}")" "$(median "${c[@]}")")" at_least 2.3 times
else
  figure "torch.compile does not run here"
fi
goal "delta rule, T = 256, over torch" "$(ratio "$(median "${d[@]}")" "$(median "${e[@]}")")" at_least 10 times
goal "delta rule, T = 4,096, over torch" "$(ratio "$(median "${f[@]}")" "$(median "${g[@]}")")" at_least 40 times
figure "delta rule of a layer, forward and backward, tokens/s at T = 256: $(median "${d[@]}"), at 4,096: $(median "${f[@]}")"
has_amx || figure "the bounds are for a processor with AMX; this one has none"
