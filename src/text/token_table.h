// SPDX-License-Identifier: Apache-2.0
// The bytes of every token, and the way back from bytes to id: an open-addressing hash table over one long string.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/ready_array.h"
#include "text/tables_file.h"

namespace capy {

class TokenTable {
 public:
  // What was made once, and the same again as views into it (tables_file.h). False: it cannot be a table.
  void write(TablesWriter& out) const;
  [[nodiscard]] bool read(TablesReader& in);

  void reserve(size_t tokens, size_t bytes);

  // Appends a token; its id is the number of tokens before.
  void add(std::string_view bytes);

  // Lets find() return these ids for their bytes, each instead of an earlier one with the same bytes. Call only when
  // all were added. False when too many tokens share their hash: a file made to be slow.
  [[nodiscard]] bool make_findable(std::span<const int32_t> ids);

  int64_t size() const { return static_cast<int64_t>(ends_.size()) - 1; }
  std::string_view bytes(int32_t id) const {
    const auto i = static_cast<size_t>(id);
    return std::string_view(bytes_.all().data() + ends_[i], ends_[i + 1] - ends_[i]);
  }

  // -1: no such token.
  int32_t find(std::string_view bytes) const { return find(bytes, hash(bytes)); }

  // The same in two steps, for many look-ups at once: the memory that find() needs is fetched while others are hashed.
  static uint64_t hash(std::string_view bytes);
  void prefetch(uint64_t hash) const;
  int32_t find(std::string_view bytes, uint64_t hash) const;

 private:
  struct Slot {
    uint32_t tag = 0;  // further bits of the hash: most wrong candidates fail here, without touching the bytes
    int32_t id = -1;
    uint32_t begin = 0;  // of its bytes
    uint32_t length = 0;
  };
  bool insert(int32_t id, uint64_t hash);
  bool holds(const Slot& slot, std::string_view bytes, uint64_t hash) const {
    return slot.tag == static_cast<uint32_t>(hash >> 32) && slot.length == bytes.size() &&
           std::string_view(bytes_.all().data() + slot.begin, slot.length) == bytes;
  }

  ReadyArray<char> bytes_;
  ReadyArray<uint32_t> ends_{std::vector<uint32_t>{0}};  // token i is bytes_[ends_[i], ends_[i + 1])
  ReadyArray<Slot> slots_;                               // a power of two, at most half full
};

}  // namespace capy
