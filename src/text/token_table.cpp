// SPDX-License-Identifier: Apache-2.0
#include "text/token_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace capy {
namespace {

// At half load an honest table needs a few dozen probes at worst.
constexpr size_t kProbesMax = 1024;

uint64_t load(std::string_view bytes) {  // at most eight
  uint64_t word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return word;
}

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

}  // namespace

void TokenTable::reserve(size_t tokens, size_t bytes) {
  bytes_.own().reserve(bytes);
  ends_.own().reserve(tokens + 1);
}

void TokenTable::add(std::string_view bytes) {
  bytes_.own().insert(bytes_.own().end(), bytes.begin(), bytes.end());
  ends_.own().push_back(static_cast<uint32_t>(bytes_.size()));
}

uint64_t TokenTable::hash(std::string_view bytes) {
  uint64_t hash = bytes.size();
  while (bytes.size() >= 8) {
    hash = mix(hash, load(bytes.substr(0, 8)));
    bytes.remove_prefix(8);
  }
  hash = mix(hash, load(bytes));
  return mix(hash, 0);
}

bool TokenTable::make_findable(std::span<const int32_t> ids) {
  if (slots_.empty()) slots_.own().resize(std::bit_ceil(2 * static_cast<size_t>(size()) + 2));
  std::array<uint64_t, 16> hashes;
  while (!ids.empty()) {
    const auto block = ids.first(std::min(ids.size(), hashes.size()));
    for (size_t i = 0; i < block.size(); ++i) {
      hashes[i] = hash(bytes(block[i]));
      prefetch(hashes[i]);
    }
    for (size_t i = 0; i < block.size(); ++i) {
      if (!insert(block[i], hashes[i])) return false;
    }
    ids = ids.subspan(block.size());
  }
  return true;
}

bool TokenTable::insert(int32_t id, uint64_t hashed) {
  const std::string_view text = bytes(id);
  const size_t mask = slots_.size() - 1;
  for (size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_.own()[(hashed + probe) & mask];
    if (slot.id >= 0 && !holds(slot, text, hashed)) continue;
    slot = {static_cast<uint32_t>(hashed >> 32), id, ends_[static_cast<size_t>(id)],
            static_cast<uint32_t>(text.size())};
    return true;
  }
  return false;
}

void TokenTable::prefetch(uint64_t hashed) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[hashed & (slots_.size() - 1)]);
}

int32_t TokenTable::find(std::string_view text, uint64_t hashed) const {
  if (slots_.empty()) return -1;
  const std::span<const Slot> slots = slots_.all();
  const size_t mask = slots.size() - 1;
  for (size_t at = hashed & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots[at];
    if (slot.id < 0) return -1;
    if (holds(slot, text, hashed)) return slot.id;
  }
}

void TokenTable::write(TablesWriter& out) const {
  out.array(bytes_.all());
  out.array(ends_.all());
  out.array(slots_.all());
}

bool TokenTable::read(TablesReader& in) {
  std::span<const char> bytes;
  std::span<const uint32_t> ends;
  std::span<const Slot> slots;
  if (!in.array(bytes) || !in.array(ends) || !in.array(slots)) return false;
  if (ends.empty() || ends.size() > size_t{1} << 30 || ends.front() != 0 || ends.back() != bytes.size()) return false;
  if (!std::is_sorted(ends.begin(), ends.end())) return false;
  const size_t tokens = ends.size() - 1;
  bool ends_searches = slots.empty();  // a search ends at an empty slot: there must be one
  for (const Slot& slot : slots) {
    ends_searches |= slot.id < 0;
    if (slot.id < 0) continue;
    if (static_cast<size_t>(slot.id) >= tokens || slot.begin > bytes.size() || slot.length > bytes.size() - slot.begin)
      return false;
  }
  if (!ends_searches || (!slots.empty() && !std::has_single_bit(slots.size()))) return false;
  bytes_.refer_to(bytes);
  ends_.refer_to(ends);
  slots_.refer_to(slots);
  return true;
}

}  // namespace capy
