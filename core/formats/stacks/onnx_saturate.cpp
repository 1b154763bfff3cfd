// SPDX-License-Identifier: Apache-2.0
// Cast with saturate=1, the default. What infinity becomes in the FNUZ types changed: NaN in opsets 19 to 23 and in
// technical/float8.md, the largest value in the table of opset 24 and later. The former is taken here.
#include "core/formats/stacks/onnx.h"

namespace ulpscope {

const Stack& onnx_saturate_entry() {
  using namespace stack_rules;
  static constexpr StackRule kFnuz[] = {
      {isInfinite, nanCode,
       "infinity becomes NaN, {code}, though finite numbers saturate (opset 24: saturates as well)"}};
  static constexpr StackRule kScale[] = {
      onnx_rules::kNegativeScale,
      {isZero, firstCode, "there is no zero in the format, it becomes {code}, which stands for 2^-127"},
  };
  static constexpr StackConversion kConversions[] = {
      {.format = "float64"},
      {.format = "float32"},
      {.format = "float16"},
      {.format = "bfloat16"},
      {.format = "float8_e4m3fn", .overflow = Overflow::Saturate},
      {.format = "float8_e5m2", .rules = onnx_rules::kE5m2, .overflow = Overflow::Saturate},
      {.format = "float8_e4m3fnuz", .rules = kFnuz, .overflow = Overflow::Saturate},
      {.format = "float8_e5m2fnuz", .rules = kFnuz, .overflow = Overflow::Saturate},
      {.format = "float4_e2m1fn", .rules = onnx_rules::kE2m1, .overflow = Overflow::Saturate},
      {.format = "float8_e8m0fnu",
       .rules = kScale,
       .overflow = Overflow::Saturate,
       .rounding = Rounding::TowardPositive},
  };
  static constexpr Stack stack{
      .id = "onnx-saturate",
      .title = "ONNX saturate=1",
      .version = "Cast of opset 19 to 23; float4_e2m1fn of opset 23, float8_e8m0fnu of opset 24 with round_mode=up",
      .source = "ONNX operator Cast; ONNX technical notes float8.md and float4.md",
      .conversions = kConversions,
      .otherwise = onnx_rules::kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
