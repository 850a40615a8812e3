// SPDX-License-Identifier: Apache-2.0
#include "apps/instruction_peak.h"

#include "base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace capy {
namespace {

// Turns of each loop: about a millisecond.
[[maybe_unused]] constexpr int64_t kTurns = 200'000;
[[maybe_unused]] constexpr int64_t kTileTurns = 20'000;

#if defined(__x86_64__)

// The operands go through empty assembly, so that no turn can be computed ahead of time or merged with another.

__attribute__((target("avx2,fma"))) double run_fma_ymm() {
  constexpr int kChains = 10;  // more than latency times ports
  __m256 sums[kChains];
  for (__m256& sum : sums) sum = _mm256_setzero_ps();
  __m256 a = _mm256_set1_ps(1.0F);
  __m256 b = _mm256_set1_ps(0.5F);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    asm volatile("" : "+x"(a), "+x"(b));
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(a, b, sum);
  }
  for (__m256& sum : sums) asm volatile("" ::"x"(sum));
  return 2.0 * 8 * kChains * static_cast<double>(kTurns);
}

// Bytes by vpmaddubsw, its pairs by vpmaddwd, added up: what AVX2 needs where there is no dot instruction.
__attribute__((target("avx2"))) double run_maddubs_ymm() {
  constexpr int kChains = 8;
  __m256i sums[kChains];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  __m256i a = _mm256_set1_epi8(3);
  __m256i b = _mm256_set1_epi8(5);
  const __m256i ones = _mm256_set1_epi16(1);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    for (__m256i& sum : sums) {
      asm volatile("" : "+x"(a), "+x"(b));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
    }
  }
  for (__m256i& sum : sums) asm volatile("" ::"x"(sum));
  return 2.0 * 32 * kChains * static_cast<double>(kTurns);
}

__attribute__((target("avx2,avxvnni"))) double run_vnni_ymm() {
  constexpr int kChains = 12;
  __m256i sums[kChains];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  __m256i a = _mm256_set1_epi8(3);
  __m256i b = _mm256_set1_epi8(5);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    asm volatile("" : "+x"(a), "+x"(b));
    for (__m256i& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, a, b);
  }
  for (__m256i& sum : sums) asm volatile("" ::"x"(sum));
  return 2.0 * 32 * kChains * static_cast<double>(kTurns);
}

__attribute__((target("avx512f"))) double run_fma_zmm() {
  constexpr int kChains = 10;
  __m512 sums[kChains];
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  __m512 a = _mm512_set1_ps(1.0F);
  __m512 b = _mm512_set1_ps(0.5F);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    asm volatile("" : "+v"(a), "+v"(b));
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(a, b, sum);
  }
  for (__m512& sum : sums) asm volatile("" ::"v"(sum));
  return 2.0 * 16 * kChains * static_cast<double>(kTurns);
}

__attribute__((target("avx512f,avx512vnni"))) double run_vnni_zmm() {
  constexpr int kChains = 12;
  __m512i sums[kChains];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  __m512i a = _mm512_set1_epi8(3);
  __m512i b = _mm512_set1_epi8(5);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    asm volatile("" : "+v"(a), "+v"(b));
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, b);
  }
  for (__m512i& sum : sums) asm volatile("" ::"v"(sum));
  return 2.0 * 64 * kChains * static_cast<double>(kTurns);
}

__attribute__((target("avx512f,avx512bw"))) double run_maddubs_zmm() {
  constexpr int kChains = 8;
  __m512i sums[kChains];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  __m512i a = _mm512_set1_epi8(3);
  __m512i b = _mm512_set1_epi8(5);
  const __m512i ones = _mm512_set1_epi16(1);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    for (__m512i& sum : sums) {
      asm volatile("" : "+v"(a), "+v"(b));
      sum = _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(a, b), ones));
    }
  }
  for (__m512i& sum : sums) asm volatile("" ::"v"(sum));
  return 2.0 * 64 * kChains * static_cast<double>(kTurns);
}

// As the processor reads it: eight tiles of 16 rows x 64 bytes.
struct TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// g++ 12 loses a configuration that it does not see escape.
__attribute__((target("amx-tile"))) void begin_tiles() {
  alignas(64) const TileConfig config;
  asm volatile("" ::"r"(&config) : "memory");
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
}

// A block of 2 x 2 sums from two tiles of each operand, as products are blocked.
__attribute__((target("amx-tile,amx-int8"))) double run_amx_int8() {
  begin_tiles();
  for (int64_t turn = 0; turn < kTileTurns; ++turn) {
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
  }
  _tile_release();
  return 2.0 * 4 * 16 * 16 * 64 * static_cast<double>(kTileTurns);
}

__attribute__((target("amx-tile,amx-bf16"))) double run_amx_bf16() {
  begin_tiles();
  for (int64_t turn = 0; turn < kTileTurns; ++turn) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
  return 2.0 * 4 * 16 * 16 * 32 * static_cast<double>(kTileTurns);
}

InstructionPeak avx2_peak(bool bytes) {
  if (!cpu_features().avx2) return {};
  if (!bytes) return {"f32 vfmadd ymm", run_fma_ymm};
  return cpu_features().avx_vnni ? InstructionPeak{"int8 vpdpbusd ymm", run_vnni_ymm}
                                 : InstructionPeak{"int8 vpmaddubsw ymm", run_maddubs_ymm};
}

InstructionPeak avx512_peak(bool bytes) {
  const CpuFeatures& cpu = cpu_features();
  if (!cpu.avx512) return {};
  if (!bytes) return {"f32 vfmadd zmm", run_fma_zmm};
  return cpu.avx512_vnni ? InstructionPeak{"int8 vpdpbusd zmm", run_vnni_zmm}
                         : InstructionPeak{"int8 vpmaddubsw zmm", run_maddubs_zmm};
}

InstructionPeak amx_peak(ComputeType type) {
  const CpuFeatures& cpu = cpu_features();
  if (!request_amx()) return {};
  if (type == ComputeType::kBF16 && cpu.amx_bf16) return {"bf16 tdpbf16ps", run_amx_bf16};
  if (type != ComputeType::kF32 && type != ComputeType::kBF16 && cpu.amx_int8) return {"int8 tdpbssd", run_amx_int8};
  return {"f32 vfmadd zmm", run_fma_zmm};
}

#elif defined(__aarch64__)

double run_fma_neon() {
  constexpr int kChains = 16;
  float32x4_t sums[kChains];
  for (float32x4_t& sum : sums) sum = vdupq_n_f32(0);
  float32x4_t a = vdupq_n_f32(1);
  float32x4_t b = vdupq_n_f32(0.5F);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
    asm volatile("" : "+w"(a), "+w"(b));
    for (float32x4_t& sum : sums) sum = vfmaq_f32(sum, a, b);
  }
  for (float32x4_t& sum : sums) asm volatile("" ::"w"(sum));
  return 2.0 * 4 * kChains * static_cast<double>(kTurns);
}

#endif

}  // namespace

InstructionPeak instruction_peak(const std::string& isa, ComputeType type) {
  [[maybe_unused]] const bool bytes = type == ComputeType::kInt8 || type == ComputeType::kInt4;
#if defined(__x86_64__)
  if (isa == "avx2") return avx2_peak(bytes);
  if (isa == "avx512") return avx512_peak(bytes);
  if (isa == "amx") return amx_peak(type);
#elif defined(__aarch64__)
  if (isa == "neon" && !bytes) return {"f32 fmla", run_fma_neon};
#endif
  return {};
}

}  // namespace capy
