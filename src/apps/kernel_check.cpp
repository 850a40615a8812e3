// SPDX-License-Identifier: Apache-2.0
#include "apps/kernel_check.h"

#include <cstring>

#include "codec/pack.h"
#include "kernels/kernels.h"
#include "sampling/sampler.h"
#include "tensor/matrix.h"

namespace capy {
namespace {

// Odd sizes: tails are where vector code goes wrong. Activations enough for AMX, which takes 16 at a time.
constexpr int64_t kColumns = 611;
constexpr int64_t kRows = 37;
constexpr int64_t kActivations = 19;

std::vector<float> random_floats(int64_t count, uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(uniform(seed, i) - 0.5);
  return values;
}

struct Inputs {
  std::vector<float> x = random_floats(kActivations * kColumns, 1);  // [activations, columns]
  std::vector<float> weight = random_floats(kColumns, 2);
  std::vector<float> matrix = random_floats(kRows * kColumns, 3);  // [rows, columns]
};

using Values = std::vector<float>;
using Operation = Values (*)(const KernelTable& kernels, const Inputs& in);

Values rms_norm(const KernelTable& kernels, const Inputs& in) {
  Values out(kColumns);
  kernels.rms_norm(out.data(), in.x.data(), in.weight.data(), kColumns, 1e-6F);
  return out;
}

Values swiglu(const KernelTable& kernels, const Inputs& in) {
  Values out(kColumns);
  kernels.swiglu(out.data(), in.x.data(), in.weight.data(), kColumns);
  return out;
}

Values dot(const KernelTable& kernels, const Inputs& in) {
  return {kernels.dot(in.x.data(), in.weight.data(), kColumns)};
}

Values matmul_f32(const KernelTable& kernels, const Inputs& in) {
  Values out(kActivations * kRows);
  const MatrixView w{MatrixFormat::kF32, kRows, kColumns, kColumns, in.matrix.data(), nullptr};
  kernels.matmul_f32(out.data(), kRows, in.x.data(), kColumns, kActivations, w, 0, kRows);
  return out;
}

Values matmul_bf16(const KernelTable& kernels, const Inputs& in) {
  std::vector<uint16_t> x(in.x.size());
  std::vector<uint16_t> weights(in.matrix.size());
  kernels.round_bf16(x.data(), in.x.data(), static_cast<int64_t>(x.size()));
  kernels.round_bf16(weights.data(), in.matrix.data(), static_cast<int64_t>(weights.size()));
  Values out(kActivations * kRows);
  const MatrixView w{MatrixFormat::kBF16, kRows, kColumns, kColumns, weights.data(), nullptr};
  kernels.matmul_bf16(out.data(), kRows, x.data(), kColumns, kActivations, w, 0, kRows);
  return out;
}

struct alignas(64) Line {
  std::byte bytes[64];
};

// pack(rows, count, panel) for each panel of the matrix.
template <class Pack>
void for_each_panel(const Inputs& in, Pack pack) {
  for (int64_t panel = 0; panel < packed_panels(kRows); ++panel) {
    const float* rows[kPanelRows] = {};
    const int64_t count = std::min(kPanelRows, kRows - panel * kPanelRows);
    for (int64_t row = 0; row < count; ++row) rows[row] = in.matrix.data() + (panel * kPanelRows + row) * kColumns;
    pack(rows, count, panel);
  }
}

// The activations as int8.
struct Int8Activations {
  Int8Activations(const KernelTable& kernels, const Inputs& in) {
    for (int64_t row = 0; row < kActivations; ++row) {
      kernels.quantize_int8(codes.data() + row * packed_columns(kColumns), scales.data() + row * quant_blocks(kColumns),
                            sums.data() + row * quant_blocks(kColumns), in.x.data() + row * kColumns, kColumns);
    }
  }

  std::vector<int8_t> codes = std::vector<int8_t>(static_cast<size_t>(kActivations * packed_columns(kColumns)));
  std::vector<float> scales = std::vector<float>(static_cast<size_t>(kActivations * quant_blocks(kColumns)));
  std::vector<int32_t> sums = std::vector<int32_t>(scales.size());
  Int8Rows rows{kActivations, kColumns, codes.data(), scales.data(), sums.data()};
};

Values matmul_int8(const KernelTable& kernels, const Inputs& in) {
  std::vector<Line> lines(static_cast<size_t>(packed_int8_code_bytes(kRows, kColumns) / 64));
  auto* const codes = reinterpret_cast<int8_t*>(lines.data());
  std::vector<float> scales(static_cast<size_t>(packed_int8_scales(kRows, kColumns)));
  for_each_panel(in, [&](const float* const* rows, int64_t count, int64_t panel) {
    pack_int8_panel(rows, count, kColumns, panel, codes, scales.data());
  });
  const Int8Activations x(kernels, in);
  Values out(kActivations * kRows);
  const MatrixView w{MatrixFormat::kInt8Packed, kRows, kColumns, 0, codes, scales.data()};
  kernels.matmul_int8(out.data(), kRows, x.rows, w, 0, kRows);
  return out;
}

Values matmul_int4(const KernelTable& kernels, const Inputs& in) {
  std::vector<Line> lines(static_cast<size_t>(packed_int4_bytes(kRows, kColumns) / 64));
  for_each_panel(in, [&](const float* const* rows, int64_t count, int64_t panel) {
    pack_int4_panel(rows, count, kColumns, panel, lines[0].bytes);
  });
  const Int8Activations x(kernels, in);
  Values out(kActivations * kRows);
  const MatrixView w{MatrixFormat::kInt4Packed, kRows, kColumns, 0, lines.data(), nullptr};
  kernels.matmul_int4(out.data(), kRows, x.rows, w, 0, kRows);
  return out;
}

constexpr std::pair<const char*, Operation> kOperations[] = {
    {"rms_norm", rms_norm},      {"swiglu", swiglu},           {"dot", dot},
    {"matmul_f32", matmul_f32},  {"matmul_bf16", matmul_bf16}, {"matmul_int8", matmul_int8},
    {"matmul_int4", matmul_int4}};

bool same_bytes(const Values& a, const Values& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

std::vector<KernelCheck> check_kernels() {
  const Inputs inputs;
  const Result<const KernelTable*> chosen = choose_kernels();
  const KernelTable& generic = *all_kernels().front();
  std::vector<KernelCheck> checks;
  for (const KernelTable* kernels : all_kernels()) {
    KernelCheck check{kernels->isa, chosen.ok() && chosen.value() == kernels, {}};
    for (const auto& [name, operation] : kOperations) {
      if (!same_bytes(operation(*kernels, inputs), operation(generic, inputs))) check.different.emplace_back(name);
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace capy
