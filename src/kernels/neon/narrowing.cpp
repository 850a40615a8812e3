// SPDX-License-Identifier: Apache-2.0
// Activations for the products: bf16 rounding and int8 quantisation.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "kernels/generic/operations.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

constexpr uint32_t kInfinityBits = 0x7f800000;

uint32x4_t magnitude_bits(float32x4_t x) { return vandq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(0x7fffffff)); }

// The largest |x| as bits: magnitudes order like integers, infinity and NaN above all.
uint32_t largest_magnitude(const float* x, int64_t n) {
  uint32x4_t max[4] = {vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0)};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    for (int j = 0; j < 4; ++j) max[j] = vmaxq_u32(max[j], magnitude_bits(F32::load(x + i + 4 * j)));
  }
  for (; i < n; i += 4) max[0] = vmaxq_u32(max[0], magnitude_bits(F32::load(x + i, n - i)));
  return vmaxvq_u32(vmaxq_u32(vmaxq_u32(max[0], max[1]), vmaxq_u32(max[2], max[3])));
}

// Four codes of x * inverse, rounded half to even.
int32x4_t codes_of(float32x4_t x, float inverse) {
  const int32x4_t code = vcvtnq_s32_f32(vmulq_n_f32(x, inverse));
  return vmaxq_s32(vminq_s32(code, vdupq_n_s32(127)), vdupq_n_s32(-127));
}

// n codes of x * inverse, zeros up to `padded` (a multiple of 16); returns their sum.
int32_t write_codes(int8_t* codes, const float* x, float inverse, int64_t n, int64_t padded) {
  int32x4_t sum = vdupq_n_s32(0);
  for (int64_t i = 0; i < padded; i += 16) {
    int32x4_t code[4];
    for (int j = 0; j < 4; ++j) {
      const int64_t at = smaller(i + 4 * j, n);
      code[j] = codes_of(F32::load(x + at, n - at), inverse);
      sum = vaddq_s32(sum, code[j]);
    }
    const int16x8_t low = vcombine_s16(vmovn_s32(code[0]), vmovn_s32(code[1]));
    const int16x8_t high = vcombine_s16(vmovn_s32(code[2]), vmovn_s32(code[3]));
    vst1q_s8(codes + i, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
  }
  return vaddvq_s32(sum);
}

int32_t write_zeros(int8_t* codes, int64_t padded) {
  for (int64_t i = 0; i < padded; i += 16) vst1q_s8(codes + i, vdupq_n_s8(0));
  return 0;
}

// Bits of four floats rounded to bf16: nearest even; a NaN keeps its upper half and becomes quiet.
uint16x4_t rounded(float32x4_t x) {
  const uint32x4_t bits = vreinterpretq_u32_f32(x);
  const uint32x4_t high = vshrq_n_u32(bits, 16);
  const uint32x4_t odd = vandq_u32(high, vdupq_n_u32(1));
  const uint32x4_t up = vshrq_n_u32(vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd), 16);
  const uint32x4_t nan = vcgtq_u32(magnitude_bits(x), vdupq_n_u32(kInfinityBits));
  return vmovn_u32(vbslq_u32(nan, vorrq_u32(high, vdupq_n_u32(0x40)), up));
}

}  // namespace

void round_bf16(uint16_t* out, const float* x, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    vst1q_u16(out + i, vcombine_u16(rounded(F32::load(x + i)), rounded(F32::load(x + i + 4))));
  }
  generic::round_bf16(out + i, x + i, n - i);
}

void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n) {
  const int64_t columns = rounded_up(n, kPackColumns);
  for (int64_t begin = 0; begin < n; begin += kQuantBlock) {
    const int64_t block = begin / kQuantBlock;
    const int64_t values = smaller(n - begin, kQuantBlock);
    const int64_t padded = smaller(columns - begin, kQuantBlock);
    const uint32_t max_bits = largest_magnitude(x + begin, values);
    const float max = __builtin_bit_cast(float, max_bits);
    if (max_bits < kInfinityBits && max >= kQuantTiny) {
      scales[block] = max / 127.0f;
      sums[block] = write_codes(codes + begin, x + begin, 127.0f / max, values, padded);
    } else {
      scales[block] = max_bits < kInfinityBits ? 0 : __builtin_nanf("");
      sums[block] = write_zeros(codes + begin, padded);
    }
  }
}

}  // namespace capy::neon
#endif
