// SPDX-License-Identifier: Apache-2.0
// The one table of kernels: a function pointer per operation, one table per ISA (generic, avx2, avx512, amx, neon; wasm
// joins later). kernels/generic is plain C++ and is the truth: every other table gives the same bytes for every
// operation, and one harness (harness.h, for tests) holds them to it.
//
// One arithmetic (docs/decisions/0001): the order of every sum depends on the row alone, never on how many rows,
// threads or lanes are at work. Everything is compiled with -ffp-contract=off; an fma is written as one.
//   canonical sum  16 virtual lanes; element i belongs to lane i mod 16; each lane is one chain in ascending order
//   starting
//                  from +0 (of fma for products, of + for sums). Then the tree: lane l += lane l+8, then +4, +2, +1.
//   exp, sigmoid, silu, sin, cos   ours: the same operations in the same order on every ISA (generic/scalar.h).
//   sigmoid(x) = 1 / (1 + exp(-x)),  silu(x) = x / (1 + exp(-x)).
//   NaN and Inf     pass through the same operations everywhere, so NaNs stand at the same places on every ISA; their
//   sign and payload are open. Everything else is equal byte for byte, the sign of zero too.
//
// Who may call: any thread; a kernel touches only what it is given. Kernels neither allocate nor start threads.
// Unless said otherwise pointers need no alignment, and sizes may be any number >= 1 (odd ones too). Outputs must not
// overlap inputs unless said; scratch memory is the stack's, below 64 KB per call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "tensor/dtype.h"
#include "tensor/matrix.h"

namespace capy {

// Keys per attention block and tokens per KV page: a page is a block.
constexpr int64_t kKvPageTokens = 256;

// Tokens between two moves of the recurrent state (DESIGN 2): boundaries are absolute multiples of it.
constexpr int64_t kDeltaWindow = 32;

// Causal softmax attention of some query rows over the keys and values of one KV head.
struct AttentionRows {
  float* out = nullptr;  // [rows][head_dim], rows out_stride apart
  int64_t out_stride = 0;
  const float* q = nullptr;  // [rows][head_dim], normed and rotated, not scaled
  int64_t q_stride = 0;
  const int64_t* visible = nullptr;  // [rows]: row r sees the keys of positions 0 .. visible[r]-1; >= 1, any order
  int64_t rows = 0;
  // Page p holds positions [256 p, 256 p + 256). Its keys of this head begin at pages[p] + k_offset: [256][head_dim] of
  // kv_type (kF32 or kBF16); the values likewise at v_offset. 64-byte aligned. Only the visible positions are read.
  const std::byte* const* pages = nullptr;
  int64_t k_offset = 0;
  int64_t v_offset = 0;
  DType kv_type = DType::kF32;
  int64_t head_dim = 0;
  float scale = 0;
};

// From the scores of some query rows against one page of integer keys to the integer weights of its values. Per row,
// only the keys j < visible[r]:
//   s_j = scale * score_j;  m = max s_j;  p_j = exp(s_j - m);  l = canonical sum of p_j (lane j mod 16, +)
//   w_j = p_j * value_scale_j, a block as in quantize_int8 but with codes in 0..kWeightCodeMax: code = round_half_even(
//   w * (kWeightCodeMax / max |w|)), its scale max |w| / kWeightCodeMax; all codes zero and the scale 0 or NaN in the
//   same cases. code = 128 * high + low with high and low in 0..127, two rows of an exact int8 product. 8 bits would
//   lose the many small weights of a page that has one large one.
constexpr int32_t kWeightCodeMax = 127 * 128 + 127;
struct PageWeights {
  int8_t* codes = nullptr;  // [2][rows][kKvPageTokens]: all rows' high parts, then their low parts; zero if not visible
  int32_t* sums = nullptr;  // [2][rows], of codes
  float* scales = nullptr;  // [rows]
  float* max = nullptr;     // [rows], m
  float* sum = nullptr;     // [rows], l
  const float* scores = nullptr;        // [rows][kKvPageTokens]
  const float* value_scales = nullptr;  // [kKvPageTokens], >= 0 or NaN
  const int64_t* visible = nullptr;     // [rows], in 1..kKvPageTokens
  int64_t rows = 0;
  float scale = 0;
};

// A page's values weighed, from those codes: out[r][c] = scales[r] * float(sum over j of code_j * value code_j[c]).
struct PageValues {
  float* out = nullptr;  // [rows][dims], rows out_stride apart
  int64_t out_stride = 0;
  const int8_t* codes = nullptr;  // [2][rows][kKvPageTokens]
  const float* scales = nullptr;  // [rows]
  int64_t rows = 0;
  MatrixView values;  // kInt8Packed, [dims][kKvPageTokens]; its scales are not used
};

// What is known of some rows after some keys: the largest score m, l = sum of p and o = sum of p v, [rows][head_dim].
struct SoftmaxRows {
  float* max = nullptr;  // [rows]
  float* sum = nullptr;  // [rows]
  float* out = nullptr;
  int64_t out_stride = 0;
};

// Rows of the gated delta rule for one value head inside one window (DESIGN 2, SPEC 2.4). With the log's entries
// j = 0 .. log_length + rows - 1, row r is entry i = log_length + r:
//   recalled[c] = sum_a k_i[a] S[a][c]      answer[c] = sum_a q_i[a] S[a][c]     (fma chains, a ascending, from +0)
//   p[c] = exp(float(G_i)) * recalled[c];   for j < i ascending: p[c] = fma(c_ij, d_j[c], p[c])
//   d_i[c] = beta_i * (v_i[c] - p[c])
//   o[c] = exp(float(G_i)) * answer[c];     for j <= i ascending: o[c] = fma(a_ij, d_j[c], o[c])
// where c_ij = exp(float(G_i - G_j)) * dot(k_j, k_i) and a_ij = exp(float(G_i - G_j)) * dot(k_j, q_i), dot canonical.
struct DeltaRows {
  const float* state = nullptr;  // S at the window's boundary: [key_dim][value_dim]
  const float* log_k = nullptr;  // [entries][key_dim], log_k_stride apart; the rows' own keys are there already
  int64_t log_k_stride = 0;
  float* log_d = nullptr;  // [entries][value_dim], log_d_stride apart; the rows' entries are written here
  int64_t log_d_stride = 0;
  const double* log_G =
      nullptr;  // [entries], log_G_stride apart: running sums of g since the boundary; the rows' are there already
  int64_t log_G_stride = 0;
  int64_t log_length = 0;    // entries before these rows
  int64_t rows = 0;          // log_length + rows <= kDeltaWindow
  const float* q = nullptr;  // [rows][key_dim], l2-normalised and scaled
  int64_t q_stride = 0;
  const float* v = nullptr;  // [rows][value_dim]
  int64_t v_stride = 0;
  const float* beta = nullptr;  // [rows], beta_stride apart
  int64_t beta_stride = 0;
  float* out = nullptr;  // [rows][value_dim]
  int64_t out_stride = 0;
  int64_t key_dim = 0;
  int64_t value_dim = 0;
};

// Folds a window's `entries` log entries into a new state:
//   out[a][c] = exp(float(G_last)) * S[a][c];  for j ascending: out[a][c] = fma(exp(float(G_last - G_j)) * k_j[a],
//   d_j[c], out[a][c])
struct DeltaFold {
  float* out = nullptr;  // [key_dim][value_dim]; may be `state` itself
  const float* state = nullptr;
  const float* log_k = nullptr;
  int64_t log_k_stride = 0;
  const float* log_d = nullptr;
  int64_t log_d_stride = 0;
  const double* log_G = nullptr;
  int64_t log_G_stride = 0;
  int64_t entries = 0;
  int64_t key_dim = 0;
  int64_t value_dim = 0;
};

// A product of training, where either side may be read by rows or by columns: y = x W^T (b = W by columns), gradients
// of the inputs (a = dy, b = W) and of the weights (a = dy by columns, b = x). For rows r and columns n:
//   out[r][n] = fma chain over k ascending of a[r * a_row_stride + k * a_k_stride] * b[k * b_k_stride + n *
//   b_column_stride],
// from +0, or from out[r][n] if `accumulate`: so a chain may be cut anywhere and gone on with later. With
// `short_chains` every kShortChain products are a chain of their own from +0, and these are added to out, ascending: a
// few percent slower and several times more exact, for sums that nobody cuts. Sums lie along the lanes, none is folded:
// fast for short k too, where matmul_f32's trees would be half of the work.
constexpr int64_t kShortChain = 16;
struct ChainedProduct {
  float* out = nullptr;  // [rows][columns], rows out_stride apart
  int64_t out_stride = 0;
  const float* a = nullptr;
  int64_t a_row_stride = 0;
  int64_t a_k_stride = 1;
  const float* b = nullptr;
  int64_t b_k_stride = 0;
  int64_t b_column_stride = 1;  // one of the two is 1
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t k = 0;
  bool accumulate = false;
  bool short_chains = false;
};

struct KernelTable {
  const char* isa;

  // --- rows of n floats ---
  // out[i] = x[i] * (1 / sqrt(sum x^2 / n + eps)) * weight[i]: (x * inverse) * weight; the sum is canonical (fma
  // chains). out may be x.
  void (*rms_norm)(float* out, const float* x, const float* weight, int64_t n, float eps);
  // The norm of Gated DeltaNet: rms_norm as above (plain weight), then times silu(z[i]).
  void (*gated_rms_norm)(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps);
  // x[i] = x[i] * (1 / sqrt(sum x^2 + eps)) * scale, out of place.
  void (*l2_norm)(float* out, const float* x, int64_t n, float eps, float scale);
  void (*add)(float* x, const float* y, int64_t n);                           // x += y
  void (*scaled_add)(float* x, const float* y, float scale, int64_t n);       // x = fma(scale, y, x)
  void (*swiglu)(float* out, const float* gate, const float* up, int64_t n);  // silu(gate) * up; out may be gate or up
  void (*sigmoid_gate)(float* x, const float* gate, int64_t n);               // x *= sigmoid(gate)
  void (*sigmoid)(float* out, const float* x, int64_t n);                     // out may be x
  void (*exp_shifted)(float* out, const float* x, float shift, int64_t n);    // out = exp(x - shift); out may be x
  // Rotates pairs by (cos[i], sin[i]), i < half: a' = a cos - b sin, b' = b cos + a sin, written fma(a, cos, -(b*sin))
  // and fma(b, cos, a*sin). rope_half: pairs (x[i], x[i+half]); rope_adjacent: pairs (x[2i], x[2i+1]) (Llama's GGUF
  // rows).
  void (*rope_half)(float* x, const float* cos, const float* sin, int64_t half);
  void (*rope_adjacent)(float* x, const float* cos, const float* sin, int64_t half);
  // Canonical sum of a[i] * b[i].
  float (*dot)(const float* a, const float* b, int64_t n);
  // Causal depthwise convolution and silu for one token: columns [taps][channels] oldest first, weight
  // [taps][channels]: out[c] = silu(fma chain over taps ascending from +0).
  void (*conv_silu)(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps);
  // g[h] = neg_exp_A[h] * softplus(a[h] + dt_bias[h]);  beta[h] = sigmoid(b[h]).
  void (*delta_gates)(float* g, float* beta, const float* a, const float* b, const float* neg_exp_A,
                      const float* dt_bias, int64_t heads);
  // cos[i] and sin[i] of float(position) * inverse_frequency[i] (the product in f32, as the reference forms it), times
  // `amplitude` (YaRN; 1 otherwise). Correctly rounded but for one in 2^20 for angles up to 2^21; NaN beyond 2^30.
  void (*rope_angles)(float* cos, float* sin, const float* inverse_frequency, int64_t half, int64_t position,
                      float amplitude);

  // --- matrix products: out[r][n] for rows r and outputs begin <= n < end; out[r] begins at out + r * out_stride ---
  // w: kF32, kF16 or kBF16 row-major (narrow weights are widened exactly). Canonical dot over K.
  void (*matmul_f32)(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows,
                     const MatrixView& w, int64_t begin, int64_t end);
  // w: kBF16 row-major; x rounded to bf16. AMX's order: per 32 K (the last group counts as padded with zeros), an fma
  // chain over the even k and one over the odd k, both from +0, ascending; then acc = acc + (even + odd), acc from +0.
  // Subnormal inputs and results are zero of the same sign; a result counts as subnormal by its value rounded to 24
  // bits without a least exponent (x86's FTZ; generic/products.cpp tells the one corner in which this shows).
  void (*matmul_bf16)(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows,
                      const MatrixView& w, int64_t begin, int64_t end);
  // w: kInt8Packed; begin and end are multiples of kPanelRows (end may also be w.rows). Per block of kQuantBlock K,
  // ascending: acc = fma(float(int32 sum of code products), w_scale * x_scale, acc), from +0.
  void (*matmul_int8)(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);

  // w: kInt4Packed, otherwise as matmul_int8: the integers are level * code, w_scale the f16 scale widened.
  void (*matmul_int4)(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);

  // What the planes of an int8 matrix tell of its product (tensor/matrix.h, docs/decisions/0014). nullptr where an ISA
  // has no fast way for them.
  // scan_planes: matmul_int8 with 16 high - 120 in the place of each code.
  void (*scan_planes)(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin,
                      int64_t end);
  // refine_planes: for the `count` given outputs of one row, out[n] being what scan_planes left, adds what 4 middle - 6
  // gives, per block ascending out[n] = fma(float(int32 sum), w_scale * x_scale, out[n]).
  void (*refine_planes)(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                        int64_t count);
  void (*chained_product)(const ChainedProduct& args);

  // --- activations for the products ---
  void (*round_bf16)(uint16_t* out, const float* x, int64_t n);  // nearest even; NaN stays NaN
  // Rotates each block of kRotationBlock values by itself (the last may be shorter); out may be x. A block falls into
  // parts of 256, 64, 16, 4 and 1 values, the largest that fit first. A part of s values becomes H x / sqrt(s), H the
  // Hadamard matrix in Sylvester's order: for strides h = 1, 2, 4 .. s/2 the pairs (a, b) that are h apart become (a +
  // b, a - b); then all are multiplied by 1 / sqrt(s), a power of two. H / sqrt(s) is orthogonal and its own inverse.
  void (*hadamard)(float* out, const float* x, int64_t n);
  // One row of n values -> codes[packed_columns(n)] (padding zero), scales and sums [quant_blocks(n)]. Per block:
  // m = max |x|; m < 2^-100 (where 127 / m would overflow): codes and scale 0. m is Inf or a NaN occurs: codes 0, scale
  // NaN (so that it is seen, not hidden). Otherwise scale = m / 127, code = round_half_even(x * (127 / m)), in
  // -127..127.
  void (*quantize_int8)(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n);

  // --- sequence mixing ---
  // Per row, blocks of kKvPageTokens keys at absolute positions, ascending, only the visible keys of a block:
  //   s_j = scale * dot(q, k_j) (canonical);  m = max s_j;  p_j = exp(s_j - m);  l = canonical sum of p_j (lane j mod
  //   16, +); o[c] = fma chain over j ascending from +0 of p_j * v_j[c].
  // The first block starts M, L, O. Each further one: M' = max(M, m), a = exp(M - M'), b = exp(m - M'),
  //   L = fma(l, b, L * a), O[c] = fma(o[c], b, O[c] * a). At the end out[c] = O[c] / L.
  void (*attention)(const AttentionRows& args);
  // Attention over integer keys and values is made of parts: matmul_int8 gives the scores (codes of q and of the page's
  // keys, all scales in it), then page_weights, then the weighed values, and merge_softmax page by page, ascending.
  void (*page_weights)(const PageWeights& args);
  // The weighed values at once. nullptr where matmul_int8 is as good: it gives exact integers for each of the two parts
  // of the codes (scales of 1), and join_products adds them: the same numbers, rounded once.
  void (*page_values)(const PageValues& args);
  // out[r][c] = scales[r] * fma(128, high[r][c], low[r][c]); out may be high. Rows of all three are n floats, stride
  // apart.
  void (*join_products)(float* out, const float* high, const float* low, int64_t stride, const float* scales,
                        int64_t rows, int64_t n);
  // Joins what `next` knows to `total`, as attention does: M' = max(M, m) and so on.
  void (*merge_softmax)(const SoftmaxRows& total, const SoftmaxRows& next, int64_t rows, int64_t n);
  // Byte b of each line of 64 becomes byte b of two lines: levels[low half], then levels[high half]. levels: 16.
  void (*widen_halves)(int8_t* out, const uint8_t* codes, const int8_t* levels, int64_t lines);
  void (*delta_rule)(const DeltaRows& args);
  void (*delta_fold)(const DeltaFold& args);
};

// The best table for this machine; CAPY_ISA=generic|avx2|avx512|amx|neon forces one. A forced ISA that is unknown or
// that this machine lacks is an error that lists what there is.
Result<const KernelTable*> choose_kernels();
Result<const KernelTable*> kernels_named(std::string_view isa);

// Every table that this machine can run, generic first, best last.
std::span<const KernelTable* const> all_kernels();

// Sees the inputs of each product with W, [rows][columns], before it is computed: for calibration.
class InputWatch {
 public:
  virtual ~InputWatch() = default;
  virtual void see(const MatrixView& w, const float* x, int64_t rows) = 0;
};

// What a forward pass works with. Borrowed; one per engine.
struct Compute {
  const KernelTable& kernels;
  ThreadPool& pool;
  Arena& arena;                 // activations; a Scope around each operation gives its memory back
  InputWatch* watch = nullptr;  // usually nobody
};

}  // namespace capy
