// SPDX-License-Identifier: Apache-2.0
// int8 products: codes widened to 16 bits, vpmaddwd adds pairs of products exactly (vpmaddubsw would saturate, and its
// detours cost as many instructions). Two rows share the widened weights of a panel.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

// How far ahead of the weights' use they are fetched: DRAM latency at a core's share of the bandwidth.
constexpr int64_t kPrefetchBytes = 1024;

struct Int8Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const int8_t* codes;
  const float* scales;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

// The products of one row with a panel: sum[i] holds outputs 4i .. 4i+3, each in two lanes (K 0, 1 and K 2, 3).
struct PanelSum {
  __m256i part[4];
};

// Outputs 0..7 of two parts as floats: pairs of lanes added, then back into order.
__m256 eight_outputs(__m256i a, __m256i b) {
  const __m256i mixed = _mm256_hadd_epi32(a, b);  // a0 a1 b0 b1 | a2 a3 b2 b3
  return _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(mixed, 0xd8));
}

void widen_codes(int16_t* out, const int8_t* codes, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const __m128i narrow = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out + i), _mm256_cvtepi8_epi16(narrow));
  }
}

template <int Rows>
void add_block(PanelSum (&sum)[Rows], const int16_t (&x)[Rows][kQuantBlock], const int8_t* w, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 4) {
    const int8_t* at = w + k * kPanelRows;
    if (Rows == 1) _mm_prefetch(reinterpret_cast<const char*>(at + kPrefetchBytes), _MM_HINT_T0);
    __m256i four[Rows];
    for (int r = 0; r < Rows; ++r) {
      int64_t codes;
      __builtin_memcpy(&codes, &x[r][k], sizeof codes);
      four[r] = _mm256_set1_epi64x(codes);
    }
    for (int i = 0; i < 4; ++i) {
      const __m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i)));
      for (int r = 0; r < Rows; ++r) {
        sum[r].part[i] = _mm256_add_epi32(sum[r].part[i], _mm256_madd_epi16(weights, four[r]));
      }
    }
  }
}

// Rows row .. row+Rows of one panel.
template <int Rows>
void int8_tile(const Int8Job& job, int64_t row, int64_t panel) {
  alignas(32) int16_t x[Rows][kQuantBlock];
  __m256 out[Rows][2];
  for (int r = 0; r < Rows; ++r) out[r][0] = out[r][1] = _mm256_setzero_ps();
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t columns = smaller(kQuantBlock, job.columns - begin);
    PanelSum sum[Rows];
    for (int r = 0; r < Rows; ++r) {
      widen_codes(x[r], job.x.codes + (row + r) * job.columns + begin, columns);
      for (int i = 0; i < 4; ++i) sum[r].part[i] = _mm256_setzero_si256();
    }
    add_block<Rows>(sum, x, job.codes + (panel * job.columns + begin) * kPanelRows, columns);
    const float* w_scales = job.scales + (panel * job.blocks + block) * kPanelRows;
    for (int r = 0; r < Rows; ++r) {
      const __m256 x_scale = _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]);
      for (int half = 0; half < 2; ++half) {
        const __m256 products = eight_outputs(sum[r].part[2 * half], sum[r].part[2 * half + 1]);
        const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(w_scales + 8 * half), x_scale);
        out[r][half] = _mm256_fmadd_ps(products, scale, out[r][half]);
      }
    }
  }
  const int64_t n = panel * kPanelRows;
  for (int r = 0; r < Rows; ++r) {
    float* to = job.out + (row + r) * job.out_stride + n;
    store(to, out[r][0], job.end - n);
    store(to + 8, out[r][1], job.end - n - 8);
  }
}

}  // namespace

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const Int8Job job{out,
                    out_stride,
                    x,
                    static_cast<const int8_t*>(w.data),
                    w.scales,
                    columns,
                    (w.columns + kQuantBlock - 1) / kQuantBlock,
                    end};
  for (int64_t panel = begin / kPanelRows; panel * kPanelRows < end; ++panel) {
    int64_t row = 0;
    for (; row + 2 <= x.rows; row += 2) int8_tile<2>(job, row, panel);
    if (row < x.rows) int8_tile<1>(job, row, panel);
  }
}

}  // namespace capy::avx2
#endif
