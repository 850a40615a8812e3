// SPDX-License-Identifier: Apache-2.0
// int4 products of a few rows: the levels are used as they leave the shuffle, and the weights stream from memory.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/int4_tile.h"

namespace capy::avx2 {
namespace {

// Rows row .. row+Rows.
template <int Rows>
void few_rows(const Int4Job& job, int64_t row, int64_t begin, int64_t end) {
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t columns = columns_of(job, block);
    RowsOfBlock<Rows> x;
    load_rows<Rows>(job, row, block, columns, x);
    for (int64_t panel = begin; panel < end; ++panel) {
      const PanelBlock w = panel_block(job, panel, block);
      TableOffsets tables;
      find_tables(w.tables, columns, tables);
      const StreamedBlock<true> levels{{w.codes, tables.of}, block_ahead(job, begin, end, panel, block)};
      fetch_tables(levels.ahead);
      __m256i sum[Rows][2];
      clear(sum);
      add_block<Rows>(sum, x, levels);
      finish_block<Rows>(job, sum, row, panel, block, w.scales);
    }
  }
}

// All rows, four at a time: the group's codes come from the cache after the first four.
void streamed_rows(const Int4Job& job, int64_t begin, int64_t end) {
  int64_t row = 0;
  for (; row + 4 <= job.x.rows; row += 4) few_rows<4>(job, row, begin, end);
  switch (job.x.rows - row) {
    case 1: return few_rows<1>(job, row, begin, end);
    case 2: return few_rows<2>(job, row, begin, end);
    case 3: return few_rows<3>(job, row, begin, end);
    default: return;
  }
}

}  // namespace

void matmul_int4_few_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                          int64_t end) {
  const Int4Job job = int4_job(out, out_stride, x, w, end);
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  for (int64_t panel = begin / kPanelRows; panel < panel_end; panel += kGroupPanels) {
    streamed_rows(job, panel, smaller(panel + kGroupPanels, panel_end));
  }
}

}  // namespace capy::avx2
#endif
