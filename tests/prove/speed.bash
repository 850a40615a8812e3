# SPDX-License-Identifier: Apache-2.0
# What tests/prove/speed.K.sh share (sourced, not run). What is made stays in build/prove/speed, for the next script.
# SPEED_ROUNDS: rounds of a comparison. SPEED_PEERS: a Python that has the peers' packages; made the first time otherwise.
set -euo pipefail
capy=build/release/capy
work=build/prove/speed
rounds=${SPEED_ROUNDS:-3}
threads=${CAPY_THREADS:-2}
mkdir -p "$work"

figure() { echo "figure: $*"; }

fail() {
  echo "$*" >&2
  exit 1
}

# field FILE EXPRESSION: a value of a JSON file, `d` in the expression.
field() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval("(" + sys.argv[2] + ")"))' "$1" "$2"; }

# goal TEXT VALUE at_least|at_most BOUND [UNIT]: one figure, and honestly whether it is reached.
goal() {
  python3 - "$@" <<'END'
import sys
text, value, way, bound, *unit = sys.argv[1:]
value, bound = float(value), float(bound)
reached = value >= bound if way == "at_least" else value <= bound
unit = f" {unit[0]}" if unit else ""
print(f"figure: {text}: {value:.4g}{unit} ({way.replace('_', ' ')} {bound:.4g}: {'reached' if reached else 'NOT REACHED'})")
END
}

# random_model SIZE: a directory of random weights in that shape; its path.
random_model() {
  local model=$work/qwen3.5-$1
  [[ -f $model/config.json ]] || "$capy" init "tests/golden/configs/config.qwen3.5-$1.json" "$model" --seed 1 >&2
  echo "$model"
}

# bench OUT.json OPTIONS...: capy bench into a file.
bench() {
  local out=$work/$1.json
  shift
  "$capy" bench "$@" --threads "$threads" --json >"$out" || fail "capy bench $* failed"
}

# peers_python: a Python with the packages of the peers, built with clang for this processor (some twenty minutes).
peers_python() {
  local venv=build/venv-peers
  if [[ -n ${SPEED_PEERS:-} ]]; then
    echo "$SPEED_PEERS"
    return
  fi
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
  "$venv/bin/python" -c 'import llama_cpp, gguf' 2>/dev/null ||
    CC=clang-19 CXX=clang++-19 "$venv/bin/pip" install -q llama-cpp-python==0.3.36 gguf==0.19.0 numpy >&2
  "$venv/bin/python" -c 'import ik_llama_cpp' 2>/dev/null ||
    CC=clang-19 CXX=clang++-19 "$venv/bin/pip" install -q ik-llama-cpp-python >&2 ||
    figure "ik_llama.cpp: its package could not be built here: left out" >&2
  echo "$venv/bin/python"
}

# side_by_side NAME OPTIONS...: runs the comparison into build/prove/speed/NAME/results.json and shows its table.
side_by_side() {
  local name=$1 python
  shift
  python=$(peers_python)
  "$python" bench/side_by_side.py --capy "$capy" --work "$work" --out "$work/$name" --threads "$threads" --rounds "$rounds" "$@"
  python3 - "$work/$name/results.json" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
for name, info in d["facts"]["programs"].items():
    print(f"figure: {name}: {info}")
for line in d["noise"]:
    print(f"figure: {line}")
END
}

# best NAME PART FIGURE PROGRAM...: the best median of the programs' types; "program type: value" is said with it.
best() {
  python3 - "$work/$1/results.json" "${@:2}" <<'END'
import json, sys
path, part, figure, *programs = sys.argv[1:]
rows = [r for r in json.load(open(path))["table"] if r["part"] == part and r["program"] in programs and figure in r["figures"]]
if not rows:
    sys.exit(f"no figure '{figure}' of {', '.join(programs)} in {path}")
print(max(r["figures"][figure]["median"] for r in rows))
END
}

# of NAME PART FIGURE PROGRAM TYPE: one median.
of() {
  python3 - "$work/$1/results.json" "${@:2}" <<'END'
import json, sys
path, part, figure, program, kind = sys.argv[1:]
for row in json.load(open(path))["table"]:
    if (row["part"], row["program"], row["type"]) == (part, program, kind) and figure in row["figures"]:
        print(row["figures"][figure]["median"])
        break
else:
    sys.exit(f"no figure '{figure}' of {program} {kind} in {path}")
END
}

ratio() { python3 -c 'import sys; print(float(sys.argv[1]) / float(sys.argv[2]))' "$1" "$2"; }
has_amx() { grep -qm1 '^flags.*amx_int8' /proc/cpuinfo 2>/dev/null; }
has_isa() { "$capy" doctor 2>/dev/null | grep -qw "$1"; }
