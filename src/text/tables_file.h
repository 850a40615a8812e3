// SPDX-License-Identifier: Apache-2.0
// Arrays in a row, to be written once and used in place afterwards: count: u64, elements, zeros up to a multiple of 8
// bytes. Numbers lie as this machine has them: such a file is for this machine alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

namespace capy {

class TablesWriter {
 public:
  template <class T>
  void array(std::span<const T> values) {
    static_assert(std::has_unique_object_representations_v<T> && alignof(T) <= kAlignment);
    const uint64_t count = values.size();
    text_.append(reinterpret_cast<const char*>(&count), sizeof count);
    text_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    text_.resize((text_.size() + kAlignment - 1) / kAlignment * kAlignment);
  }
  const std::string& text() const { return text_; }

  static constexpr size_t kAlignment = 8;

 private:
  std::string text_;
};

class TablesReader {
 public:
  // `bytes` begin at a multiple of 8.
  explicit TablesReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  // A view of the next array. False where the bytes end before it does.
  template <class T>
  [[nodiscard]] bool array(std::span<const T>& values) {
    static_assert(std::has_unique_object_representations_v<T> && alignof(T) <= TablesWriter::kAlignment);
    uint64_t count = 0;
    if (rest_.size() < sizeof count) return false;
    std::memcpy(&count, rest_.data(), sizeof count);
    rest_ = rest_.subspan(sizeof count);
    if (count > rest_.size() / sizeof(T)) return false;
    values = std::span(reinterpret_cast<const T*>(rest_.data()), count);
    const size_t padded =
        (values.size_bytes() + TablesWriter::kAlignment - 1) / TablesWriter::kAlignment * TablesWriter::kAlignment;
    if (padded > rest_.size()) return false;
    rest_ = rest_.subspan(padded);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace capy
