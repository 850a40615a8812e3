// SPDX-License-Identifier: Apache-2.0
#include "kernels/generic/operations.h"

namespace capy::generic {

const KernelTable& table() {
  static const KernelTable filled = {
      .isa = "generic",
      .rms_norm = rms_norm,
      .gated_rms_norm = gated_rms_norm,
      .l2_norm = l2_norm,
      .add = add,
      .scaled_add = scaled_add,
      .swiglu = swiglu,
      .sigmoid_gate = sigmoid_gate,
      .sigmoid = sigmoid,
      .exp_shifted = exp_shifted,
      .rope_half = rope_half,
      .rope_adjacent = rope_adjacent,
      .dot = dot,
      .conv_silu = conv_silu,
      .delta_gates = delta_gates,
      .rope_angles = rope_angles,
      .matmul_f32 = matmul_f32,
      .matmul_bf16 = matmul_bf16,
      .matmul_int8 = matmul_int8,
      .matmul_int4 = matmul_int4,
      .scan_planes = scan_planes,
      .refine_planes = refine_planes,
      .chained_product = chained_product,
      .round_bf16 = round_bf16,
      .hadamard = hadamard,
      .quantize_int8 = quantize_int8,
      .attention = attention,
      .page_weights = page_weights,
      .page_values = nullptr,
      .join_products = join_products,
      .merge_softmax = merge_softmax,
      .widen_halves = widen_halves,
      .delta_rule = delta_rule,
      .delta_fold = delta_fold,
  };
  return filled;
}

}  // namespace capy::generic
