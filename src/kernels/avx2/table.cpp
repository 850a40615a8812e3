// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/operations.h"
#include "kernels/generic/operations.h"

#if defined(__AVX2__)
namespace capy::avx2 {

namespace {

KernelTable filled(bool vnni) {
  KernelTable t = generic::table();
  t.isa = "avx2";
  t.rms_norm = rms_norm;
  t.gated_rms_norm = gated_rms_norm;
  t.l2_norm = l2_norm;
  t.add = add;
  t.scaled_add = scaled_add;
  t.swiglu = swiglu;
  t.sigmoid_gate = sigmoid_gate;
  t.sigmoid = sigmoid;
  t.exp_shifted = exp_shifted;
  t.rope_half = rope_half;
  t.rope_adjacent = rope_adjacent;
  t.dot = dot;
  t.conv_silu = conv_silu;
  t.matmul_f32 = matmul_f32;
  t.matmul_bf16 = matmul_bf16;
  t.matmul_int8 = vnni ? matmul_int8_vnni : matmul_int8;
  t.matmul_int4 = vnni ? matmul_int4_vnni : matmul_int4;
  t.scan_planes = scan_planes;
  t.refine_planes = refine_planes;
  t.chained_product = chained_product;
  t.round_bf16 = round_bf16;
  t.hadamard = hadamard;
  t.quantize_int8 = quantize_int8;
  t.attention = attention;
  t.page_weights = page_weights;
  if (!vnni) t.page_values = page_values;  // with VNNI matmul_int8 is as good
  t.join_products = join_products;
  t.merge_softmax = merge_softmax;
  t.widen_halves = widen_halves;
  t.delta_rule = delta_rule;
  t.delta_fold = delta_fold;
  return t;
}

}  // namespace

const KernelTable& table_with_vnni() {
  static const KernelTable table = filled(true);
  return table;
}

const KernelTable& table_without_vnni() {
  static const KernelTable table = filled(false);
  return table;
}

}  // namespace capy::avx2
#endif
