// SPDX-License-Identifier: Apache-2.0
// Panels of a kInt4Packed matrix: where a block of one is, what is fetched meanwhile, its codes as u8 = level + 64, and
// what is done with a block's int32 sums. Panels go in groups of four (four streams of weights), block by block of K.
#pragma once

#include "kernels/avx2/operations.h"
#include "kernels/avx2/vectors.h"
#include "kernels/int4_job.h"
#include "kernels/int4_pairs.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kGroupPanels = 4;
constexpr int kLevelOffset = 64;
constexpr int64_t kPairBytes = 64;    // of codes: two K groups of a panel
constexpr int64_t kQuadColumns = 16;  // four K groups

constexpr Int4Pairs kShiftedPairs = make_int4_pairs(kLevelOffset);

// One block of one panel.
struct PanelBlock {
  const uint8_t* codes;
  const uint8_t* tables;
  const uint16_t* scales;
};

// One K group of a panel as level + 64: rows 0-7, 8-15.
struct Levels {
  __m256i half[2];
};

inline Int4Job int4_job(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const int64_t blocks = (w.columns + kQuantBlock - 1) / kQuantBlock;
  const int64_t bytes = columns / 8 * kPairBytes + columns / 4 * 2 + blocks * kPanelRows * 2;
  return {out, out_stride, x, static_cast<const uint8_t*>(w.data), rounded_up(bytes, 64), columns, blocks, end};
}

inline int64_t columns_of(const Int4Job& job, int64_t block) {
  return smaller(kQuantBlock, job.columns - block * kQuantBlock);
}

inline PanelBlock panel_block(const Int4Job& job, int64_t panel, int64_t block) {
  const uint8_t* codes = job.panels + panel * job.panel_bytes;
  const uint8_t* tables = codes + job.columns / 8 * kPairBytes;
  const uint8_t* scales = tables + job.columns / 4 * 2;
  const int64_t k = block * kQuantBlock;
  return {codes + k / 8 * kPairBytes, tables + k / 2, reinterpret_cast<const uint16_t*>(scales) + block * kPanelRows};
}

// What is read three blocks after `panel`'s, which is about when memory has it ready: a group is read block by block,
// each for all its panels; after the group comes the next one's first block.
inline PanelBlock block_ahead(const Int4Job& job, int64_t begin, int64_t end, int64_t panel, int64_t block) {
  constexpr int64_t kAhead = 3;
  if (panel + kAhead < end) return panel_block(job, panel + kAhead, block);
  const int64_t over = panel + kAhead - end;
  if (block + 1 == job.blocks) return panel_block(job, end + over, 0);
  return panel_block(job, smaller(begin + over, end - 1), block + 1);
}

__attribute__((always_inline)) inline void fetch_tables(const PanelBlock& next) {
  _mm_prefetch(reinterpret_cast<const char*>(next.tables), _MM_HINT_T0);
  _mm_prefetch(reinterpret_cast<const char*>(next.tables + 64), _MM_HINT_T0);
  _mm_prefetch(reinterpret_cast<const char*>(next.scales), _MM_HINT_T0);
}

__attribute__((always_inline)) inline void fetch_codes(const PanelBlock& next, int64_t pair) {
  _mm_prefetch(reinterpret_cast<const char*>(next.codes + pair * kPairBytes), _MM_HINT_T0);
}

// Where the levels of a block's lanes are in kShiftedPairs, in bytes: computed 16 at a time, not one by one.
struct TableOffsets {
  alignas(32) uint16_t of[kQuantBlock / 2];
};

__attribute__((always_inline)) inline void find_tables(const uint8_t* tables, int64_t columns, TableOffsets& offsets) {
  static_assert(sizeof kShiftedPairs.of[0] == 1 << 5);
  for (int64_t i = 0; i < columns / 2; i += 16) {
    const __m256i pairs = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(tables + i)));
    _mm256_store_si256(reinterpret_cast<__m256i*>(offsets.of + i), _mm256_slli_epi16(pairs, 5));
  }
}

// A place in a block: K groups are counted from here, from an even one on.
struct CodedLevels {
  const uint8_t* codes;
  const uint16_t* table_offsets;

  __attribute__((always_inline)) Levels of(int64_t group) const {
    const __m256i low_half = _mm256_set1_epi8(15);
    Levels levels;
    for (int half = 0; half < 2; ++half) {
      __m256i code = _mm256_load_si256(reinterpret_cast<const __m256i*>(codes + group / 2 * kPairBytes + 32 * half));
      if (group % 2 == 1) code = _mm256_srli_epi16(code, 4);
      const auto* table = reinterpret_cast<const char*>(kShiftedPairs.of) + table_offsets[2 * group + half];
      levels.half[half] = _mm256_shuffle_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(table)),
                                              _mm256_and_si256(code, low_half));
    }
    return levels;
  }
};

// A block of a panel, its levels straight from the codes. Fetch: what is read later is fetched line by line meanwhile.
template <bool Fetch>
struct StreamedBlock {
  CodedLevels block;
  PanelBlock ahead;

  __attribute__((always_inline)) CodedLevels quad(int64_t quad) const {
    if (Fetch) {
      fetch_codes(ahead, 2 * quad);
      fetch_codes(ahead, 2 * quad + 1);
    }
    return {block.codes + quad * 2 * kPairBytes, block.table_offsets + quad * 8};
  }
};

// A group's block as level + 64, K group by K group: 16 KB.
struct UnpackedGroup {
  alignas(64) uint8_t levels[kGroupPanels][kQuantBlock * kPanelRows];
};

// A place in a panel of it.
struct UnpackedLevels {
  const uint8_t* levels;

  __attribute__((always_inline)) Levels of(int64_t group) const {
    const auto* at = reinterpret_cast<const __m256i*>(levels) + 2 * group;
    return {{_mm256_load_si256(at), _mm256_load_si256(at + 1)}};
  }
};

struct UnpackedBlock {
  const uint8_t* levels;

  __attribute__((always_inline)) UnpackedLevels quad(int64_t quad) const {
    return {levels + quad * kQuadColumns * kPanelRows};
  }
};

// What is unpacked later is fetched meanwhile.
inline void unpack(const PanelBlock& w, int64_t columns, uint8_t* out, const PanelBlock& later) {
  fetch_tables(later);
  TableOffsets tables;
  find_tables(w.tables, columns, tables);
  for (int64_t group = 0; group < columns / 4; group += 2) {
    fetch_codes(later, group / 2);
    const CodedLevels at{w.codes + group / 2 * kPairBytes, tables.of + 2 * group};
    for (int i = 0; i < 2; ++i) {
      const Levels levels = at.of(i);
      auto* to = reinterpret_cast<__m256i*>(out) + 2 * (group + i);
      _mm256_store_si256(to, levels.half[0]);
      _mm256_store_si256(to + 1, levels.half[1]);
    }
  }
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block. Unrolled, or g++ would keep the sums in
// memory.
template <int Rows>
__attribute__((always_inline)) inline void finish_block(const Int4Job& job, const __m256i (&sum)[Rows][2], int64_t row,
                                                        int64_t panel, int64_t block, const uint16_t* scales) {
  const int64_t n = panel * kPanelRows;
  const bool whole = n + kPanelRows <= job.end;
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const __m256 w_scale = F16::load(scales + 8 * half);
    const int64_t left = job.end - n - 8 * half;
    for (int r = 0; r < Rows; ++r) {
      const __m256 scale = _mm256_mul_ps(w_scale, _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]));
      float* out = job.out + (row + r) * job.out_stride + n + 8 * half;
      __m256 total = _mm256_setzero_ps();
      if (block > 0) total = whole ? _mm256_loadu_ps(out) : F32::load(out, left);
      total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][half]), scale, total);
      if (whole) {
        _mm256_storeu_ps(out, total);
      } else {
        store(out, total, left);
      }
    }
  }
}

}  // namespace
}  // namespace capy::avx2
