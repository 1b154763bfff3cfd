// SPDX-License-Identifier: Apache-2.0
// The constructors of __nv_fp8_e4m3 and its kin, that is __nv_cvt_float_to_fp8 and its kin with __NV_SATFINITE. PTX has
// no other way to FP8, FP6 and FP4: .satfinite is mandatory there. To E8M0 it has .rz and .rp; the constructor of
// __nv_fp8_e8m0 takes .rp, the way scales are rounded so that nothing in the block overflows.
#include "core/formats/stacks/stack_rules.h"

namespace ulpscope {

const Stack& cuda_satfinite_entry() {
  using namespace stack_rules;
  static constexpr StackRule kFloat8[] = {kNanLosesItsSign};
  static constexpr StackRule kNoNan[] = {kNanIsLargest};
  static constexpr StackRule kE8m0[] = {
      {isZero, firstCode, "there is no zero in the format, it becomes {code}, which stands for 2^-127"},
      {isInfinite, largestPositiveCode, "infinity saturates to {value}, whatever its sign"},
      kSignIsDropped,
  };
  static constexpr StackConversion kConversions[] = {
      {.format = "float8_e4m3fn", .rules = kFloat8, .overflow = Overflow::Saturate},
      {.format = "float8_e5m2", .rules = kFloat8, .overflow = Overflow::Saturate},
      {.format = "float6_e3m2fn", .rules = kNoNan, .overflow = Overflow::Saturate},
      {.format = "float6_e2m3fn", .rules = kNoNan, .overflow = Overflow::Saturate},
      {.format = "float4_e2m1fn", .rules = kNoNan, .overflow = Overflow::Saturate},
      {.format = "float8_e8m0fnu",
       .rules = kE8m0,
       .overflow = Overflow::Saturate,
       .rounding = Rounding::TowardPositive},
  };
  static constexpr Stack stack{
      .id = "cuda-satfinite",
      .title = "CUDA satfinite",
      .version = "CUDA 13.0 headers, host code",
      .source = "cuda_fp8.hpp, cuda_fp6.hpp and cuda_fp4.hpp, compiled for the host and run; PTX ISA, cvt",
      .conversions = kConversions,
      .otherwise = "the conversions that saturate to finite values lead to FP8, FP6, FP4 and E8M0 only",
  };
  return stack;
}

}  // namespace ulpscope
