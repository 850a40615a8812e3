// SPDX-License-Identifier: Apache-2.0
// Gated DeltaNet: convolution, gates, the delta rule inside a window and the fold into a new state (kernels.h has the
// formulas; DESIGN's chunk log: the state moves only at multiples of kDeltaWindow).
#include <cmath>

#include "base/check.h"
#include "kernels/generic/operations.h"
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

float decay(double later, double earlier) { return exp(static_cast<float>(later - earlier)); }

// sum_a x[a] S[a][c], a ascending.
float read_state(const float* state, const float* x, int64_t key_dim, int64_t value_dim, int64_t c) {
  float sum = 0;
  for (int64_t a = 0; a < key_dim; ++a) sum = std::fma(x[a], state[a * value_dim + c], sum);
  return sum;
}

void delta_row(const DeltaRows& args, int64_t row) {
  const int64_t i = args.log_length + row;
  const float* k = args.log_k + i * args.log_k_stride;
  const float* q = args.q + row * args.q_stride;
  const double now = args.log_G[i * args.log_G_stride];
  float* d = args.log_d + i * args.log_d_stride;
  float* out = args.out + row * args.out_stride;

  const float since_boundary = decay(now, 0);
  float from_key[kDeltaWindow];    // c_ij
  float from_query[kDeltaWindow];  // a_ij
  for (int64_t j = 0; j <= i; ++j) {
    const float* old_k = args.log_k + j * args.log_k_stride;
    const float share = decay(now, args.log_G[j * args.log_G_stride]);
    from_key[j] = share * dot(old_k, k, args.key_dim);
    from_query[j] = share * dot(old_k, q, args.key_dim);
  }
  for (int64_t c = 0; c < args.value_dim; ++c) {
    float predicted = since_boundary * read_state(args.state, k, args.key_dim, args.value_dim, c);
    for (int64_t j = 0; j < i; ++j) predicted = std::fma(from_key[j], args.log_d[j * args.log_d_stride + c], predicted);
    d[c] = args.beta[row * args.beta_stride] * (args.v[row * args.v_stride + c] - predicted);

    float answer = since_boundary * read_state(args.state, q, args.key_dim, args.value_dim, c);
    for (int64_t j = 0; j <= i; ++j) answer = std::fma(from_query[j], args.log_d[j * args.log_d_stride + c], answer);
    out[c] = answer;
  }
}

}  // namespace

void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps) {
  for (int64_t c = 0; c < channels; ++c) {
    float sum = 0;
    for (int64_t t = 0; t < taps; ++t) sum = std::fma(columns[t * channels + c], weight[t * channels + c], sum);
    out[c] = silu(sum);
  }
}

void delta_gates(float* g, float* beta, const float* a, const float* b, const float* neg_exp_A, const float* dt_bias,
                 int64_t heads) {
  for (int64_t h = 0; h < heads; ++h) {
    g[h] = neg_exp_A[h] * softplus(a[h] + dt_bias[h]);
    beta[h] = sigmoid(b[h]);
  }
}

void delta_rule(const DeltaRows& args) {
  CHECK(args.log_length >= 0 && args.log_length + args.rows <= kDeltaWindow);
  for (int64_t row = 0; row < args.rows; ++row) delta_row(args, row);
}

void delta_fold(const DeltaFold& args) {
  CHECK(args.entries >= 1);
  const double last = args.log_G[(args.entries - 1) * args.log_G_stride];
  const float kept = decay(last, 0);
  for (int64_t i = 0; i < args.key_dim * args.value_dim; ++i) args.out[i] = kept * args.state[i];
  for (int64_t j = 0; j < args.entries; ++j) {
    const float share = decay(last, args.log_G[j * args.log_G_stride]);
    const float* d = args.log_d + j * args.log_d_stride;
    for (int64_t a = 0; a < args.key_dim; ++a) {
      const float strength = share * args.log_k[j * args.log_k_stride + a];
      float* out = args.out + a * args.value_dim;
      for (int64_t c = 0; c < args.value_dim; ++c) out[c] = std::fma(strength, d[c], out[c]);
    }
  }
}

}  // namespace capy::generic
