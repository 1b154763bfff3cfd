// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stacks/stack_rules.h"

namespace ulpscope {

const Stack& ml_dtypes_0_6_entry() {
  using namespace stack_rules;
  static constexpr StackRule kWide[] = {kNanByMachine};
  static constexpr StackRule kNoNan[] = {
      {isNan, oppositeZeroCode, "there is no NaN in the format: +NaN becomes -0, -NaN becomes +0, here {code}"},
  };
  static constexpr StackRule kE8m0[] = {
      {isZero, nanCode, "there is no zero in the format, it becomes NaN, {code}"},
      {isBelowZero, nanCode, "there are no negative values in the format, they become NaN, {code}"},
      kRoundsUpBelowNormalFloats,
  };
  static constexpr StackConversion kConversions[] = {
      {.format = "float64", .rules = kWide},
      {.format = "float32", .rules = kWide},
      {.format = "float16", .rules = kWide},
      {.format = "bfloat16"},
      {.format = "float8_e4m3fn"},
      {.format = "float8_e5m2"},
      {.format = "float8_e4m3"},
      {.format = "float8_e3m4"},
      {.format = "float8_e4m3fnuz"},
      {.format = "float8_e5m2fnuz"},
      {.format = "float8_e4m3b11fnuz"},
      {.format = "float6_e3m2fn", .rules = kNoNan},
      {.format = "float6_e2m3fn", .rules = kNoNan},
      {.format = "float4_e2m1fn", .rules = kNoNan},
      {.format = "float8_e8m0fnu", .rules = kE8m0},
  };
  static constexpr Stack stack{
      .id = "ml_dtypes-0.6",
      .title = "ml_dtypes 0.6",
      .version = "ml_dtypes 0.6.0 with NumPy 2.4.6",
      .source = "astype from float32, run",
      .conversions = kConversions,
      .otherwise = "there is no such float type (integers drop the fraction, and their overflow is the processor's)",
  };
  return stack;
}

}  // namespace ulpscope
