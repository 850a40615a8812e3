// SPDX-License-Identifier: Apache-2.0
// What the int4 products of an ISA pass on to their tiles. Only data.
#pragma once

#include <cstdint>

#include "kernels/kernels.h"

namespace capy {

struct Int4Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const uint8_t* panels;
  int64_t panel_bytes;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

}  // namespace capy
