// SPDX-License-Identifier: Apache-2.0
// Packing of weights into the house's own layout (tensor/matrix.h, docs/FORMATS.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/matrix.h"

namespace capy {

// Packs up to 16 rows of f32 values (weights as KernelTable::hadamard rotated them) as panel `panel` of an int8 matrix
// of `columns` columns.
//   rows: `row_count` pointers (1..16), each to `columns` floats; missing rows of the panel become zeros.
//   codes: packed_int8_code_bytes of the whole matrix; scales: packed_int8_scales. Only this panel's parts are written.
// Per row and block: scale = max|w| / 127, code = round_half_even(w * (127 / max|w|)); an all-zero block has scale 0.
// Blocks with NaN or Inf: codes 0 and scale NaN, so that the damage is seen.
// Any thread; panels may be packed in parallel. About 1 ns a weight.
void pack_int8_panel(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel, int8_t* codes,
                     float* scales);

// One row of a packed matrix back as floats.
void unpack_int8_row(const MatrixView& matrix, int64_t row, float* out);

// The same for a kInt4Packed matrix: writes panel `panel` of `matrix` (packed_int4_bytes of the whole). Per lane of 4
// rows x 4 K the table with the least squared error is taken, the levels nearest; the scales are fitted to them by
// least squares and the tables chosen anew, twice. Blocks of zeros get the scale 0, blocks with a NaN or an infinity,
// or too large for a scale in f16, the scale NaN. The same bytes on every machine. About 30 ns a weight.
void pack_int4_panel(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel, std::byte* matrix);
// The same for inputs that are known: codes are rounded column by column, and what the rounding of one column does to
// the output is made up for by the columns behind it in its block. About 100 ns a weight.
struct BlockFeedback {
  int64_t width = 0;             // columns of the block
  const float* cost = nullptr;   // [width]: what an error of 1 costs once all columns behind have made up for it
  const float* share = nullptr;  // [width][width], used above the diagonal: an error (value less level) of column i
                                 // adds share[i][j] times itself to the value of column j
};
// `feedback`: one for each block of kQuantBlock columns.
void pack_int4_panel_for_inputs(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel,
                                const BlockFeedback* feedback, std::byte* matrix);
// Row `row` of a kInt4Packed matrix as f32, still rotated; `out` has matrix.columns floats.
void unpack_int4_row(const MatrixView& matrix, int64_t row, float* out);

}  // namespace capy
