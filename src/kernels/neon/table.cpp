// SPDX-License-Identifier: Apache-2.0
#include "kernels/generic/operations.h"
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
namespace capy::neon {
namespace {

KernelTable filled() {
  KernelTable t = generic::table();
  t.isa = "neon";
  t.rms_norm = rms_norm;
  t.gated_rms_norm = gated_rms_norm;
  t.l2_norm = l2_norm;
  t.add = add;
  t.scaled_add = scaled_add;
  t.swiglu = swiglu;
  t.sigmoid_gate = sigmoid_gate;
  t.rope_half = rope_half;
  t.rope_adjacent = rope_adjacent;
  t.dot = dot;
  t.conv_silu = conv_silu;
  t.matmul_f32 = matmul_f32;
  t.matmul_bf16 = matmul_bf16;
  t.matmul_int8 = matmul_int8_mull;
  t.matmul_int4 = matmul_int4_mull;
  t.scan_planes = scan_planes_mull;
  t.refine_planes = refine_planes_mull;
  t.round_bf16 = round_bf16;
  t.hadamard = hadamard;
  t.quantize_int8 = quantize_int8;
  t.attention = attention;
  t.delta_rule = delta_rule;
  t.delta_fold = delta_fold;
  return t;
}

}  // namespace

const KernelTable& table() {
  static const KernelTable table = filled();
  return table;
}

const KernelTable& table_with_dotprod() {
  static const KernelTable table = [] {
    KernelTable t = filled();
    t.matmul_int8 = matmul_int8_dotprod;
    t.matmul_int4 = matmul_int4_dotprod;
    t.scan_planes = scan_planes_dotprod;
    t.refine_planes = refine_planes_dotprod;
    return t;
  }();
  return table;
}

const KernelTable& table_with_i8mm() {
  static const KernelTable table = [] {
    KernelTable t = filled();
    t.matmul_int8 = matmul_int8_i8mm;
    t.matmul_int4 = matmul_int4_i8mm;
    t.scan_planes = scan_planes_dotprod;
    t.refine_planes = refine_planes_dotprod;
    return t;
  }();
  return table;
}

}  // namespace capy::neon
#endif
