// SPDX-License-Identifier: Apache-2.0
#include "formats/checkpoint.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "formats/checkpoint_files.h"
#include "formats/content_hash.h"

namespace capy {

struct Checkpoint::Parts {
  CheckpointFiles of;
  std::unordered_map<std::string_view, const Tensor*> by_name;
};

Result<Checkpoint> Checkpoint::open(std::string_view path, const CheckpointLimits& limits) {
  auto parts = std::make_unique<Parts>();
  parts->of = TRY(open_checkpoint_files(path, limits));
  parts->by_name.reserve(parts->of.tensors.size());
  for (const Tensor& tensor : parts->of.tensors) parts->by_name.emplace(tensor.name, &tensor);
  return Checkpoint(std::move(parts));
}

Checkpoint::Checkpoint(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint::Kind Checkpoint::kind() const { return parts_->of.kind; }
const std::string& Checkpoint::path() const { return parts_->of.path; }
const std::string& Checkpoint::directory() const { return parts_->of.directory; }
std::span<const Tensor> Checkpoint::tensors() const { return parts_->of.tensors; }
const GgufMetadata& Checkpoint::metadata() const { return parts_->of.metadata; }
Json Checkpoint::config() const { return parts_->of.config ? parts_->of.config->root() : Json(); }

const Tensor* Checkpoint::find(std::string_view name) const {
  const auto found = parts_->by_name.find(name);
  return found == parts_->by_name.end() ? nullptr : found->second;
}

int64_t Checkpoint::file_bytes() const {
  int64_t total = 0;
  for (const auto& file : parts_->of.files) total += static_cast<int64_t>(file.map.bytes().size());
  return total;
}

uint64_t Checkpoint::identity() const {
  ContentHash hash;
  hash.add(parts_->of.config_text);
  for (const auto& file : parts_->of.files) {
    const auto bytes = file.map.bytes();
    const auto header_bytes = static_cast<size_t>(file.header_bytes);
    hash.add(bytes.size());
    hash.add(bytes.first(header_bytes));
    hash.add_samples(bytes.subspan(header_bytes));
  }
  return hash.value();
}

uint64_t Checkpoint::copy_identity() const {
  ContentHash hash;
  hash.add(identity());
  for (const auto& file : parts_->of.files) hash.add(static_cast<uint64_t>(file.map.changed_ns()));
  return hash.value();
}

bool Checkpoint::damaged() const {
  return std::any_of(parts_->of.files.begin(), parts_->of.files.end(),
                     [](const auto& file) { return file.map.damaged(); });
}

void Checkpoint::release_pages(const Tensor& tensor) const {
  for (const auto& file : parts_->of.files) {
    const auto bytes = file.map.bytes();
    const bool inside = std::greater_equal<>()(tensor.bytes.data(), bytes.data()) &&
                        std::less<>()(tensor.bytes.data(), bytes.data() + bytes.size());
    if (inside) return file.map.will_not_need(tensor.bytes);
  }
}

}  // namespace capy
