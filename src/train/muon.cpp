// SPDX-License-Identifier: Apache-2.0
#include "train/muon.h"

#include <cmath>

#include "train/gradient_sum.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr float kA = 3.4445F;
constexpr float kB = -4.7750F;
constexpr float kC = 2.0315F;
constexpr int kIterations = 5;

void transpose(float* to, const float* from, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
}

// rows <= columns
void iterate(const FloatMath& math, float* x, int64_t rows, int64_t columns) {
  Buffer<float> gram(rows * rows), mixed(rows * rows), product(rows * columns);
  for (int i = 0; i < kIterations; ++i) {
    linear(math, gram.data(), x, x, {rows, rows, columns});
    linear(math, mixed.data(), gram.data(), gram.data(), {rows, rows, rows});  // A A^T = A A: A is symmetric
    for (int64_t k = 0; k < rows * rows; ++k) mixed.data()[k] = kB * gram.data()[k] + kC * mixed.data()[k];
    linear_backward_input(math, product.data(), mixed.data(), x, {rows, rows, columns}, Into::kZero);
    for (int64_t k = 0; k < rows * columns; ++k) x[k] = kA * x[k] + product.data()[k];
  }
}

}  // namespace

void orthogonalise(const FloatMath& math, float* x, int64_t rows, int64_t columns) {
  const auto scale = static_cast<float>(1 / (norm_of(x, rows * columns, math.pool) + 1e-7));
  for (int64_t i = 0; i < rows * columns; ++i) x[i] *= scale;
  if (rows <= columns) return iterate(math, x, rows, columns);
  Buffer<float> wide(rows * columns);
  transpose(wide.data(), x, rows, columns);
  iterate(math, wide.data(), columns, rows);
  transpose(x, wide.data(), columns, rows);
}

Muon::Muon(const ParameterList& parameters, const MuonOptions& options)
    : parameters_(parameters), options_(options), momentum_(static_cast<size_t>(parameters.values())) {}

void Muon::step(const FloatMath& math, float* weights, const float* gradients, double learning_rate, double scale) {
  const auto keep = static_cast<float>(1 - learning_rate * options_.weight_decay);
  const auto beta = static_cast<float>(options_.momentum);
  for (const Parameter& p : parameters_.all()) {
    if (!steps_on(p)) continue;
    Buffer<float> update(p.count);
    float* const m = momentum_.data() + p.offset;
    float* const w = weights + p.offset;
    for (int64_t i = 0; i < p.count; ++i) {
      const float gradient = gradients[p.offset + i] * static_cast<float>(scale);
      m[i] = beta * m[i] + (1 - beta) * gradient;
      update.data()[i] = beta * m[i] + (1 - beta) * gradient;
    }
    orthogonalise(math, update.data(), p.shape[0], p.shape[1]);
    const auto largest = static_cast<double>(std::max(p.shape[0], p.shape[1]));
    const auto rate = static_cast<float>(learning_rate * 0.2 * std::sqrt(largest));
    for (int64_t i = 0; i < p.count; ++i) w[i] = w[i] * keep - rate * update.data()[i];
  }
}

}  // namespace capy::train
