// SPDX-License-Identifier: Apache-2.0
// A stable merge sort whose comparison may fail, and may contradict itself (NaN): the library's sorts may do neither.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/result.h"

namespace capy::jinja {

// compare(a, b) gives a Result<int>: below 0 when a stands before b. Stops at the first error.
template <class T, class Compare>
Status sort_stably(std::vector<T>& items, Compare&& compare) {
  std::vector<T> merged(items.size());
  for (size_t width = 1; width < items.size(); width *= 2) {
    for (size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const size_t middle = std::min(begin + width, items.size());
      const size_t end = std::min(begin + 2 * width, items.size());
      size_t left = begin, right = middle;
      for (size_t out = begin; out < end; ++out) {
        bool takes_right = left == middle;
        if (!takes_right && right < end) takes_right = TRY(compare(items[right], items[left])) < 0;
        merged[out] = std::move(items[takes_right ? right++ : left++]);
      }
    }
    items.swap(merged);
  }
  return {};
}

}  // namespace capy::jinja
