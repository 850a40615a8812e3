// SPDX-License-Identifier: Apache-2.0
#include "model/gguf_order.h"

#include <algorithm>

namespace capy {

GgufOrder::GgufOrder(const ModelConfig& config, std::string_view part) {
  for (const std::string_view ending : {".weight", ".bias"}) {
    if (part.ends_with(ending)) part.remove_suffix(ending.size());
  }
  const auto is = [part](auto... names) { return (part.ends_with(names) || ...); };
  if (config.rope.adjacent && is("q_proj", "k_proj")) rows_ = {Kind::kRopePairs, 0, config.head_dim};
  if (!config.tiled_value_heads) return;
  key_heads_ = config.key_heads;
  ratio_ = config.value_heads / config.key_heads;
  if (is("in_proj_qkv", "conv1d")) rows_ = {Kind::kValueHeads, 2 * config.key_width(), config.value_dim};
  if (is("in_proj_z")) rows_ = {Kind::kValueHeads, 0, config.value_dim};
  if (is("in_proj_b", "in_proj_a", "A_log", "dt_bias")) rows_ = {Kind::kValueHeads, 0, 1};
  if (is("linear_attn.out_proj")) columns_ = {Kind::kValueHeads, 0, config.value_dim};
}

int64_t GgufOrder::mapped(const Axis& axis, int64_t i, bool from_file) const {
  if (axis.kind == Kind::kSame || i < axis.first) return i;
  const int64_t head = (i - axis.first) / axis.size;
  const int64_t inside = (i - axis.first) % axis.size;
  if (axis.kind == Kind::kValueHeads) {
    const int64_t moved =
        from_file ? head % key_heads_ * ratio_ + head / key_heads_ : head % ratio_ * key_heads_ + head / ratio_;
    return axis.first + moved * axis.size + inside;
  }
  const int64_t half = axis.size / 2;
  const int64_t moved = from_file ? inside % 2 * half + inside / 2 : inside % half * 2 + inside / half;
  return head * axis.size + moved;
}

}  // namespace capy
