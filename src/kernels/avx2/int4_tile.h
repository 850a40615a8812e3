// SPDX-License-Identifier: Apache-2.0
// int4 products, a block of a panel at a time: what the file for few rows and the one for many share.
//
// A byte shuffle turns codes into u8 = level + 64 (1..127), vpmaddubsw multiplies them with the activations' int8
// codes: a pair stays within 127 * 127 * 2 < 2^15. The products of four K groups (a quad) are added in 16 bits, where
// they may wrap; then -64 times the sum of the eight activations is added, and what is left is the sum of eight level *
// code, at most 63 times the sum of their magnitudes: exact again while that is at most 520, as it nearly always is. So
// vpmaddwd is needed once for every four vpmaddubsw. The few quads with larger activations are summed in halves, which
// always fit: 4 * 63 * 127 < 2^15.
// `out` holds the sums between blocks.
#pragma once

#include "kernels/avx2/int4_panels.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kQuads = kQuantBlock / kQuadColumns;  // of a block
constexpr int64_t kLineColumns = 128;                   // of activations that are summed together
constexpr int kMagnitudesMax = 32767 / kInt4LevelMax;   // sum of 8 |code| up to which 8 level * code fit 16 bits

// --- activations ---

// Some rows' codes of a block. offsets: what takes the levels' offset out of a quad's sums: for the K pairs (k, k+1),
// (k+4, k+5), (k+8, k+9), (k+12, k+13) the 16 bits -64 * (sum of the eight), above them the same from k+2 on. large:
// bit q is set when the products of quad q may leave 16 bits in some row; usual: all other quads.
template <int Rows>
struct RowsOfBlock {
  const int8_t* codes[Rows];
  alignas(32) int32_t offsets[Rows][kQuads];
  uint64_t usual;
  uint64_t large;
};

// Sums of eight in 64-bit lanes, 128 activations in four registers, become 32-bit lanes of two sums, quad by quad.
__attribute__((always_inline)) inline __m256i sums_by_quad(const __m256i (&eights)[4]) {
  const __m256i even_odd =
      _mm256_packus_epi32(_mm256_packus_epi32(eights[0], eights[1]), _mm256_packus_epi32(eights[2], eights[3]));
  return _mm256_permutevar8x32_epi32(even_odd, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Fills the offsets of 8 quads; the sums of magnitudes are joined to `most`.
__attribute__((always_inline)) inline void load_line(const int8_t* codes, int64_t columns, int32_t* offsets,
                                                     __m256i (&most)[4]) {
  // The first K pairs of four groups, then the second ones.
  const __m256i by_pair =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
  const __m256i zero = _mm256_setzero_si256();
  __m256i sums[4];
  for (int i = 0; i < 4; ++i) {
    __m256i x = zero;
    if (32 * i < columns) x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + 32 * i));
    x = _mm256_shuffle_epi8(x, by_pair);
    most[i] = _mm256_max_epi16(most[i], _mm256_sad_epu8(_mm256_abs_epi8(x), zero));
    // Each sum of eight (code + 128) is 1024 too large, which 16 bits do not see 64 times.
    sums[i] = _mm256_sad_epu8(_mm256_xor_si256(x, _mm256_set1_epi8(-128)), zero);
  }
  const __m256i both = sums_by_quad(sums);
  _mm256_store_si256(reinterpret_cast<__m256i*>(offsets), _mm256_sub_epi16(zero, _mm256_slli_epi16(both, 6)));
}

template <int Rows>
void load_rows(const Int4Job& job, int64_t row, int64_t block, int64_t columns, RowsOfBlock<Rows>& x) {
  static_assert(kLevelOffset == 1 << 6);
  for (int r = 0; r < Rows; ++r) x.codes[r] = job.x.codes + (row + r) * job.columns + block * kQuantBlock;
  x.large = 0;
  for (int64_t k = 0; k < columns; k += kLineColumns) {
    const int64_t quad = k / kQuadColumns;
    __m256i most[4] = {};
    for (int r = 0; r < Rows; ++r) load_line(x.codes[r] + k, columns - k, x.offsets[r] + quad, most);
    const __m256i large = _mm256_cmpgt_epi16(sums_by_quad(most), _mm256_set1_epi16(kMagnitudesMax));
    const __m256i none = _mm256_cmpeq_epi32(large, _mm256_setzero_si256());
    const auto quads_of_line = ~static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(none))) & 0xff;
    x.large |= uint64_t{quads_of_line} << quad;
  }
  x.usual = ((uint64_t{1} << columns / kQuadColumns) - 1) & ~x.large;
}

// --- tiles: Rows rows of one block of one panel ---

// The products of the K group k + 4 group added to a quad's sums.
template <int Rows>
__attribute__((always_inline)) inline void add_group(__m256i (&products)[Rows][2], const RowsOfBlock<Rows>& x,
                                                     int64_t& k, int group, const Levels& levels) {
  for (int r = 0; r < Rows; ++r) {
    const __m256i four = broadcast4(x.codes[r] + k + 4 * group);
    products[r][0] = _mm256_add_epi16(products[r][0], _mm256_maddubs_epi16(levels.half[0], four));
    products[r][1] = _mm256_add_epi16(products[r][1], _mm256_maddubs_epi16(levels.half[1], four));
    // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
    asm volatile("" : "+x"(products[r][0]), "+x"(products[r][1]), "+r"(k));
  }
}

template <int Rows>
__attribute__((always_inline)) inline void begin_quad(__m256i (&products)[Rows][2], const RowsOfBlock<Rows>& x,
                                                      int64_t quad) {
  for (int r = 0; r < Rows; ++r) {
    products[r][0] = broadcast4(&x.offsets[r][quad]);
    asm volatile("" : "+x"(products[r][0]));  // loaded as a vector, not as a number that is moved over
    products[r][1] = products[r][0];
  }
}

template <int Rows>
__attribute__((always_inline)) inline void finish_quad(__m256i (&sum)[Rows][2], const __m256i (&products)[Rows][2]) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (int r = 0; r < Rows; ++r) {
    for (int half = 0; half < 2; ++half) {
      sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(products[r][half], ones));
    }
  }
}

// Sums of two K groups by themselves begin with this: for quads with large activations.
template <int Rows>
__attribute__((always_inline)) inline void begin_pair(__m256i (&products)[Rows][2], const RowsOfBlock<Rows>& x,
                                                      int64_t k) {
  const __m256i offset = _mm256_set1_epi8(kLevelOffset);
  for (int r = 0; r < Rows; ++r) {
    const __m256i fours = _mm256_add_epi16(_mm256_maddubs_epi16(offset, broadcast4(x.codes[r] + k)),
                                           _mm256_maddubs_epi16(offset, broadcast4(x.codes[r] + k + 4)));
    products[r][0] = products[r][1] = _mm256_sub_epi16(_mm256_setzero_si256(), fours);
  }
}

// Adds a block of a panel. levels.quad(q).of(g) gives those of K group g of the quad.
template <int Rows, class Source>
__attribute__((always_inline)) inline void add_block(__m256i (&sum)[Rows][2], const RowsOfBlock<Rows>& x,
                                                     const Source& levels) {
  __m256i products[Rows][2];
  for (uint64_t left = x.usual; left != 0; left &= left - 1) {
    const int64_t quad = __builtin_ctzll(left);
    int64_t k = quad * kQuadColumns;
    const auto quad_levels = levels.quad(quad);
    begin_quad<Rows>(products, x, quad);
    for (int group = 0; group < 4; ++group) add_group<Rows>(products, x, k, group, quad_levels.of(group));
    finish_quad<Rows>(sum, products);
  }
  for (uint64_t left = x.large; left != 0; left &= left - 1) {
    const int64_t quad = __builtin_ctzll(left);
    int64_t k = quad * kQuadColumns;
    const auto quad_levels = levels.quad(quad);
    for (int group = 0; group < 4; group += 2) {
      begin_pair<Rows>(products, x, k + 4 * group);
      add_group<Rows>(products, x, k, group, quad_levels.of(group));
      add_group<Rows>(products, x, k, group + 1, quad_levels.of(group + 1));
      finish_quad<Rows>(sum, products);
    }
  }
}

template <int Rows>
void clear(__m256i (&sum)[Rows][2]) {
  for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
}

}  // namespace
}  // namespace capy::avx2
