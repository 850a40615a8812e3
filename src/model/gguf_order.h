// SPDX-License-Identifier: Apache-2.0
// Where GGUF files hold a tensor's rows and columns in another order than Hugging Face's (SPEC 10):
//   value heads of the delta net   file head t = (j mod r) * key_heads + j / r for head j, r = value_heads / key_heads:
//                                  rows of in_proj_qkv's and conv1d's V part, in_proj_z, b, a, A_log, dt_bias; columns
//                                  of out_proj
//   Llama's q and k                each head's rows (half, pair) stand as (pair, half)
// Inside the model room.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/config.h"

namespace capy {

class GgufOrder {
 public:
  // `part` as in model/tensor_list.h, or an adapter's path: "self_attn.q_proj.weight", "layers.0.self_attn.q_proj".
  // A configuration that was read from a Hugging Face file gives the identity.
  GgufOrder(const ModelConfig& config, std::string_view part);

  // The Hugging Face row that stands at row `i` of the file, and the other way round.
  int64_t row_at(int64_t i) const { return mapped(rows_, i, true); }
  int64_t file_row(int64_t i) const { return mapped(rows_, i, false); }
  int64_t column_at(int64_t i) const { return mapped(columns_, i, true); }
  int64_t file_column(int64_t i) const { return mapped(columns_, i, false); }
  bool moves_rows() const { return rows_.kind != Kind::kSame; }
  bool moves_columns() const { return columns_.kind != Kind::kSame; }

 private:
  enum class Kind : uint8_t { kSame, kValueHeads, kRopePairs };
  struct Axis {
    Kind kind = Kind::kSame;
    int64_t first = 0;  // where the value heads begin
    int64_t size = 1;   // of a head
  };
  int64_t mapped(const Axis& axis, int64_t i, bool from_file) const;

  Axis rows_;
  Axis columns_;
  int64_t key_heads_ = 1;
  int64_t ratio_ = 1;  // value heads of a key head
};

}  // namespace capy
