// SPDX-License-Identifier: Apache-2.0
// Which matrix gets how many bits when a model is asked for as int4. One function, for loading and for `capy quantize`.
// Inside the model room.
#pragma once

#include "model/matrix.h"

namespace capy {

enum class MatrixRole {
  kAttention,    // q, k, v and o of full attention
  kDeltaNetIn,   // in_proj_qkv and in_proj_z
  kDeltaNetOut,  // out_proj
  kMlp,          // gate, up and down
  kHead,         // the output head
  kMtp,          // fc of the MTP head
};

// The product that a matrix of this role is held for when the model is asked for as `asked`. int4 is a mix: attention
// and the delta net's output are few bytes and suffer most (docs/SPEED.md), so they keep 8 bits, as does the head,
// most of which is read as 4 bits (model/head.h); `all_int4` says no.
constexpr Product product_of(MatrixRole role, Product asked, bool all_int4) {
  if (asked != Product::kInt4 || all_int4) return asked;
  const bool wide = role == MatrixRole::kAttention || role == MatrixRole::kDeltaNetOut || role == MatrixRole::kHead;
  return wide ? Product::kInt8 : Product::kInt4;
}

}  // namespace capy
