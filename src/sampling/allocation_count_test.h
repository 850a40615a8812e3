// SPDX-License-Identifier: Apache-2.0
// Linked into this room's tests only: every operator new is counted, so that "allocates nothing" is a test and no
// promise.
#pragma once

#include <cstdint>

namespace capy {
int64_t allocation_count();
}  // namespace capy
