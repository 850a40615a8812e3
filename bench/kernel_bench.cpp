// SPDX-License-Identifier: Apache-2.0
// How fast the kernels are on one core: kernel_bench [ISA...] [-f PART_OF_NAME]. One line per operation, ISA and shape
// with GFLOP/s (an fma is two; int8 products count alike) and GB/s of what must be read, by the thread's own time and
// from the fastest of many runs, since other processes share the machine. Shapes: SmolLM2-135M (dim 576, hidden 1536)
// and Qwen3.5-0.8B (1024, 3584). Decoding shapes walk over several copies of the weights, more than the caches hold.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kernels/kernels.h"

namespace capy {
namespace {

constexpr int64_t kColdBytes = int64_t{256} << 20;
constexpr double kSecondsPerCase = 0.3;

struct Free {
  void operator()(void* p) const { std::free(p); }
};

// Aligned memory full of small numbers.
template <class T>
class Block {
 public:
  explicit Block(int64_t count)
      : data_(
            static_cast<T*>(std::aligned_alloc(64, static_cast<size_t>((count * int64_t{sizeof(T)} + 63) / 64 * 64)))) {
    uint32_t bits = 12345;
    for (int64_t i = 0; i < count; ++i) {
      bits = bits * 1664525 + 1013904223;
      const float value = static_cast<float>(static_cast<int32_t>(bits)) * 0x1p-31f;
      if constexpr (sizeof(T) == 4) {
        data_.get()[i] = static_cast<T>(value);
      } else if constexpr (sizeof(T) == 2) {
        data_.get()[i] = f32_to_bf16(value);
      } else {
        data_.get()[i] = static_cast<T>(value * 127);
      }
    }
  }
  T* data() { return data_.get(); }

 private:
  std::unique_ptr<T, Free> data_;
};

struct Work {
  double flops;
  double bytes;
};

class Bench {
 public:
  Bench(std::vector<const KernelTable*> tables, std::string filter)
      : tables_(std::move(tables)), filter_(std::move(filter)) {}

  bool wants(const std::string& name) const { return name.find(filter_) != std::string::npos; }

  // Runs `body(table, repetition)` on every table and prints its speed.
  void run(const std::string& name, const Work& work, const std::function<void(const KernelTable&, int64_t)>& body) {
    if (!wants(name)) return;
    for (const KernelTable* table : tables_) {
      std::vector<double> seconds;
      int64_t repetition = 0;
      body(*table, repetition++);
      for (const double start = thread_seconds(); thread_seconds() - start < kSecondsPerCase;) {
        const double begin = thread_seconds();
        body(*table, repetition++);
        seconds.push_back(thread_seconds() - begin);
      }
      const auto fifth = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 5);
      std::nth_element(seconds.begin(), fifth, seconds.end());
      const double best = *fifth;
      std::printf("%-46s %-8s %10.1f us %9.1f GFLOP/s %8.1f GB/s\n", name.c_str(), table->isa, best * 1e6,
                  work.flops / best * 1e-9, work.bytes / best * 1e-9);
      std::fflush(stdout);
    }
  }

 private:
  std::vector<const KernelTable*> tables_;
  std::string filter_;
};

std::string shape_name(const char* op, int64_t rows, int64_t outputs, int64_t columns) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %ld x [%ld, %ld]", op, static_cast<long>(rows), static_cast<long>(outputs),
                static_cast<long>(columns));
  return text;
}

// One row (or few) reads the weights from memory: enough copies that none is in a cache when its turn comes again.
int64_t copies(int64_t rows, int64_t bytes) { return rows > 8 ? 1 : kColdBytes / bytes + 1; }

struct Product {
  int64_t rows;
  int64_t outputs;
  int64_t columns;

  double flops() const { return 2.0 * static_cast<double>(rows * outputs * columns); }
  int64_t size() const { return outputs * columns; }
};

void int8_product(Bench& bench, const Product& p) {
  const std::string name = shape_name("int8", p.rows, p.outputs, p.columns);
  if (!bench.wants(name)) return;
  const int64_t bytes = packed_int8_code_bytes(p.outputs, p.columns);
  const int64_t n = copies(p.rows, bytes);
  Block<int8_t> codes(n * bytes), x_codes(p.rows * packed_columns(p.columns));
  Block<float> scales(packed_int8_scales(p.outputs, p.columns)), x_scales(p.rows * quant_blocks(p.columns));
  Block<int32_t> sums(p.rows * quant_blocks(p.columns));
  Block<float> out(p.rows * p.outputs);
  const Int8Rows x{p.rows, p.columns, x_codes.data(), x_scales.data(), sums.data()};
  const double scale_bytes = 4.0 * static_cast<double>(packed_int8_scales(p.outputs, p.columns));
  bench.run(name, {p.flops(), static_cast<double>(bytes) + scale_bytes}, [&](const KernelTable& table, int64_t i) {
    const MatrixView w{MatrixFormat::kInt8Packed, p.outputs, p.columns, 0, codes.data() + i % n * bytes, scales.data()};
    table.matmul_int8(out.data(), p.outputs, x, w, 0, p.outputs);
  });
}

void int4_product(Bench& bench, const Product& p) {
  const std::string name = shape_name("int4", p.rows, p.outputs, p.columns);
  if (!bench.wants(name)) return;
  const int64_t bytes = packed_int4_bytes(p.outputs, p.columns);
  const int64_t n = copies(p.rows, bytes);
  Block<int8_t> panels(n * bytes), x_codes(p.rows * packed_columns(p.columns));
  Block<float> x_scales(p.rows * quant_blocks(p.columns)), out(p.rows * p.outputs);
  Block<int32_t> sums(p.rows * quant_blocks(p.columns));
  const Int8Rows x{p.rows, p.columns, x_codes.data(), x_scales.data(), sums.data()};
  bench.run(name, {p.flops(), static_cast<double>(bytes)}, [&](const KernelTable& table, int64_t i) {
    const MatrixView w{MatrixFormat::kInt4Packed, p.outputs, p.columns, 0, panels.data() + i % n * bytes, nullptr};
    table.matmul_int4(out.data(), p.outputs, x, w, 0, p.outputs);
  });
}

void bf16_product(Bench& bench, const Product& p) {
  const std::string name = shape_name("bf16", p.rows, p.outputs, p.columns);
  if (!bench.wants(name)) return;
  const int64_t n = copies(p.rows, 2 * p.size());
  Block<uint16_t> weights(n * p.size()), x(p.rows * p.columns);
  Block<float> out(p.rows * p.outputs);
  bench.run(name, {p.flops(), 2.0 * static_cast<double>(p.size())}, [&](const KernelTable& table, int64_t i) {
    const MatrixView w{
        MatrixFormat::kBF16, p.outputs, p.columns, p.columns, weights.data() + i % n * p.size(), nullptr};
    table.matmul_bf16(out.data(), p.outputs, x.data(), p.columns, p.rows, w, 0, p.outputs);
  });
}

template <class Element>
void f32_product(Bench& bench, const Product& p, const char* op, MatrixFormat format) {
  const std::string name = shape_name(op, p.rows, p.outputs, p.columns);
  if (!bench.wants(name)) return;
  const int64_t bytes = p.size() * int64_t{sizeof(Element)};
  const int64_t n = copies(p.rows, bytes);
  Block<Element> weights(n * p.size());
  Block<float> x(p.rows * p.columns), out(p.rows * p.outputs);
  bench.run(name, {p.flops(), static_cast<double>(bytes)}, [&](const KernelTable& table, int64_t i) {
    const MatrixView w{format, p.outputs, p.columns, p.columns, weights.data() + i % n * p.size(), nullptr};
    table.matmul_f32(out.data(), p.outputs, x.data(), p.columns, p.rows, w, 0, p.outputs);
  });
}

void products(Bench& bench, int64_t rows, int64_t outputs, int64_t columns) {
  const Product p{rows, outputs, columns};
  int4_product(bench, p);
  int8_product(bench, p);
  bf16_product(bench, p);
  f32_product<uint16_t>(bench, p, "f32, bf16 weights", MatrixFormat::kBF16);
  f32_product<float>(bench, p, "f32", MatrixFormat::kF32);
}

// Rows of one KV head's group of query heads, or of consecutive tokens, that see `visible` keys.
void attention(Bench& bench, int64_t rows, int64_t head_dim, int64_t visible, DType type) {
  const int64_t element = type == DType::kF32 ? 4 : 2;
  const int64_t half_page = kKvPageTokens * head_dim * element;
  const int64_t pages = (visible + kKvPageTokens - 1) / kKvPageTokens;
  Block<uint16_t> memory(pages * half_page);
  std::vector<const std::byte*> pointers;
  for (int64_t p = 0; p < pages; ++p) {
    auto* page = reinterpret_cast<std::byte*>(memory.data()) + p * 2 * half_page;
    if (type == DType::kF32) {
      Block<float> numbers(2 * half_page / 4);
      std::memcpy(page, numbers.data(), static_cast<size_t>(2 * half_page));
    }
    pointers.push_back(page);
  }
  Block<float> q(rows * head_dim), out(rows * head_dim);
  const std::vector<int64_t> all(static_cast<size_t>(rows), visible);
  const AttentionRows args{out.data(),      head_dim, q.data(),  head_dim, all.data(), rows,
                           pointers.data(), 0,        half_page, type,     head_dim,   0.125f};
  char name[96];
  std::snprintf(name, sizeof name, "attention %s %ld x %ld keys, head_dim %ld", type == DType::kF32 ? "f32" : "bf16",
                static_cast<long>(rows), static_cast<long>(visible), static_cast<long>(head_dim));
  bench.run(
      name,
      {4.0 * static_cast<double>(rows * visible * head_dim), 2.0 * static_cast<double>(visible * head_dim * element)},
      [&](const KernelTable& table, int64_t) { table.attention(args); });
}

// One value head's window of Qwen3.5: key and value dims 128.
void delta(Bench& bench, int64_t log_length, int64_t rows) {
  constexpr int64_t kDim = 128;
  Block<float> state(kDim * kDim), k(32 * kDim), d(32 * kDim), q(32 * kDim), v(32 * kDim), beta(32), out(32 * kDim);
  std::vector<double> G(32);
  for (size_t i = 0; i < G.size(); ++i) G[i] = -0.1 * static_cast<double>(i);
  DeltaRows args{state.data(), k.data(), kDim, d.data(), kDim, G.data(), 1, log_length, rows};
  args.q = q.data();
  args.q_stride = kDim;
  args.v = v.data();
  args.v_stride = kDim;
  args.beta = beta.data();
  args.beta_stride = 1;
  args.out = out.data();
  args.out_stride = kDim;
  args.key_dim = args.value_dim = kDim;
  double flops = 0;
  for (int64_t i = log_length; i < log_length + rows; ++i)
    flops += 4.0 * kDim * kDim + 8.0 * static_cast<double>(i) * kDim;
  char name[96];
  std::snprintf(name, sizeof name, "delta_rule %ld rows after %ld", static_cast<long>(rows),
                static_cast<long>(log_length));
  bench.run(name, {flops, 4.0 * kDim * kDim}, [&](const KernelTable& table, int64_t) { table.delta_rule(args); });
  if (rows != 32) return;
  Block<float> next(kDim * kDim);
  const DeltaFold fold{next.data(), state.data(), k.data(), kDim, d.data(), kDim, G.data(), 1, 32, kDim, kDim};
  bench.run("delta_fold 32 entries", {2.0 * kDim * kDim * 32, 8.0 * kDim * kDim},
            [&](const KernelTable& table, int64_t) { table.delta_fold(fold); });
}

void rows(Bench& bench) {
  constexpr int64_t kN = 3584;
  Block<float> x(kN), y(kN), out(kN), scales(16);
  Block<int8_t> codes(kN);
  Block<int32_t> sums(16);
  Block<uint16_t> narrow(kN);
  const double bytes = 4.0 * kN;
  bench.run("rms_norm 3584", {4.0 * kN, 2 * bytes},
            [&](const KernelTable& t, int64_t) { t.rms_norm(out.data(), x.data(), y.data(), kN, 1e-6f); });
  bench.run("swiglu 3584", {20.0 * kN, 2 * bytes},
            [&](const KernelTable& t, int64_t) { t.swiglu(out.data(), x.data(), y.data(), kN); });
  bench.run("hadamard 3584", {9.0 * kN, 2 * bytes},
            [&](const KernelTable& t, int64_t) { t.hadamard(out.data(), x.data(), kN); });
  bench.run("quantize_int8 3584", {4.0 * kN, bytes}, [&](const KernelTable& t, int64_t) {
    t.quantize_int8(codes.data(), scales.data(), sums.data(), x.data(), kN);
  });
  bench.run("round_bf16 3584", {1.0 * kN, bytes},
            [&](const KernelTable& t, int64_t) { t.round_bf16(narrow.data(), x.data(), kN); });
  bench.run("conv_silu 896 channels, 4 taps", {30.0 * 896, 8 * 4.0 * 896},
            [&](const KernelTable& t, int64_t) { t.conv_silu(out.data(), x.data(), y.data(), 896, 4); });
  bench.run("rope_angles 32", {32, 4.0 * 32},
            [&](const KernelTable& t, int64_t i) { t.rope_angles(out.data(), out.data() + 32, y.data(), 32, i, 1); });
  bench.run("delta_gates 16", {16, 4.0 * 32}, [&](const KernelTable& t, int64_t) {
    t.delta_gates(out.data(), out.data() + 32, x.data(), y.data(), x.data(), y.data(), 16);
  });
}

void run_all(Bench& bench) {
  for (const int64_t rows : {1, 4, 512}) {
    products(bench, rows, 1536, 576);
    products(bench, rows, 576, 1536);
    products(bench, rows, 3584, 1024);
    products(bench, rows, 1024, 3584);
  }
  products(bench, 1, 49152, 576);
  attention(bench, 3, 64, 512, DType::kF32);
  attention(bench, 32, 64, 512, DType::kF32);
  attention(bench, 32, 64, 512, DType::kBF16);
  attention(bench, 4, 256, 4096, DType::kF32);
  attention(bench, 32, 256, 4096, DType::kBF16);
  delta(bench, 0, 32);
  delta(bench, 16, 1);
  rows(bench);
}

int bench_main(int argc, char** argv) {
  std::vector<const KernelTable*> tables;
  std::string filter;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "-f" && i + 1 < argc) {
      filter = argv[++i];
      continue;
    }
    const Result<const KernelTable*> table = kernels_named(argv[i]);
    if (!table.ok()) {
      std::fprintf(stderr, "kernel_bench: %s\n", table.error().message.c_str());
      return 2;
    }
    tables.push_back(table.value());
  }
  if (tables.empty()) tables.assign(all_kernels().begin() + (all_kernels().size() > 1 ? 1 : 0), all_kernels().end());
  Bench bench(tables, filter);
  run_all(bench);
  return 0;
}

}  // namespace
}  // namespace capy

int main(int argc, char** argv) { return capy::bench_main(argc, argv); }
