// SPDX-License-Identifier: Apache-2.0
#include "apps/kernel_check.h"

#include <cstring>

#include "codec/pack.h"
#include "kernels/kernels.h"
#include "sampling/sampler.h"
#include "tensor/matrix.h"

namespace capy {
namespace {

// Odd sizes: tails are where vector code goes wrong.
constexpr int64_t kColumns = 611;
constexpr int64_t kRows = 37;
constexpr int64_t kActivations = 3;

std::vector<float> random_floats(int64_t count, uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(uniform(seed, i) - 0.5);
  return values;
}

struct Inputs {
  std::vector<float> x = random_floats(kActivations * kColumns, 1);  // [3, columns]
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

Values matmul_int8(const KernelTable& kernels, const Inputs& in) {
  struct alignas(64) Line {
    int8_t bytes[64];
  };
  std::vector<Line> codes(static_cast<size_t>(packed_int8_code_bytes(kRows, kColumns) / 64));
  std::vector<float> scales(static_cast<size_t>(packed_int8_scales(kRows, kColumns)));
  for (int64_t panel = 0; panel < packed_panels(kRows); ++panel) {
    const float* rows[kPanelRows] = {};
    const int64_t count = std::min(kPanelRows, kRows - panel * kPanelRows);
    for (int64_t row = 0; row < count; ++row) rows[row] = in.matrix.data() + (panel * kPanelRows + row) * kColumns;
    pack_int8_panel(rows, count, kColumns, panel, codes[0].bytes, scales.data());
  }
  std::vector<int8_t> x(static_cast<size_t>(kActivations * packed_columns(kColumns)));
  std::vector<float> x_scales(static_cast<size_t>(kActivations * quant_blocks(kColumns)));
  std::vector<int32_t> x_sums(x_scales.size());
  for (int64_t row = 0; row < kActivations; ++row) {
    kernels.quantize_int8(x.data() + row * packed_columns(kColumns), x_scales.data() + row * quant_blocks(kColumns),
                          x_sums.data() + row * quant_blocks(kColumns), in.x.data() + row * kColumns, kColumns);
  }
  Values out(kActivations * kRows);
  const MatrixView w{MatrixFormat::kInt8Packed, kRows, kColumns, 0, codes[0].bytes, scales.data()};
  const Int8Rows activations{kActivations, kColumns, x.data(), x_scales.data(), x_sums.data()};
  kernels.matmul_int8(out.data(), kRows, activations, w, 0, kRows);
  return out;
}

constexpr std::pair<const char*, Operation> kOperations[] = {
    {"rms_norm", rms_norm},     {"swiglu", swiglu},           {"dot", dot},
    {"matmul_f32", matmul_f32}, {"matmul_bf16", matmul_bf16}, {"matmul_int8", matmul_int8}};

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
