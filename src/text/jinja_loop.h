// SPDX-License-Identifier: Apache-2.0
// The state of one running for loop: what templates see as `loop`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "text/jinja_value.h"

namespace capy::jinja {

struct Statement;
class Scope;

struct Loop {
  std::vector<Value> items;
  int64_t index0 = 0;
  int64_t depth0 = 0;      // of recursive loops
  int depth_of_items = 1;  // as a value
  // For loop(...) in a recursive loop; null otherwise and once the loop has ended.
  const Statement* recursion = nullptr;
  Scope* outer = nullptr;
  // What loop.changed() saw last. Emptied when the loop ends, so that it cannot keep the loop itself alive.
  std::optional<std::vector<Value>> changed;
  bool is_running = true;
};

}  // namespace capy::jinja
