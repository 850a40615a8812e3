// SPDX-License-Identifier: Apache-2.0
// A borrowed, row-major, contiguous tensor: data and shape. view[i] is the i-th slice along the outermost axis.
#pragma once

#include <array>
#include <cstdint>

#include "base/check.h"

namespace capy {

template <class T, int Rank>
struct TensorView {
  T* data = nullptr;
  std::array<int64_t, Rank> shape{};

  int64_t size() const {
    int64_t product = 1;
    for (const int64_t extent : shape) product *= extent;
    return product;
  }

  auto operator[](int64_t index) const {
    DCHECK(index >= 0 && index < shape[0]);
    if constexpr (Rank == 1) {
      return data[index];
    } else {
      TensorView<T, Rank - 1> slice;
      int64_t stride = 1;
      for (int axis = 1; axis < Rank; ++axis) {
        slice.shape[axis - 1] = shape[axis];
        stride *= shape[axis];
      }
      slice.data = data + index * stride;
      return slice;
    }
  }

  // Rows [begin, end) of the outermost axis.
  TensorView rows(int64_t begin, int64_t end) const {
    DCHECK(begin >= 0 && begin <= end && end <= shape[0]);
    TensorView part = *this;
    part.shape[0] = end - begin;
    int64_t stride = 1;
    for (int axis = 1; axis < Rank; ++axis) stride *= shape[axis];
    part.data = data + begin * stride;
    return part;
  }

  operator TensorView<const T, Rank>() const { return {data, shape}; }
};

}  // namespace capy
