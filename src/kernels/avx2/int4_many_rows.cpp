// SPDX-License-Identifier: Apache-2.0
// int4 products of many rows: a group's block is unpacked once, to L1, and the rows' block is made ready once for all
// groups.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/int4_tile.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kTileRows = 3;
constexpr int64_t kTilesAtOnce = 86;  // a chunk of 256 rows
constexpr int64_t kStreamedRows = 8;  // up to here decoding the levels again costs less than storing them

template <int Rows>
void unpacked_rows(const Int4Job& job, const UnpackedGroup& group, const RowsOfBlock<Rows>& x, int64_t row,
                   int64_t begin, int64_t end, int64_t block) {
  for (int64_t panel = begin; panel < end; ++panel) {
    __m256i sum[Rows][2];
    clear(sum);
    add_block<Rows>(sum, x, UnpackedBlock{group.levels[panel - begin]});
    finish_block<Rows>(job, sum, row, panel, block, panel_block(job, panel, block).scales);
  }
}

// Rows of a block made ready once for all groups: 22 KB.
struct ReadyRows {
  RowsOfBlock<kTileRows> tiles[kTilesAtOnce];
  RowsOfBlock<2> two;  // what is left
  RowsOfBlock<1> one;
  int64_t count;  // of tiles
  int64_t left;   // rows
};

void load_all(const Int4Job& job, int64_t row, int64_t rows, int64_t block, int64_t columns, ReadyRows& x) {
  x.count = rows / kTileRows;
  x.left = rows % kTileRows;
  for (int64_t tile = 0; tile < x.count; ++tile) {
    load_rows<kTileRows>(job, row + tile * kTileRows, block, columns, x.tiles[tile]);
  }
  if (x.left == 2) load_rows<2>(job, row + rows - 2, block, columns, x.two);
  if (x.left == 1) load_rows<1>(job, row + rows - 1, block, columns, x.one);
}

void group_rows(const Int4Job& job, const UnpackedGroup& group, const ReadyRows& x, int64_t row, int64_t begin,
                int64_t end, int64_t block) {
  for (int64_t tile = 0; tile < x.count; ++tile) {
    unpacked_rows<kTileRows>(job, group, x.tiles[tile], row + tile * kTileRows, begin, end, block);
  }
  const int64_t done = row + x.count * kTileRows;
  if (x.left == 2) unpacked_rows<2>(job, group, x.two, done, begin, end, block);
  if (x.left == 1) unpacked_rows<1>(job, group, x.one, done, begin, end, block);
}

// Panels begin .. end for rows row .. row+rows.
void many_rows(const Int4Job& job, int64_t row, int64_t rows, int64_t begin, int64_t end) {
  ReadyRows x;
  UnpackedGroup group;
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t columns = columns_of(job, block);
    load_all(job, row, rows, block, columns, x);
    for (int64_t first = begin; first < end; first += kGroupPanels) {
      const int64_t last = smaller(first + kGroupPanels, end);
      for (int64_t panel = first; panel < last; ++panel) {
        unpack(panel_block(job, panel, block), columns, group.levels[panel - first],
               last < end ? panel_block(job, panel + kGroupPanels, block) : panel_block(job, panel, block));
      }
      group_rows(job, group, x, row, first, last, block);
    }
  }
}

}  // namespace

void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  if (x.rows <= kStreamedRows) return matmul_int4_few_rows(out, out_stride, x, w, begin, end);
  const Int4Job job = int4_job(out, out_stride, x, w, end);
  constexpr int64_t kRowsAtOnce = kTilesAtOnce * kTileRows;
  for (int64_t row = 0; row < x.rows; row += kRowsAtOnce) {
    many_rows(job, row, smaller(kRowsAtOnce, x.rows - row), begin / kPanelRows, (end + kPanelRows - 1) / kPanelRows);
  }
}

}  // namespace capy::avx2
#endif
