// SPDX-License-Identifier: Apache-2.0
// One harness for every kernel on every ISA: `cases()` lists operations and shapes as data, every table of
// all_kernels() runs them, and what it writes equals what generic writes, byte for byte (a NaN equals a NaN). To add an
// operation: write the function that runs it on a Shape, and one entry in cases(). That generic itself is right is told
// by generic/truth_test.cpp.
//
// Each shape runs with three kinds of numbers: ordinary ones; edge ones (zeros of both signs, subnormals, huge and
// tiny); broken ones (a few NaN and Inf among ordinary ones). Buffers are exactly as large as the contract says and
// start at odd addresses, so that a sanitizer sees every read too far; outputs stand between sentinels, which must
// survive.
#include "kernels/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "base/concat.h"
#include "base/cpu.h"
#include "kernels/avx512/operations.h"
#include "kernels/neon/operations.h"

namespace capy {

// kernels/avx512 built for AVX2 (emulation/CMakeLists.txt).
namespace avx512_emulated {
const KernelTable& table_with_vnni();
const KernelTable& table_without_vnni();
}  // namespace avx512_emulated

// plain_tiles_test.cpp
namespace amx {
const KernelTable& emulated_table();
}  // namespace amx

namespace {

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

std::string to_string(const Shape& s, Numbers numbers) {
  const char* kinds[] = {"ordinary", "edge", "vanishing", "broken"};
  return concat("n ", s.n, ", rows ", s.rows, ", outputs ", s.outputs, ", range ", s.begin, "..", s.end, ", ",
                kinds[static_cast<int>(numbers)], " numbers");
}

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

// Empty when equal.
std::string difference(const Written& got, const Written& expected) {
  if (got.floats.size() != expected.floats.size() || got.bytes.size() != expected.bytes.size()) return "sizes differ";
  for (size_t i = 0; i < got.floats.size(); ++i) {
    const float a = got.floats[i];
    const float b = expected.floats[i];
    if (std::isnan(a) && std::isnan(b)) continue;
    if (std::bit_cast<uint32_t>(a) != std::bit_cast<uint32_t>(b)) return concat("float ", i, ": ", a, ", not ", b);
  }
  for (size_t i = 0; i < got.bytes.size(); ++i) {
    if (got.bytes[i] != expected.bytes[i]) {
      return concat("byte ", i, ": ", int{got.bytes[i]}, ", not ", int{expected.bytes[i]});
    }
  }
  return "";
}

struct KernelCase {
  const char* name;
  std::vector<Shape> shapes;
  void (*run)(const KernelTable& table, const Shape& shape, Random& random, Written& written);
};

// --- inputs ---

void fill(Buffer<float>& buffer, Random& random, float scale = 1) {
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

// --- rows ---

void run_dot(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.n), b(s.n), out(1);
  fill(a, random);
  fill(b, random);
  out[0] = table.dot(a.data(), b.data(), s.n);
  written.take(out);
}

void run_norms(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n), z(s.n), weight(s.n);
  fill(x, random);
  fill(z, random, 8);
  fill(weight, random);
  InPlace plain(s.n), gated(s.n), unit(s.n), same(s.n);
  std::memcpy(same.data(), x.data(), static_cast<size_t>(s.n) * sizeof(float));
  table.rms_norm(plain.data(), x.data(), weight.data(), s.n, 1e-6f);
  table.rms_norm(same.data(), same.data(), weight.data(), s.n, 1e-6f);
  table.gated_rms_norm(gated.data(), x.data(), z.data(), weight.data(), s.n, 1e-5f);
  table.l2_norm(unit.data(), x.data(), s.n, 1e-6f, 0.0883883f);
  for (InPlace* out : {&plain, &same, &gated, &unit}) written.take(out->buffer);
}

// add, scaled_add, sigmoid_gate: x op= y.
template <class Operation>
void in_place(const Shape& s, Random& random, Written& written, Operation operation) {
  InPlace x(s.n);
  Buffer<float> y(s.n);
  for (int64_t i = 0; i < s.n; ++i) x.data()[i] = random.value(1);
  fill(y, random, 20);
  operation(x.data(), y.data());
  written.take(x.buffer);
}

void run_add(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  in_place(s, random, written, [&](float* x, const float* y) { table.add(x, y, s.n); });
  in_place(s, random, written, [&](float* x, const float* y) { table.scaled_add(x, y, -0.37f, s.n); });
}

void run_gates(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  in_place(s, random, written, [&](float* x, const float* y) { table.sigmoid_gate(x, y, s.n); });
  in_place(s, random, written, [&](float* x, const float* y) { table.swiglu(x, y, x, s.n); });
  Buffer<float> gate(s.n), up(s.n);
  fill(gate, random, 40);
  fill(up, random);
  InPlace out(s.n);
  table.swiglu(out.data(), gate.data(), up.data(), s.n);
  written.take(out.buffer);
}

void run_functions(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random, 40);
  InPlace sigmoids(s.n), exps(s.n);
  table.sigmoid(sigmoids.data(), x.data(), s.n);
  table.exp_shifted(exps.data(), x.data(), 1.25f, s.n);
  written.take(sigmoids.buffer);
  written.take(exps.buffer);
}

void run_rope(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> cos(s.n), sin(s.n);
  fill(cos, random);
  fill(sin, random);
  InPlace half(2 * s.n), adjacent(2 * s.n);
  for (int64_t i = 0; i < 2 * s.n; ++i) adjacent.data()[i] = half.data()[i] = random.value(1);
  table.rope_half(half.data(), cos.data(), sin.data(), s.n);
  table.rope_adjacent(adjacent.data(), cos.data(), sin.data(), s.n);
  written.take(half.buffer);
  written.take(adjacent.buffer);
}

// rows: the position.
void run_rope_angles(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> frequency(s.n);
  for (int64_t i = 0; i < s.n; ++i) frequency[i] = std::fabs(random.value(1));
  InPlace cos(s.n), sin(s.n);
  table.rope_angles(cos.data(), sin.data(), frequency.data(), s.n, s.rows, 1.1386f);
  written.take(cos.buffer);
  written.take(sin.buffer);
}

// rows: taps.
void run_conv(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> columns(s.n * s.rows), weight(s.n * s.rows);
  fill(columns, random);
  fill(weight, random, 4);
  InPlace out(s.n);
  table.conv_silu(out.data(), columns.data(), weight.data(), s.n, s.rows);
  written.take(out.buffer);
}

void run_delta_gates(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.n), b(s.n), neg_exp_A(s.n), dt_bias(s.n);
  for (Buffer<float>* in : {&a, &b, &neg_exp_A, &dt_bias}) fill(*in, random, 12);
  InPlace g(s.n), beta(s.n);
  table.delta_gates(g.data(), beta.data(), a.data(), b.data(), neg_exp_A.data(), dt_bias.data(), s.n);
  written.take(g.buffer);
  written.take(beta.buffer);
}

// --- products: n is K ---

int64_t end_of(const Shape& s) { return s.end == 0 ? s.outputs : s.end; }

// out[rows][outputs + 5], all of it kept, so that a write outside begin .. end shows.
struct Outputs {
  explicit Outputs(const Shape& s) : stride(s.outputs + 5), buffer(s.rows * stride) {}
  int64_t stride;
  Buffer<float> buffer;
};

void run_matmul_f32(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t x_stride = s.n + 3;
  const int64_t w_stride = s.n + 1;
  Buffer<float> x((s.rows - 1) * x_stride + s.n);
  fill(x, random);
  Buffer<float> w32((s.outputs - 1) * w_stride + s.n);
  Buffer<uint16_t> w16(w32.size()), wb16(w32.size());
  fill(w32, random);
  for (int64_t i = 0; i < w32.size(); ++i) {
    w16[i] = f32_to_f16(w32[i]);
    wb16[i] = f32_to_bf16(w32[i]);
  }
  const std::pair<MatrixFormat, const void*> formats[] = {
      {MatrixFormat::kF32, w32.data()}, {MatrixFormat::kF16, w16.data()}, {MatrixFormat::kBF16, wb16.data()}};
  for (const auto& [format, data] : formats) {
    Outputs out(s);
    const MatrixView w{format, s.outputs, s.n, w_stride, data, nullptr};
    table.matmul_f32(out.buffer.data(), out.stride, x.data(), x_stride, s.rows, w, s.begin, end_of(s));
    written.take(out.buffer);
  }
}

// With each side by rows and by columns, from zero and going on.
void run_chained_product(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.rows * s.n), b(s.n * s.outputs);
  fill(a, random);
  fill(b, random);
  for (const int kind : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
    const bool a_by_columns = kind % 2 == 1;
    const bool b_by_columns = kind == 4 || kind == 5 || kind == 8;
    Outputs out(s);
    for (int64_t i = 0; i < out.buffer.size(); ++i) out.buffer[i] = random.value(1);
    ChainedProduct p{out.buffer.data(), out.stride, a.data(), a_by_columns ? 1 : s.n, a_by_columns ? s.rows : 1};
    p.b = b.data();
    p.b_k_stride = b_by_columns ? 1 : s.outputs;
    p.b_column_stride = b_by_columns ? s.n : 1;
    p.rows = s.rows;
    p.columns = s.outputs;
    p.k = s.n;
    p.accumulate = kind == 2 || kind == 3 || kind == 6;
    p.short_chains = kind >= 6;
    table.chained_product(p);
    written.take(out.buffer);
  }
}

void run_matmul_bf16(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t x_stride = s.n + 3;
  const int64_t w_stride = s.n + 1;
  Buffer<uint16_t> x((s.rows - 1) * x_stride + s.n), w((s.outputs - 1) * w_stride + s.n);
  // Vanishing: products of about 2^-126, or subnormal x with large w.
  const bool subnormal = random.below(2) == 0;
  const auto bits = [&](int exponent) {
    if (random.numbers() != Numbers::kVanishing) return f32_to_bf16(random.value(1));
    return f32_to_bf16(std::ldexp(random.ordinary(1), exponent + static_cast<int>(random.below(8))));
  };
  for (int64_t i = 0; i < x.size(); ++i) x[i] = bits(subnormal ? -133 : -103);
  for (int64_t i = 0; i < w.size(); ++i) w[i] = bits(subnormal ? 8 : -30);
  Outputs out(s);
  const MatrixView view{MatrixFormat::kBF16, s.outputs, s.n, w_stride, w.data(), nullptr};
  table.matmul_bf16(out.buffer.data(), out.stride, x.data(), x_stride, s.rows, view, s.begin, end_of(s));
  written.take(out.buffer);
}

int8_t code(Random& random) {
  const int64_t choice = random.below(6);
  if (choice == 0) return 127;
  if (choice == 1) return -127;
  return static_cast<int8_t>(random.below(255) - 127);
}

// Rows of activations as quantize_int8 leaves them, with any codes.
struct QuantisedRows {
  QuantisedRows(const Shape& s, Random& random)
      : codes(s.rows * packed_columns(s.n)),
        scales(s.rows * quant_blocks(s.n)),
        sums(s.rows * quant_blocks(s.n)),
        rows{s.rows, s.n, codes.data(), scales.data(), sums.data()} {
    const int64_t columns = packed_columns(s.n);
    for (int64_t i = 0; i < codes.size(); ++i) codes[i] = i % columns < s.n ? code(random) : int8_t{0};
    for (int64_t i = 0; i < sums.size(); ++i) {
      scales[i] = random.value(0.01f);
      sums[i] = 0;
    }
    for (int64_t i = 0; i < codes.size(); ++i)
      sums[i / columns * quant_blocks(s.n) + i % columns / kQuantBlock] += codes[i];
  }

  Buffer<int8_t> codes;
  Buffer<float> scales;
  Buffer<int32_t> sums;
  Int8Rows rows;
};

void run_matmul_int8(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  QuantisedRows x(s, random);
  Buffer<int8_t> codes(packed_int8_code_bytes(s.outputs, s.n), /*aligned=*/true);
  Buffer<float> scales(packed_int8_scales(s.outputs, s.n), /*aligned=*/true);
  for (int64_t i = 0; i < codes.size(); ++i) codes[i] = code(random);
  fill(scales, random, 0.01f);
  Outputs out(s);
  const MatrixView w{MatrixFormat::kInt8Packed, s.outputs, s.n, 0, codes.data(), scales.data()};
  table.matmul_int8(out.buffer.data(), out.stride, x.rows, w, s.begin, end_of(s));
  written.take(out.buffer);
}

// Any code with any table, in the padding too; scales as f16 holds them, NaN and infinities among them.
void run_matmul_int4(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  QuantisedRows x(s, random);
  Buffer<uint8_t> panels(packed_int4_bytes(s.outputs, s.n), /*aligned=*/true);
  const int64_t panel_bytes = packed_int4_panel_bytes(s.n);
  const int64_t scales_at = packed_int4_code_bytes(s.n) + packed_int4_table_bytes(s.n);
  for (int64_t i = 0; i < panels.size(); ++i) panels[i] = static_cast<uint8_t>(random.bits());
  for (int64_t panel = 0; panel < packed_panels(s.outputs); ++panel) {
    for (int64_t i = 0; i < quant_blocks(s.n) * kPanelRows; ++i) {
      const uint16_t scale = f32_to_f16(random.value(0.01f));
      std::memcpy(panels.data() + panel * panel_bytes + scales_at + 2 * i, &scale, sizeof scale);
    }
  }
  Outputs out(s);
  const MatrixView w{MatrixFormat::kInt4Packed, s.outputs, s.n, 0, panels.data(), nullptr};
  table.matmul_int4(out.buffer.data(), out.stride, x.rows, w, s.begin, end_of(s));
  written.take(out.buffer);
}

void run_hadamard(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random);
  InPlace out(s.n), same(s.n);
  table.hadamard(out.data(), x.data(), s.n);
  std::memcpy(same.data(), x.data(), static_cast<size_t>(s.n) * sizeof(float));
  table.hadamard(same.data(), same.data(), s.n);
  written.take(out.buffer);
  written.take(same.buffer);
}

void run_quantize(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  for (const float scale : {1.0f, 1e-31f, 3e-38f, 1e30f}) {
    Buffer<float> x(s.n);
    fill(x, random, scale);
    if (scale == 1.0f) x[s.n / 2] = 127;  // then 127 / m is 1 and halves are exact ties
    if (scale == 1e30f && s.n > 3) x[0] = x[1] = 0;
    Buffer<int8_t> codes(packed_columns(s.n));
    Buffer<float> scales(quant_blocks(s.n));
    Buffer<int32_t> sums(quant_blocks(s.n));
    table.quantize_int8(codes.data(), scales.data(), sums.data(), x.data(), s.n);
    written.take(scales);
    written.take_bytes(codes);
    written.take_bytes(sums);
  }
}

void run_round_bf16(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random);
  for (int64_t i = 0; i < s.n; i += 3) x[i] = std::bit_cast<float>(static_cast<uint32_t>(random.bits()) & 0xffffc000);
  Buffer<uint16_t> out(s.n);
  table.round_bf16(out.data(), x.data(), s.n);
  written.take_bytes(out);
}

// --- sequence mixing ---

// n: head_dim; rows; outputs: visible positions of the first row. The others see a few more or, by `begin`, the same.
void attend(const KernelTable& table, const Shape& s, DType type, Random& random, Written& written) {
  const int64_t keys = s.outputs + (s.rows - 1) * s.end + s.begin;
  const int64_t pages = (keys + kKvPageTokens - 1) / kKvPageTokens;
  const int64_t element = type == DType::kF32 ? 4 : 2;
  const int64_t half_page = kKvPageTokens * s.n;
  std::vector<std::unique_ptr<Buffer<std::byte>>> buffers;
  std::vector<const std::byte*> pointers;
  for (int64_t p = 0; p < pages; ++p) {
    auto page = std::make_unique<Buffer<std::byte>>(2 * half_page * element + 64, /*aligned=*/true);
    for (int64_t i = 0; i < 2 * half_page; ++i) {
      const float value = random.value(1);
      const uint16_t narrow = f32_to_bf16(value);
      std::memcpy(page->data() + 64 + i * element, type == DType::kF32 ? static_cast<const void*>(&value) : &narrow,
                  static_cast<size_t>(element));
    }
    pointers.push_back(page->data());
    buffers.push_back(std::move(page));
  }
  const int64_t stride = s.n + 1;
  Buffer<float> q((s.rows - 1) * stride + s.n), out(s.rows * stride + 3);
  fill(q, random, 2);
  std::vector<int64_t> visible;
  for (int64_t row = 0; row < s.rows; ++row) {
    visible.push_back(s.outputs + row * s.end + (row % 3 == 1 ? s.begin : 0));
  }
  AttentionRows args;
  args.out = out.data();
  args.out_stride = stride;
  args.q = q.data();
  args.q_stride = stride;
  args.visible = visible.data();
  args.rows = s.rows;
  args.pages = pointers.data();
  args.k_offset = 64;
  args.v_offset = 64 + half_page * element;
  args.kv_type = type;
  args.head_dim = s.n;
  args.scale = 1 / std::sqrt(static_cast<float>(s.n));
  table.attention(args);
  written.take(out);
}

void run_attention(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  attend(table, s, DType::kF32, random, written);
  attend(table, s, DType::kBF16, random, written);
}

// rows; outputs: the keys that row 0 sees, each further row `end` more, at most a page. n is not used.
void run_page_weights(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> scores(s.rows * kKvPageTokens), value_scales(kKvPageTokens);
  Buffer<float> scales(s.rows + 1), max(s.rows + 1), sum(s.rows + 1);
  Buffer<int8_t> codes(2 * s.rows * kKvPageTokens + 1);
  Buffer<int32_t> sums(2 * s.rows + 1);
  fill(scores, random, 8);
  fill(value_scales, random, 0.1f);
  for (int64_t j = 0; j < kKvPageTokens; ++j) value_scales[j] = std::fabs(value_scales[j]);
  std::vector<int64_t> visible;
  for (int64_t row = 0; row < s.rows; ++row) visible.push_back(std::min(s.outputs + row * s.end, kKvPageTokens));
  table.page_weights({codes.data(), sums.data(), scales.data(), max.data(), sum.data(), scores.data(),
                      value_scales.data(), visible.data(), s.rows, 0.4f});
  written.take(scales);
  written.take(max);
  written.take(sum);
  written.take_bytes(codes);
  written.take_bytes(sums);
}

// rows of n columns.
void run_joining(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t stride = s.n + 3;
  Buffer<float> high(s.rows * stride), low(s.rows * stride), out(s.rows * stride), scales(s.rows);
  Buffer<float> max(s.rows), sum(s.rows), next_max(s.rows), next_sum(s.rows), merged(s.rows * stride);
  for (Buffer<float>* buffer : {&high, &low, &scales, &max, &sum, &next_max, &next_sum, &merged}) fill(*buffer, random);
  table.join_products(out.data(), high.data(), low.data(), stride, scales.data(), s.rows, s.n);
  table.merge_softmax({max.data(), sum.data(), merged.data(), stride},
                      {next_max.data(), next_sum.data(), out.data(), stride}, s.rows, s.n);
  table.join_products(high.data(), high.data(), low.data(), stride, scales.data(), s.rows, s.n);
  for (Buffer<float>* buffer : {&high, &max, &sum, &out, &merged}) written.take(*buffer);
}

// rows; n: dims. A table without page_values makes them of its products.
void run_page_values(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<int8_t> codes(2 * s.rows * kKvPageTokens);
  Buffer<int32_t> sums(2 * s.rows);
  Buffer<float> scales(s.rows), ones(2 * s.rows + (s.n + 15) / 16 * 16);
  Buffer<int8_t> values(packed_int8_code_bytes(s.n, kKvPageTokens), /*aligned=*/true);
  Buffer<float> products(2 * s.rows * s.n), out(s.rows * (s.n + 3));
  for (int64_t i = 0; i < codes.size(); ++i)
    codes[i] = static_cast<int8_t>(random.below(8) == 0 ? 127 : random.below(128));
  for (int64_t i = 0; i < values.size(); ++i) values[i] = static_cast<int8_t>(random.below(255) - 127);
  for (int64_t i = 0; i < ones.size(); ++i) ones[i] = 1;
  for (int64_t row = 0; row < 2 * s.rows; ++row) {
    sums[row] = 0;
    for (int64_t j = 0; j < kKvPageTokens; ++j) sums[row] += codes[row * kKvPageTokens + j];
  }
  fill(scales, random);
  const MatrixView matrix{MatrixFormat::kInt8Packed, s.n, kKvPageTokens, 0, values.data(), &ones[2 * s.rows]};
  if (table.page_values != nullptr) {
    table.page_values({out.data(), s.n + 3, codes.data(), scales.data(), s.rows, matrix});
  } else {
    table.matmul_int8(products.data(), s.n, {2 * s.rows, kKvPageTokens, codes.data(), ones.data(), sums.data()}, matrix,
                      0, s.n);
    table.join_products(products.data(), products.data(), &products[s.rows * s.n], s.n, scales.data(), s.rows, s.n);
    for (int64_t row = 0; row < s.rows; ++row)
      std::memcpy(&out[row * (s.n + 3)], &products[row * s.n], static_cast<size_t>(s.n) * sizeof(float));
  }
  written.take(out);
}

// n: lines.
void run_widen_halves(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<uint8_t> codes(s.n * 64);
  Buffer<int8_t> levels(16), out(s.n * 128);
  for (int64_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(random.below(256));
  for (int64_t i = 0; i < 16; ++i) levels[i] = static_cast<int8_t>(random.below(256) - 128);
  table.widen_halves(out.data(), codes.data(), levels.data(), s.n);
  written.take_bytes(out);
}

// n: key_dim; outputs: value_dim; rows; begin: log_length.
void run_delta_rule(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t entries = s.begin + s.rows;
  const int64_t k_stride = s.n + 5;
  const int64_t d_stride = s.outputs + 3;
  Buffer<float> state(s.n * s.outputs), k(entries * k_stride), d(entries * d_stride), q(s.rows * (s.n + 1));
  Buffer<float> v(s.rows * (s.outputs + 2)), beta(s.rows * 2), out(s.rows * (s.outputs + 1));
  Buffer<double> G(entries * 2);
  fill(state, random);
  fill(k, random, 0.3f);
  fill(q, random, 0.3f);
  fill(v, random);
  fill(beta, random, 0.5f);
  for (int64_t i = 0; i < s.begin * d_stride; ++i) d[i] = random.value(1);
  double sum = 0;
  for (int64_t i = 0; i < G.size(); ++i) G[i] = sum -= std::fabs(static_cast<double>(random.value(0.5f)));
  DeltaRows args;
  args.state = state.data();
  args.log_k = k.data();
  args.log_k_stride = k_stride;
  args.log_d = d.data();
  args.log_d_stride = d_stride;
  args.log_G = G.data();
  args.log_G_stride = 2;
  args.log_length = s.begin;
  args.rows = s.rows;
  args.q = q.data();
  args.q_stride = s.n + 1;
  args.v = v.data();
  args.v_stride = s.outputs + 2;
  args.beta = beta.data();
  args.beta_stride = 2;
  args.out = out.data();
  args.out_stride = s.outputs + 1;
  args.key_dim = s.n;
  args.value_dim = s.outputs;
  table.delta_rule(args);
  written.take(out);
  written.take(d);
}

// n: key_dim; outputs: value_dim; rows: entries.
void run_delta_fold(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> state(s.n * s.outputs), k(s.rows * (s.n + 5)), d(s.rows * (s.outputs + 3));
  Buffer<double> G(s.rows * 3);
  fill(state, random);
  fill(k, random, 0.3f);
  fill(d, random);
  double sum = 0;
  for (int64_t i = 0; i < G.size(); ++i) G[i] = sum -= std::fabs(static_cast<double>(random.value(0.2f)));
  InPlace out(state.size());
  DeltaFold args;
  args.out = out.data();
  args.state = state.data();
  args.log_k = k.data();
  args.log_k_stride = s.n + 5;
  args.log_d = d.data();
  args.log_d_stride = s.outputs + 3;
  args.log_G = G.data();
  args.log_G_stride = 3;
  args.entries = s.rows;
  args.key_dim = s.n;
  args.value_dim = s.outputs;
  table.delta_fold(args);
  written.take(out.buffer);
  args.out = state.data();
  table.delta_fold(args);
  written.take(state);
}

// --- the list ---

std::vector<Shape> sizes() {
  std::vector<Shape> shapes;
  for (const int64_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 100, 255, 256, 257, 576, 1000, 1536}) {
    shapes.push_back({.n = n});
  }
  return shapes;
}

// Every K with a few rows, then every count of rows with a few K; ranges cut inside and at panels.
std::vector<Shape> product_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t k : {1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 255, 256, 257, 576, 1000}) {
    shapes.push_back({.n = k, .rows = 1, .outputs = 35});
    shapes.push_back({.n = k, .rows = 5, .outputs = 19});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 70}) {
    for (const int64_t k : {31, 100, 300}) shapes.push_back({.n = k, .rows = rows, .outputs = 37});
  }
  for (const int64_t outputs : {1, 2, 7, 15, 16, 17, 100, 130})
    shapes.push_back({.n = 70, .rows = 3, .outputs = outputs});
  shapes.push_back({.n = 4500, .rows = 9, .outputs = 19});  // longer than what a kernel unpacks at once
  return shapes;
}

// And some through every block of the products that work in blocks: rows, outputs and K beyond what one holds, and
// parts of it.
std::vector<Shape> blocked_shapes() {
  std::vector<Shape> shapes = product_shapes();
  for (const int64_t rows : {1, 2, 3, 8, 9, 16, 17, 33}) shapes.push_back({.n = 1100, .rows = rows, .outputs = 70});
  for (const int64_t rows : {16, 17, 31, 32, 33, 47, 48}) {
    for (const int64_t k : {1, 65, 300}) shapes.push_back({.n = k, .rows = rows, .outputs = 35});
  }
  for (const int64_t k : {31, 32, 33, 63, 64, 255, 256, 257, 576})
    shapes.push_back({.n = k, .rows = 20, .outputs = 50});
  shapes.push_back({.n = 300, .rows = 300, .outputs = 35});
  shapes.push_back({.n = 2100, .rows = 41, .outputs = 70});
  return shapes;
}

// Parts of tiles and panels, and more than one pack of each.
std::vector<Shape> chained_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 13, 97}) {
    for (const int64_t columns : {1, 7, 8, 9, 15, 16, 17, 40})
      shapes.push_back({.n = 33, .rows = rows, .outputs = columns});
  }
  for (const int64_t k : {1, 2, 255, 256, 257, 600}) shapes.push_back({.n = k, .rows = 20, .outputs = 50});
  shapes.push_back({.n = 270, .rows = 200, .outputs = 300});
  return shapes;
}

std::vector<Shape> with_ranges(std::vector<Shape> shapes, std::vector<std::pair<int64_t, int64_t>> ranges) {
  for (const auto& [begin, end] : ranges) {
    for (const int64_t rows : {1, 3, 8, 11, 20}) {
      shapes.push_back({.n = 77, .rows = rows, .outputs = 70, .begin = begin, .end = end});
    }
  }
  return shapes;
}

std::vector<Shape> attention_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dim : {1, 7, 15, 16, 17, 33, 63, 64, 80, 100, 128, 256, 257}) {
    shapes.push_back({.n = dim, .rows = 3, .outputs = 21, .end = 1});
  }
  for (const int64_t visible : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 255, 256, 257, 511, 512, 700}) {
    shapes.push_back({.n = 64, .rows = 1, .outputs = visible});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 67}) {
    shapes.push_back({.n = 64, .rows = rows, .outputs = 250, .end = 1});
    shapes.push_back({.n = 24, .rows = rows, .outputs = 30, .begin = 500, .end = 0});
    shapes.push_back({.n = 40, .rows = rows, .outputs = 1, .begin = 9, .end = 17});
  }
  shapes.push_back({.n = 256, .rows = 6, .outputs = 519, .end = 1});
  return shapes;
}

std::vector<Shape> page_value_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dims : {1, 7, 8, 9, 15, 16, 17, 80, 256}) {
    for (const int64_t rows : {1, 2, 3, 4, 7}) shapes.push_back({.n = dims, .rows = rows});
  }
  shapes.push_back({.n = 64, .rows = 70});
  return shapes;
}

std::vector<Shape> page_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t visible : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 200, 255, 256}) {
    shapes.push_back({.rows = 1, .outputs = visible});
    shapes.push_back({.rows = 5, .outputs = visible, .end = 3});
  }
  return shapes;
}

std::vector<Shape> delta_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dim : {1, 7, 15, 16, 17, 33, 63, 64, 100, 128}) {
    shapes.push_back({.n = dim, .rows = 3, .outputs = 2 * dim + 1, .begin = 2});
    shapes.push_back({.n = 257 - dim, .rows = 2, .outputs = dim, .begin = 0});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31, 32}) {
    for (const int64_t log_length : {int64_t{0}, int64_t{1}, int64_t{5}, 32 - rows}) {
      if (log_length + rows <= 32) shapes.push_back({.n = 24, .rows = rows, .outputs = 40, .begin = log_length});
    }
  }
  shapes.push_back({.n = 128, .rows = 32, .outputs = 128});
  return shapes;
}

std::vector<Shape> with_rows(const std::vector<int64_t>& rows) {
  std::vector<Shape> shapes;
  for (const Shape& size : sizes()) {
    for (const int64_t r : rows) shapes.push_back({.n = size.n, .rows = r});
  }
  return shapes;
}

std::vector<KernelCase> cases() {
  return {
      {"dot", sizes(), run_dot},
      {"rms_norm, gated_rms_norm, l2_norm", sizes(), run_norms},
      {"add, scaled_add", sizes(), run_add},
      {"swiglu, sigmoid_gate", sizes(), run_gates},
      {"sigmoid, exp_shifted", sizes(), run_functions},
      {"rope_half, rope_adjacent", sizes(), run_rope},
      {"rope_angles", with_rows({0, 1, 255, 262143, 2000000}), run_rope_angles},
      {"conv_silu", with_rows({1, 2, 3, 4, 7}), run_conv},
      {"delta_gates", sizes(), run_delta_gates},
      {"matmul_f32", with_ranges(product_shapes(), {{0, 1}, {3, 4}, {5, 33}, {15, 17}, {16, 70}, {69, 70}}),
       run_matmul_f32},
      {"chained_product", chained_shapes(), run_chained_product},
      {"matmul_bf16", with_ranges(blocked_shapes(), {{0, 1}, {3, 4}, {5, 33}, {15, 17}, {16, 70}, {69, 70}}),
       run_matmul_bf16},
      {"matmul_int8", with_ranges(blocked_shapes(), {{0, 16}, {16, 32}, {16, 64}, {32, 70}, {64, 70}}),
       run_matmul_int8},
      {"hadamard", sizes(), run_hadamard},
      {"matmul_int4", with_ranges(blocked_shapes(), {{0, 16}, {16, 32}, {16, 64}, {32, 70}, {64, 70}}),
       run_matmul_int4},
      {"quantize_int8", sizes(), run_quantize},
      {"round_bf16", sizes(), run_round_bf16},
      {"attention", attention_shapes(), run_attention},
      {"page_weights", page_shapes(), run_page_weights},
      {"page_values", page_value_shapes(), run_page_values},
      {"join_products, merge_softmax", with_rows({1, 4}), run_joining},
      {"widen_halves", {{.n = 1}, {.n = 3}, {.n = 64}}, run_widen_halves},
      {"delta_rule", delta_shapes(), run_delta_rule},
      {"delta_fold", delta_shapes(), run_delta_fold},
  };
}

// --- the harness ---

Written run(const KernelCase& c, const KernelTable& table, const Shape& shape, Numbers numbers) {
  Random random(static_cast<uint64_t>(shape.n * 1000 + shape.rows), numbers);
  Written written;
  c.run(table, shape, random, written);
  return written;
}

[[maybe_unused]] KernelTable renamed(KernelTable table, const char* name) {
  table.isa = name;
  return table;
}

// Tables whose instructions are emulated: those that this machine lacks, if it has AVX2, which the emulation takes.
std::vector<const KernelTable*> emulated_tables() {
  std::vector<const KernelTable*> tables;
#if defined(__x86_64__)
  if (!cpu_features().avx2) return tables;
#if defined(CAPY_TEST_EMULATED_AVX512)
  static const KernelTable with_vnni = renamed(avx512_emulated::table_with_vnni(), "avx512 (emulated)");
  static const KernelTable without_vnni = renamed(avx512_emulated::table_without_vnni(), "avx512 (emulated, no VNNI)");
  if (!cpu_features().avx512) tables.insert(tables.end(), {&with_vnni, &without_vnni});
#endif
  if (!cpu_features().amx_int8) tables.push_back(&amx::emulated_table());
#endif
  return tables;
}

// What this machine can run: all_kernels(), the tables of an ISA for lesser CPUs where they are not the chosen ones,
// and those that are emulated.
std::vector<const KernelTable*> tables_to_test() {
  std::vector<const KernelTable*> tables(all_kernels().begin(), all_kernels().end());
#if defined(__x86_64__)
  if (cpu_features().avx512_vnni) tables.push_back(&avx512::table_without_vnni());
#elif defined(__aarch64__)
  if (cpu_features().dotprod) tables.push_back(&neon::table());
  if (cpu_features().dotprod && cpu_features().i8mm) tables.push_back(&neon::table_with_dotprod());
#endif
  for (const KernelTable* table : emulated_tables()) tables.push_back(table);
  return tables;
}

TEST(Kernels, EveryIsaWritesTheBytesOfGeneric) {
  const KernelTable& generic = *all_kernels().front();
  const std::vector<const KernelTable*> tables = tables_to_test();
  for (const KernelCase& c : cases()) {
    for (const Shape& shape : c.shapes) {
      for (const Numbers numbers : kAllNumbers) {
        const Written expected = run(c, generic, shape, numbers);
        for (const KernelTable* table : tables) {
          const std::string wrong = difference(run(c, *table, shape, numbers), expected);
          ASSERT_EQ(wrong, "") << c.name << " on " << table->isa << ", " << to_string(shape, numbers);
        }
      }
    }
  }
}

TEST(Kernels, EveryIsaOfThisMachineRan) {
  std::string ran;
  for (const KernelTable* table : all_kernels()) ran += concat(ran.empty() ? "" : " ", table->isa);
  std::cout << "isas: " << ran << std::endl;
  for (const KernelTable* table : emulated_tables()) std::cout << "tested beside them: " << table->isa << std::endl;
  std::string expected = "generic";
  if (cpu_features().avx2) expected += " avx2";
  if (cpu_features().avx512) expected += " avx512";
  if (cpu_features().avx512_vnni && request_amx()) expected += " amx";
  if (cpu_features().neon) expected += " neon";
  EXPECT_EQ(ran, expected);
}

// A row's result depends on the row alone: in a batch it is what it is alone.
TEST(Kernels, RowsDoNotKnowTheirBatch) {
  constexpr int64_t kRows = 13, kColumns = 300, kOutputs = 40;
  for (const KernelTable* table : all_kernels()) {
    Random random(7, Numbers::kOrdinary);
    Buffer<float> x(kRows * kColumns), w(kOutputs * kColumns), together(kRows * kOutputs), alone(kRows * kOutputs);
    fill(x, random);
    fill(w, random);
    Buffer<uint16_t> x16(x.size()), w16(w.size());
    table->round_bf16(x16.data(), x.data(), x.size());
    table->round_bf16(w16.data(), w.data(), w.size());
    const MatrixView w_f32{MatrixFormat::kF32, kOutputs, kColumns, kColumns, w.data(), nullptr};
    const MatrixView w_bf16{MatrixFormat::kBF16, kOutputs, kColumns, kColumns, w16.data(), nullptr};
    const auto equal = [&] {
      return std::memcmp(alone.data(), together.data(), sizeof(float) * kRows * kOutputs) == 0;
    };

    table->matmul_f32(together.data(), kOutputs, x.data(), kColumns, kRows, w_f32, 0, kOutputs);
    for (int64_t r = 0; r < kRows; ++r) {
      table->matmul_f32(&alone[r * kOutputs], kOutputs, &x[r * kColumns], kColumns, 1, w_f32, 0, kOutputs);
    }
    EXPECT_TRUE(equal()) << "matmul_f32 on " << table->isa;
    table->matmul_bf16(together.data(), kOutputs, x16.data(), kColumns, kRows, w_bf16, 0, kOutputs);
    for (int64_t r = 0; r < kRows; ++r) {
      table->matmul_bf16(&alone[r * kOutputs], kOutputs, &x16[r * kColumns], kColumns, 1, w_bf16, 0, kOutputs);
    }
    EXPECT_TRUE(equal()) << "matmul_bf16 on " << table->isa;
  }
}

TEST(Kernels, Bf16ProductsLeaveTheFloatingPointModeAlone) {
  for (const KernelTable* table : all_kernels()) {
    const uint16_t one = 0x3f80;
    float out = 0;
    table->matmul_bf16(&out, 1, &one, 1, 1, {MatrixFormat::kBF16, 1, 1, 1, &one, nullptr}, 0, 1);
    EXPECT_EQ(out, 1);
    volatile float tiny = 0x1p-140f;
    tiny = tiny * 0.5f;
    const float product = tiny;
    EXPECT_EQ(std::bit_cast<uint32_t>(product), std::bit_cast<uint32_t>(0x1p-141f)) << table->isa;
  }
}

// A sum a little below 2^-126 that a float with subnormals rounds up to 2^-126: flushed where 24 bits without a least
// exponent stay below (2^-126 - 3/4 2^-150), kept where they round up too (2^-126 - 1/4 2^-150).
TEST(Kernels, Bf16ProductsFlushByTheValueBeforeSubnormalRounding) {
  for (const KernelTable* table : tables_to_test()) {
    for (const auto& [second, expected] : {std::pair{-0x1.8p-75f, 0.0f}, std::pair{-0x1p-76f, 0x1p-126f}}) {
      const uint16_t x[] = {f32_to_bf16(0x1p-100f), 0, f32_to_bf16(second)};
      const uint16_t w[] = {f32_to_bf16(0x1p-26f), 0, f32_to_bf16(0x1p-76f)};
      float out = 1;
      table->matmul_bf16(&out, 1, x, 3, 1, {MatrixFormat::kBF16, 1, 3, 3, w, nullptr}, 0, 1);
      EXPECT_EQ(out, expected) << table->isa;
    }
  }
}

TEST(Kernels, AForcedIsaIsTakenOrRefused) {
  for (const KernelTable* table : all_kernels()) {
    ASSERT_TRUE(kernels_named(table->isa).ok());
    EXPECT_EQ(kernels_named(table->isa).value(), table);
  }
  const Result<const KernelTable*> unknown = kernels_named("sse9");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("generic"), std::string::npos) << unknown.error().message;
}

}  // namespace
}  // namespace capy
