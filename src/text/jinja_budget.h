// SPDX-License-Identifier: Apache-2.0
// What a template may use up. A checkpoint's template is somebody else's program: whatever it does, it ends within
// about a second, with a prompt or with an error. Each node visited costs a step, and so do 16 bytes copied or compared
// and each element of a list, so that the steps bound time and memory together.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace capy::jinja {

struct Limits {
  int64_t template_bytes_max = 1 << 20;
  int parse_depth_max = 120;   // of nested blocks, brackets and operators
  int render_depth_max = 400;  // of nodes being evaluated at once, macros included
  int value_depth_max = 150;   // of lists in lists; JSON that comes in may have 128
  int64_t steps_max = 10'000'000;
  int64_t string_bytes_max = 64 << 20;  // of one string, and of the prompt
  int64_t list_items_max = 1'000'000;
  int64_t range_items_max = 100'000;  // as jinja2's sandbox
};

class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits), steps_left_(limits.steps_max) {}

  const Limits& limits() const { return limits_; }
  // False once the budget is spent, and from then on.
  bool charge(int64_t steps) {
    steps_left_ -= steps;
    return steps_left_ >= 0;
  }
  bool charge_bytes(size_t bytes) { return charge(static_cast<int64_t>(bytes / 16) + 1); }
  bool is_spent() const { return steps_left_ < 0; }

  Error spent_error() const;
  // Charges for a new string of this size (for a list of so many elements) and refuses one that is too large.
  Status take_string(size_t bytes) {
    if (static_cast<int64_t>(bytes) <= limits_.string_bytes_max && charge_bytes(bytes)) return {};
    return string_error(bytes);
  }
  Status take_items(size_t items) {
    if (static_cast<int64_t>(items) <= limits_.list_items_max && charge(static_cast<int64_t>(items) + 1)) return {};
    return list_error(items);
  }

 private:
  Error string_error(size_t bytes) const;
  Error list_error(size_t items) const;

  Limits limits_;
  int64_t steps_left_;
};

}  // namespace capy::jinja
