// SPDX-License-Identifier: Apache-2.0
// What the operations of training are written over. Each operation is a template over one of two arithmetics: float,
// whose products and functions are the kernels of this machine, and double, written plainly here: the truth that
// gradients are checked with. Threads share out outputs, never a sum.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace capy::train {

// Rows of a matrix: row r begins at data + r * stride.
template <class Value>
struct Rows {
  Value* data = nullptr;
  int64_t stride = 0;

  Rows() = default;
  Rows(Value* at, int64_t row_stride) : data(at), stride(row_stride) {}
  template <class Other>
    requires std::is_convertible_v<Other*, Value*>
  Rows(const Rows<Other>& other) : data(other.data), stride(other.stride) {}
  Value* operator[](int64_t row) const { return data + row * stride; }
  Rows from(int64_t row, int64_t column = 0) const { return {data + row * stride + column, stride}; }
};

// The left side of a chained product: element (r, k) lies at data + r * row_stride + k * k_stride.
template <class Value>
struct Factor {
  const Value* data = nullptr;
  int64_t row_stride = 0;
  int64_t k_stride = 1;

  static Factor plain(Rows<const Value> m) { return {m.data, m.stride, 1}; }
  static Factor transposed(Rows<const Value> m) { return {m.data, 1, m.stride}; }
};

struct Extent {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t k = 0;
};

enum class Into { kZero, kSum };  // what a product adds to

class FloatMath {
 public:
  using Value = float;
  FloatMath(const KernelTable& table, ThreadPool& threads) : kernels(table), pool(threads) {}
  const KernelTable& kernels;
  ThreadPool& pool;

  // out[r][n] (+)= sum over k of x[r][k] * w[n][k], in short chains
  void dots(Rows<float> out, Rows<const float> x, Rows<const float> w, Extent e, Into into = Into::kZero) const {
    kernels.chained_product({out.data, out.stride, x.data, x.stride, 1, w.data, 1, w.stride, e.rows, e.columns, e.k,
                             into == Into::kSum, true});
  }
  // out[r][n] (+)= sum over k of a[r][k] * b[k][n]: one chain over k ascending, or short ones
  void chained(Rows<float> out, Factor<float> a, Rows<const float> b, Extent e, Into into) const {
    product(out, a, b, e, into, false);
  }
  void short_chained(Rows<float> out, Factor<float> a, Rows<const float> b, Extent e, Into into) const {
    product(out, a, b, e, into, true);
  }
  float dot(const float* a, const float* b, int64_t n) const { return kernels.dot(a, b, n); }
  void sigmoid(float* out, const float* x, int64_t n) const { kernels.sigmoid(out, x, n); }
  void exp_shifted(float* out, const float* x, float shift, int64_t n) const { kernels.exp_shifted(out, x, shift, n); }
  // g = -exp(A_log) softplus(a + dt_bias), beta = sigmoid(b); neg_exp_A is -exp(A_log)
  void gates(float* g, float* beta, const float* a, const float* b, const float* neg_exp_A, const float* dt_bias,
             int64_t heads) const {
    kernels.delta_gates(g, beta, a, b, neg_exp_A, dt_bias, heads);
  }

 private:
  void product(Rows<float> out, Factor<float> a, Rows<const float> b, Extent e, Into into, bool short_chains) const {
    kernels.chained_product({out.data, out.stride, a.data, a.row_stride, a.k_stride, b.data, b.stride, 1, e.rows,
                             e.columns, e.k, into == Into::kSum, short_chains});
  }
};

struct DoubleMath {
  using Value = double;
  ThreadPool& pool;

  void dots(Rows<double> out, Rows<const double> x, Rows<const double> w, Extent e, Into into = Into::kZero) const {
    for (int64_t r = 0; r < e.rows; ++r) {
      for (int64_t n = 0; n < e.columns; ++n) out[r][n] = (into == Into::kSum ? out[r][n] : 0) + dot(x[r], w[n], e.k);
    }
  }
  void chained(Rows<double> out, Factor<double> a, Rows<const double> b, Extent e, Into into) const {
    for (int64_t r = 0; r < e.rows; ++r) {
      if (into == Into::kZero) std::fill_n(out[r], e.columns, 0.0);
      for (int64_t k = 0; k < e.k; ++k) {
        const double factor = a.data[r * a.row_stride + k * a.k_stride];
        for (int64_t n = 0; n < e.columns; ++n) out[r][n] += factor * b[k][n];
      }
    }
  }
  void short_chained(Rows<double> out, Factor<double> a, Rows<const double> b, Extent e, Into into) const {
    chained(out, a, b, e, into);
  }
  double dot(const double* a, const double* b, int64_t n) const {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
  }
  void sigmoid(double* out, const double* x, int64_t n) const {
    for (int64_t i = 0; i < n; ++i) out[i] = 1 / (1 + std::exp(-x[i]));
  }
  void exp_shifted(double* out, const double* x, double shift, int64_t n) const {
    for (int64_t i = 0; i < n; ++i) out[i] = std::exp(x[i] - shift);
  }
  void gates(double* g, double* beta, const double* a, const double* b, const double* neg_exp_A, const double* dt_bias,
             int64_t heads) const {
    sigmoid(beta, b, heads);
    for (int64_t h = 0; h < heads; ++h) {
      const double x = a[h] + dt_bias[h];
      g[h] = neg_exp_A[h] * (std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))));
    }
  }
};

// Memory for activations and scratch: aligned, uninitialised, kept and grown as needed.
template <class Value>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t count) { resize(count); }

  // Old values are lost when it grows.
  Value* resize(int64_t count) {
    if (count > capacity_) {
      data_.reset(static_cast<Value*>(::operator new[](static_cast<size_t>(count) * sizeof(Value), kAlign)));
      capacity_ = count;
    }
    return data_.get();
  }
  Value* zeroed(int64_t count) {
    resize(count);
    std::fill_n(data_.get(), count, Value{0});
    return data_.get();
  }
  Value* data() const { return data_.get(); }
  int64_t capacity() const { return capacity_; }

 private:
  static constexpr std::align_val_t kAlign{64};
  struct Free {
    void operator()(Value* p) const { ::operator delete[](p, kAlign); }
  };
  std::unique_ptr<Value, Free> data_;
  int64_t capacity_ = 0;
};

// Rows [begin, end) of a packed sample that are one text: they see nothing of the others.
struct Document {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t length() const { return end - begin; }
};

}  // namespace capy::train
