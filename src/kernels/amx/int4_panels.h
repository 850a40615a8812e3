// SPDX-License-Identifier: Apache-2.0
// kInt4Packed for the tiles: a block of up to two panels is unpacked to int8 once for a chunk of rows.
#pragma once

#include <immintrin.h>

#include "kernels/amx/int8_blocked.h"
#include "kernels/int4_pairs.h"

namespace capy::amx {
namespace {

constexpr Int4Pairs kLevelPairs = make_int4_pairs(0);

// `count` columns (a multiple of 8) of a panel, in kInt8Packed's order. AVX2 is enough here, and so any machine that
// has it tests this.
__attribute__((target("avx2"))) inline void unpack_int4(int8_t* to, const uint8_t* codes, const uint8_t* tables,
                                                        int64_t count) {
  const __m256i low_half = _mm256_set1_epi8(0x0f);
  for (int64_t pair = 0; pair < count / 8; ++pair) {
    for (int64_t half = 0; half < 2; ++half) {
      const __m256i two = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + pair * 64 + half * 32));
      const auto* first = reinterpret_cast<const __m256i*>(kLevelPairs.of[tables[4 * pair + half]]);
      const auto* second = reinterpret_cast<const __m256i*>(kLevelPairs.of[tables[4 * pair + 2 + half]]);
      const __m256i low = _mm256_and_si256(two, low_half);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(two, 4), low_half);
      auto* out = reinterpret_cast<__m256i*>(to + pair * 128 + half * 32);
      _mm256_storeu_si256(out, _mm256_shuffle_epi8(_mm256_loadu_si256(first), low));
      _mm256_storeu_si256(out + 2, _mm256_shuffle_epi8(_mm256_loadu_si256(second), high));
    }
  }
}

class Int4Weights {
 public:
  Int4Weights(const MatrixView& w, int64_t columns, int64_t blocks)
      : panels_(static_cast<const uint8_t*>(w.data)), columns_(columns) {
    const int64_t bytes = columns / 8 * 64 + columns / 4 * 2 + blocks * kPanelRows * 2;
    panel_bytes_ = (bytes + 63) / 64 * 64;
  }

  // Two blocks' scales are kept: the sums of the one before may still wait for theirs.
  template <int Panels>
  WeightBlock block(int64_t panel, int64_t block) {
    WeightBlock w{};
    turn_ ^= 1;
    const int64_t begin = block * kQuantBlock;
    const int64_t count = columns_ - begin < kQuantBlock ? columns_ - begin : kQuantBlock;
    for (int p = 0; p < Panels; ++p) {
      const uint8_t* codes = panels_ + (panel + p) * panel_bytes_;
      const uint8_t* tables = codes + columns_ / 8 * 64;
      const uint8_t* scales = tables + columns_ / 4 * 2 + block * kPanelRows * 2;
      unpack_int4(codes_[p], codes + begin * 8, tables + begin / 4 * 2, count);
      for (int64_t n = 0; n < kPanelRows; ++n) {
        uint16_t half;
        __builtin_memcpy(&half, scales + 2 * n, sizeof half);
        scales_[turn_][p][n] = f16_to_f32(half);
      }
      w.codes[p] = codes_[p];
      w.scales[p] = scales_[turn_][p];
    }
    return w;
  }

 private:
  const uint8_t* panels_;
  int64_t columns_;
  int64_t panel_bytes_ = 0;
  int turn_ = 0;
  alignas(64) int8_t codes_[2][kQuantBlock * kPanelRows];
  alignas(64) float scales_[2][2][kPanelRows];
};

}  // namespace
}  // namespace capy::amx
