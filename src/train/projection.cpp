// SPDX-License-Identifier: Apache-2.0
// With t = s A x and u = s B^T dy, of an adapter without DoRA:
//   y = W x + B t,  dx = W^T dy + A^T u,  dB = dy t^T,  dA = u x^T
// DoRA multiplies y by m / |W + s B A|, and dy likewise before all that; dm = sum over rows of dy (W x + B t) / |...|.
// W x + B t is not kept: it is computed again.
#include <cmath>

#include "train/blocks.h"
#include "train/instantiate.h"

namespace capy::train {
namespace {

constexpr double kNormMin = 1e-30;  // rows of zeros stay zeros: m is 0 there

template <class M, class V>
const Adapter* adapter_of(const Pass<M, V>& p, int64_t slot) {
  return p.adapted == nullptr ? nullptr : p.adapted->model.adapters.of(slot);
}

template <class M, class V>
void multiply_all(const M& math, V* x, V factor, int64_t n) {
  math.pool.for_ranges(n, 8192, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) x[i] *= factor;
  });
}

// What lies beside one matrix, in one pass.
template <class M, class V>
class SidePath {
 public:
  SidePath(const Pass<M>& p, const Adapter& adapter, const Linear& size)
      : math_(p.math),
        pass_(*p.adapted),
        adapter_(adapter),
        rank_(pass_.model.adapters.options().rank),
        scale_(static_cast<V>(pass_.model.adapters.options().scale())),
        size_(size),
        down_{size.rows, rank_, size.inputs},
        up_{size.rows, size.outputs, rank_} {}

  bool is_dora() const { return adapter_.magnitude >= 0; }
  const V* a() const { return pass_.values + adapter_.a; }
  const V* b() const { return pass_.values + adapter_.b; }

  // [rows][rank]
  Buffer<V> shrunk(const V* x) const {
    Buffer<V> t(size_.rows * rank_);
    linear(math_, t.data(), x, a(), down_);
    multiply_all(math_, t.data(), scale_, size_.rows * rank_);
    return t;
  }
  Buffer<V> shrunk_back(const V* dy) const {
    Buffer<V> u(size_.rows * rank_);
    linear_backward_input(math_, u.data(), dy, b(), up_, Into::kZero);
    multiply_all(math_, u.data(), scale_, size_.rows * rank_);
    return u;
  }
  void add(V* y, const V* x) const { linear(math_, y, shrunk(x).data(), b(), up_, Into::kSum); }
  void add_back(V* dx, const V* dy) const {
    linear_backward_input(math_, dx, shrunk_back(dy).data(), a(), down_, Into::kSum);
  }
  void add_gradients(const V* dy, const V* x) const {
    linear_backward_weight(math_, pass_.gradients + adapter_.b, dy, shrunk(x).data(), up_);
    linear_backward_weight(math_, pass_.gradients + adapter_.a, shrunk_back(dy).data(), x, down_);
  }

  // DoRA: rows times m / |W + s B A|.
  void scale_outputs(V* to, const V* from) const {
    const V* const m = pass_.values + adapter_.magnitude;
    math_.pool.for_ranges(size_.rows, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) {
        const V* const x = from + row * size_.outputs;
        for (int64_t n = 0; n < size_.outputs; ++n) to[row * size_.outputs + n] = x[n] * (m[n] / norms()[n]);
      }
    });
  }
  Buffer<V> scaled(const V* dy) const {
    Buffer<V> out(size_.rows * size_.outputs);
    scale_outputs(out.data(), dy);
    return out;
  }
  // Threads share out the columns: each sums its rows in order.
  void add_magnitude_gradient(const V* dy, const V* y) const {
    V* const dm = pass_.gradients + adapter_.magnitude;
    math_.pool.for_ranges(size_.outputs, 64, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = 0; row < size_.rows; ++row) {
        const int64_t at = row * size_.outputs;
        for (int64_t n = begin; n < end; ++n) dm[n] += dy[at + n] * y[at + n] / norms()[n];
      }
    });
  }

 private:
  const V* norms() const {
    return pass_.norms[static_cast<size_t>(&adapter_ - pass_.model.adapters.all().data())].data();
  }

  const M& math_;
  const AdaptedPass<V>& pass_;
  const Adapter& adapter_;
  int64_t rank_;
  V scale_;
  Linear size_;
  Linear down_;  // A
  Linear up_;    // B
};

}  // namespace

template <class M, class V>
void project(const Pass<M>& p, V* y, const V* x, int64_t slot, const Linear& s) {
  linear(p.math, y, x, p.matrix(slot), s);
  const Adapter* const adapter = adapter_of(p, slot);
  if (adapter == nullptr) return;
  const SidePath<M, V> path(p, *adapter, s);
  path.add(y, x);
  if (path.is_dora()) path.scale_outputs(y, y);
}

template <class M, class V>
void project_backward_input(const Pass<M>& p, V* dx, const V* dy, int64_t slot, const Linear& s, Into into) {
  const Adapter* const adapter = adapter_of(p, slot);
  if (adapter == nullptr) return linear_backward_input(p.math, dx, dy, p.matrix(slot), s, into);
  const SidePath<M, V> path(p, *adapter, s);
  const Buffer<V> scaled = path.is_dora() ? path.scaled(dy) : Buffer<V>();
  const V* const d = path.is_dora() ? scaled.data() : dy;
  linear_backward_input(p.math, dx, d, p.matrix(slot), s, into);
  path.add_back(dx, d);
}

template <class M, class V>
void project_backward_weight(const Pass<M>& p, const V* dy, const V* x, int64_t slot, const Linear& s) {
  if (p.adapted == nullptr) return linear_backward_weight(p.math, p.gradient(slot), dy, x, s);
  const Adapter* const adapter = adapter_of(p, slot);
  if (adapter == nullptr) return;
  const SidePath<M, V> path(p, *adapter, s);
  if (!path.is_dora()) return path.add_gradients(dy, x);
  Buffer<V> y(s.rows * s.outputs);
  linear(p.math, y.data(), x, p.matrix(slot), s);
  path.add(y.data(), x);
  path.add_magnitude_gradient(dy, y.data());
  path.add_gradients(path.scaled(dy).data(), x);
}

template <class M, class V>
void adapted_norms(const M& math, V* norms, const AdaptedModel& model, const Adapter& adapter, const V* values) {
  const FrozenMatrix& matrix = model.base.matrix(adapter.matrix);
  const LoraOptions& options = model.adapters.options();
  const int64_t inputs = matrix.columns();
  const auto scale = static_cast<V>(options.scale());
  Buffer<V> sums;
  for_row_blocks(math, Weight<V>(matrix), matrix.rows(), inputs, [&](int64_t first, int64_t count, const V* block) {
    sums.resize(count * inputs);
    linear_backward_input(math, sums.data(), values + adapter.b + first * options.rank, values + adapter.a,
                          {count, options.rank, inputs}, Into::kZero);
    math.pool.for_ranges(count, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) {
        double sum = 0;
        for (int64_t k = row * inputs; k < (row + 1) * inputs; ++k) {
          const auto value = static_cast<double>(block[k] + scale * sums.data()[k]);
          sum += value * value;
        }
        norms[first + row] = static_cast<V>(std::max(std::sqrt(sum), kNormMin));
      }
    });
  });
}

#define BLOCK(M, V)                                                                                        \
  template void project<M, V>(const Pass<M>&, V*, const V*, int64_t, const Linear&);                       \
  template void project_backward_input<M, V>(const Pass<M>&, V*, const V*, int64_t, const Linear&, Into);  \
  template void project_backward_weight<M, V>(const Pass<M>&, const V*, const V*, int64_t, const Linear&); \
  template void adapted_norms<M, V>(const M&, V*, const AdaptedModel&, const Adapter&, const V*);
TRAIN_FOR_BOTH(BLOCK)
#undef BLOCK

}  // namespace capy::train
