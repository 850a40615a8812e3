#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SmolLM2-135M-Instruct beside llama.cpp: perplexity, greedy text, speed. Builds the peer with clang the first time (ten minutes).
set -euo pipefail
model=${CAPY_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/capy}/models/smollm2.gguf
[[ -f $model ]] || ./capy run "Hello" >/dev/null
[[ -x build/venv-peer/bin/python ]] || python3 -m venv build/venv-peer
build/venv-peer/bin/python -c 'import llama_cpp, gguf' 2>/dev/null ||
  CC=clang-19 CXX=clang++-19 build/venv-peer/bin/pip install -q llama-cpp-python==0.3.36 gguf==0.19.0 numpy
mkdir -p build/peer
build/venv-peer/bin/python tools/compare_llama.py --capy build/release/capy --gguf "$model" --text tests/golden/text/willows.txt --work build/peer
