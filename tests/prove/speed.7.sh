#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without AMX: beside llama.cpp built for the same instruction set. SPEED_PEERS_AVX2, SPEED_PEERS_AVX512: a Python with such a
# build; made the first time where this processor knows more than that set. NEON: every kernel under qemu, where it is here.
. tests/prove/speed.bash
declare -A bounds=([avx512]=3 [avx2]=2)
declare -A flags=([avx512]="-DGGML_NATIVE=OFF -DGGML_AVX512=ON -DGGML_AVX512_VNNI=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON"
  [avx2]="-DGGML_NATIVE=OFF -DGGML_AVX512=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON")
model=$(random_model 0.8b)

# The best set of this processor has the native build; lesser ones a build of their own.
peer_of() {
  local isa=$1 given=SPEED_PEERS_${1^^} venv=build/venv-peers-$1
  if [[ -n ${!given:-} ]]; then
    echo "${!given}"
  elif [[ $isa == avx2 ]] && ! grep -qm1 '^flags.*avx512f' /proc/cpuinfo; then
    peers_python
  elif [[ $isa == avx512 ]] && ! has_amx; then
    peers_python
  else
    [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
    "$venv/bin/python" -c 'import llama_cpp, gguf' 2>/dev/null || CC=clang-19 CXX=clang++-19 CMAKE_ARGS=${flags[$isa]} \
      "$venv/bin/pip" install -q --no-cache-dir --no-binary llama-cpp-python llama-cpp-python==0.3.36 gguf==0.19.0 numpy >&2
    echo "$venv/bin/python"
  fi
}

measured=0
for isa in avx512 avx2; do
  if ! CAPY_ISA=$isa "$capy" bench "$model" --type int4 --prompt 1 --generate 0 --repeat 1 >/dev/null 2>&1; then
    figure "$isa: not measurable here: this processor has none"
    continue
  fi
  SPEED_PEERS=$(peer_of $isa) CAPY_ISA=$isa side_by_side $isa --parts prefill,decode --widths 4,8
  for width in "int4 Q4_0" "int8 Q8_0"; do
    read -r type peer_type <<<"$width"
    goal "$isa, $type: prefill 512 over llama.cpp $peer_type" \
      "$(ratio "$(of $isa prefill prefill capy "$type")" "$(of $isa prefill prefill llama.cpp "$peer_type")")" at_least ${bounds[$isa]} times
    figure "$isa, $type: decode 128 over llama.cpp $peer_type: $(
      ratio "$(of $isa decode decode capy "$type")" "$(of $isa decode decode llama.cpp "$peer_type")") times"
    goal "$isa, $type: decode 128, share of the memory's limit" "$(of $isa decode "decode, share of limit" capy "$type")" at_least 0.85
  done
  measured=1
done
((measured)) || fail "neither avx512 nor avx2 could be measured"

if ! cmake --list-presets 2>/dev/null | grep -q '"aarch64"'; then
  figure "NEON: not measured, this version has no build for it"
elif ! command -v qemu-aarch64 >/dev/null || ! command -v aarch64-linux-gnu-g++ >/dev/null; then
  figure "NEON: not measured, qemu-user or a compiler for aarch64 is missing"
else
  cmake --preset aarch64 >/dev/null || fail "the build for aarch64 could not be configured"
  cmake --build --preset aarch64 --target kernels_test >/dev/null || fail "the build for aarch64 failed"
  program=$(find build/aarch64 -name kernels_test -type f -perm -u+x)
  log=$(qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu "$program" 2>&1) || fail "kernels_test under qemu: $(grep FAILED <<<"$log")"
  figure "NEON under qemu: $(grep -c '^\[       OK' <<<"$log") tests of kernels_test passed, every operation equal to generic"
fi
