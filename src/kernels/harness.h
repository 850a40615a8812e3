// SPDX-License-Identifier: Apache-2.0
// One harness for every kernel on every ISA: the *_test.cpp beside it list operations and shapes as data, every table
// of all_kernels() runs them, and what it writes equals what generic writes, byte for byte (a NaN equals a NaN). To add
// an operation: write the function that runs it on a Shape, and one entry in the cases() of its file. That generic
// itself is right is told by generic/truth_test.cpp.
//
// Each shape runs with four kinds of numbers: ordinary ones; edge ones (zeros of both signs, subnormals, huge and
// tiny); vanishing ones, whose products do; broken ones (a few NaN and Inf among ordinary ones). Buffers are exactly as
// large as the contract says and start at odd addresses, so that a sanitizer sees every read too far; outputs stand
// between sentinels, which must survive. For tests.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "kernels/kernels.h"

namespace capy::kernel_tests {

enum class Numbers { kOrdinary, kEdge, kVanishing, kBroken };
constexpr Numbers kAllNumbers[] = {Numbers::kOrdinary, Numbers::kEdge, Numbers::kVanishing, Numbers::kBroken};

// What a case means by its fields is said where it runs. `end` 0 is the end of everything.
struct Shape {
  int64_t n = 1;
  int64_t rows = 1;
  int64_t outputs = 1;
  int64_t begin = 0;
  int64_t end = 0;
};

// Numbers that depend on the seed alone (splitmix64).
class Random {
 public:
  Random(uint64_t seed, Numbers numbers) : state_(seed * 0x9e3779b97f4a7c15 + 1), numbers_(numbers) {}

  uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  int64_t below(int64_t n) { return static_cast<int64_t>(bits() % static_cast<uint64_t>(n)); }

  Numbers numbers() const { return numbers_; }

  // About normal, scaled; of the kind that the shape asks for. Vanishing numbers have one sign until `turn`.
  float value(float scale) {
    if (numbers_ == Numbers::kVanishing) return sign_ * 1e-30f;
    if (numbers_ == Numbers::kEdge && below(3) == 0) return edge();
    if (numbers_ == Numbers::kBroken && below(40) == 0) return broken();
    return ordinary(scale);
  }

  void turn() { sign_ = -sign_; }

  float ordinary(float scale) {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>(bits() >> 11) * 0x1p-53 - 0.5;
    return static_cast<float>(sum * 1.73) * scale;
  }

 private:
  float edge() {
    const float magnitudes[] = {0, 0x1p-149f, 0x1.8p-130f, 0x1p-126f, 1e-30f, 1e-18f, 0.5f, 1, 1.5f, 2.5f, 104, 1e9f,
                                // kExpMax, kExpMin and their neighbours
                                0x1.62e42ep+6f, 0x1.62e430p+6f, 0x1.5d589ep+6f, 0x1.5d58a0p+6f};
    const float m = magnitudes[below(std::size(magnitudes))];
    return below(2) == 0 ? m : -m;
  }

  float broken() {
    const float values[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()};
    return values[below(3)];
  }

  uint64_t state_;
  Numbers numbers_;
  float sign_ = 1;
};

// `count` elements of exactly that size on the heap, one element behind an aligned address (or at it).
template <class T>
class Buffer {
 public:
  Buffer(int64_t count, bool aligned = false) : offset_(aligned ? 0 : sizeof(T)), count_(count) {
    const size_t bytes = static_cast<size_t>(count) * sizeof(T) + offset_;
    block_ = static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
    // The end of the buffer is the end of what may be read: shift everything towards the end of the block.
    if (!aligned) offset_ = (bytes + 63) / 64 * 64 - static_cast<size_t>(count) * sizeof(T);
    std::memset(block_, 0x5a, (bytes + 63) / 64 * 64);
  }
  ~Buffer() { std::free(block_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  T* data() { return reinterpret_cast<T*>(block_ + offset_); }
  T& operator[](int64_t i) { return data()[i]; }
  int64_t size() const { return count_; }

 private:
  std::byte* block_ = nullptr;
  size_t offset_;
  int64_t count_;
};

// What a kernel wrote, sentinels included.
struct Written {
  std::vector<float> floats;
  std::vector<uint8_t> bytes;

  void take(Buffer<float>& buffer) { floats.insert(floats.end(), buffer.data(), buffer.data() + buffer.size()); }
  template <class T>
  void take_bytes(Buffer<T>& buffer) {
    const auto* data = reinterpret_cast<const uint8_t*>(buffer.data());
    bytes.insert(bytes.end(), data, data + static_cast<size_t>(buffer.size()) * sizeof(T));
  }
};

// An operation, or a few that go together, with the shapes that it runs on.
struct KernelCase {
  const char* name;
  std::vector<Shape> shapes;
  void (*run)(const KernelTable& table, const Shape& shape, Random& random, Written& written);
};

// Runs the cases on every table; a difference from generic is a failure of the test.
void expect_the_bytes_of_generic(std::span<const KernelCase> cases);

// What this machine can run: all_kernels(), the tables of an ISA for lesser CPUs where they are not the chosen ones,
// and those that are emulated.
std::vector<const KernelTable*> tables_to_test();
// Of them, tables whose instructions are emulated: those that this machine lacks, if it has AVX2, which the emulation
// takes.
std::vector<const KernelTable*> emulated_tables();

// Lengths of rows: every edge of a vector, a block and a page; and each with these numbers of rows.
std::vector<Shape> sizes();
std::vector<Shape> with_rows(const std::vector<int64_t>& rows);

// --- inputs ---

inline void fill(Buffer<float>& buffer, Random& random, float scale = 1) {
  random.turn();
  for (int64_t i = 0; i < buffer.size(); ++i) buffer[i] = random.value(scale);
}

// A vector of n floats between sentinels; the kernel works in place.
struct InPlace {
  explicit InPlace(int64_t n) : buffer(n + 2 * kMargin) {}
  float* data() { return buffer.data() + kMargin; }

  static constexpr int64_t kMargin = 3;
  Buffer<float> buffer;
};

}  // namespace capy::kernel_tests
