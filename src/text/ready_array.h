// SPDX-License-Identifier: Apache-2.0
// An array that was made here, or one that lies ready in memory of somebody else (a mapped file).
#pragma once

#include <span>
#include <vector>

namespace capy {

template <class T>
class ReadyArray {
 public:
  ReadyArray() = default;
  explicit ReadyArray(std::vector<T> values) : own_(std::move(values)) {}

  std::span<const T> all() const { return ready_.data() != nullptr ? ready_ : std::span<const T>(own_); }
  const T& operator[](size_t i) const { return all()[i]; }
  size_t size() const { return all().size(); }
  bool empty() const { return all().empty(); }

  std::vector<T>& own() { return own_; }  // while it is being made
  void refer_to(std::span<const T> ready) { ready_ = ready; }

 private:
  std::vector<T> own_;
  std::span<const T> ready_;
};

}  // namespace capy
