// SPDX-License-Identifier: Apache-2.0
// Keys and values on their way into a page and out of it. Inside the model room.
//
// K and V are rounded to the KV type per (token, head) when they are appended, and never regrouped. For the integer
// types a row is rotated by KernelTable::hadamard first: large values of single dims are spread over the row, and
// products of rotated rows are the products of the rows. So q is rotated too, and what comes out of the values is
// rotated back.
//   int8   codes and scale of quantize_int8
//   int4   each of these codes as the nearest of 16 levels (kKvLevels), same scale
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cache/kv_pool.h"
#include "kernels/kernels.h"

namespace capy {

// Where one token's keys and values of one head live.
struct KvPlace {
  std::byte* page;
  int64_t layer;  // of the cache
  int64_t head;
  int64_t token;  // in the page
};

// Two tokens of the integer types may share bytes: threads may store tokens of different blocks of kKvTokensAlone
// (absolute positions), not of the same one.
constexpr int64_t kKvTokensAlone = 16;
void store_kv(const KvPlace& place, const KvLayout& layout, const float* key, const float* value,
              const KernelTable& kernels);

// One head's keys and values of a page of an integer type, ready for matmul_int8: keys [kPageTokens][head_dim] with
// their scales, values [head_dim][kPageTokens] with scales of 1 (`value_scales` go into the weights).
struct KvMatrices {
  MatrixView keys;
  MatrixView values;
  const float* value_scales = nullptr;  // [kPageTokens]
};

// Memory that kv_matrices needs for a page: 0 for int8, which is used as it is stored.
int64_t kv_widened_bytes(const KvLayout& layout);
KvMatrices kv_matrices(const std::byte* page, int64_t layer, int64_t head, const KvLayout& layout, int8_t* widened,
                       const KernelTable& kernels);

}  // namespace capy
