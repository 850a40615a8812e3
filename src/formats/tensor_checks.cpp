// SPDX-License-Identifier: Apache-2.0
#include "formats/tensor_checks.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/concat.h"

namespace capy {
namespace {

constexpr int64_t kCountLimit = int64_t{1} << 48;
constexpr size_t kShownBytesMax = 120;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Status check_names(std::span<const Tensor> tensors, std::string_view file) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const Tensor& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) return {};
  return Error{ErrorCode::kCorrupt,
               concat(file, ": two tensors are named ", shown(*twin), "; the file was written wrongly, get another")};
}

}  // namespace

std::optional<int64_t> checked_count(std::span<const int64_t> shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent <= 0 || extent >= kCountLimit / count) return std::nullopt;
    count *= extent;
  }
  return count;
}

std::optional<int64_t> checked_bytes(DType type, std::span<const int64_t> shape, int64_t count) {
  const int block = dtype_info(type).block;
  if (block > 1 && (shape.empty() || shape.back() % block != 0)) return std::nullopt;
  return dtype_bytes(type, count);
}

Status check_disjoint(std::span<const Tensor> tensors, std::string_view file) {
  TRY(check_names(tensors, file));
  std::vector<const Tensor*> order;
  order.reserve(tensors.size());
  for (const Tensor& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(),
            [](const Tensor* a, const Tensor* b) { return std::less<>()(a->bytes.data(), b->bytes.data()); });
  for (size_t i = 1; i < order.size(); ++i) {
    const Tensor& before = *order[i - 1];
    const Tensor& after = *order[i];
    if (before.bytes.data() + before.bytes.size() <= after.bytes.data()) continue;
    return Error{ErrorCode::kCorrupt, concat(file, ": tensors ", shown(before.name), " and ", shown(after.name),
                                             " overlap; the file was written wrongly, get another")};
  }
  return {};
}

std::string shown(std::string_view name) {
  if (name.size() <= kShownBytesMax) return json_quote(name);
  return concat(json_quote(name.substr(0, kShownBytesMax)), "... (", name.size(), " bytes)");
}

std::string shown(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += concat(i == 0 ? "" : ", ", shape[i]);
  return text + "]";
}

std::string_view describe_foreign_file(std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes.first(std::min<size_t>(bytes.size(), 64)));
  if (text.starts_with("version https://git-lfs"))
    return "a Git LFS pointer; run `git lfs pull` to get the file itself";
  if (text.starts_with("<!DOCTYPE") || text.starts_with("<!doctype") || text.starts_with("<html")) {
    return "a web page; the download went wrong";
  }
  if (text.starts_with("PK\x03\x04")) return "a zip archive or PyTorch pickle; convert it to safetensors";
  if (text.starts_with("lmgg") || text.starts_with("tjgg") || text.starts_with("fmgg")) {
    return "a model from before GGUF; convert it to GGUF";
  }
  return "";
}

}  // namespace capy
