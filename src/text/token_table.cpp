// SPDX-License-Identifier: Apache-2.0
#include "text/token_table.h"

#include <bit>
#include <cstring>

namespace capy {
namespace {

// At half load an honest table needs a few dozen probes at worst.
constexpr size_t kProbesMax = 1024;

uint64_t load(const char* bytes, size_t count) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

uint64_t hash_bytes(std::string_view bytes) {
  uint64_t hash = bytes.size();
  while (bytes.size() >= 8) {
    hash = mix(hash, load(bytes.data(), 8));
    bytes.remove_prefix(8);
  }
  hash = mix(hash, load(bytes.data(), bytes.size()));
  return mix(hash, 0);
}

}  // namespace

void TokenTable::reserve(size_t tokens, size_t bytes) {
  bytes_.reserve(bytes);
  ends_.reserve(tokens + 1);
}

void TokenTable::add(std::string_view bytes) {
  bytes_.append(bytes);
  ends_.push_back(static_cast<uint32_t>(bytes_.size()));
}

bool TokenTable::make_findable(int32_t id) {
  if (slots_.empty()) slots_.resize(std::bit_ceil(2 * static_cast<size_t>(size()) + 2));
  const std::string_view text = bytes(id);
  const uint64_t hash = hash_bytes(text);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_[(hash + probe) & mask];
    if (slot.id < 0 || (slot.tag == tag && bytes(slot.id) == text)) {
      slot = {tag, id};
      return true;
    }
  }
  return false;
}

int32_t TokenTable::find(std::string_view text) const {
  if (slots_.empty()) return -1;
  const uint64_t hash = hash_bytes(text);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.id < 0) return -1;
    if (slot.tag == tag && bytes(slot.id) == text) return slot.id;
  }
}

}  // namespace capy
