// SPDX-License-Identifier: Apache-2.0
// Cast with saturate=0. To E8M0 the specification tells what this does with round_mode=nearest only.
#include "core/formats/stacks/onnx.h"

namespace ulpscope {

const Stack& onnx_wrap_entry() {
  using namespace stack_rules;
  // The ends are those of the table, before rounding: x < 2^-127 and x > 2^127.
  static constexpr StackRule kE8m0[] = {
      onnx_rules::kNegativeScale,
      {isZero, nanCode, "there is no zero in the format, it becomes NaN, {code}"},
      {[](const ConversionCase& given) { return isFinite(given) && !reaches(given, -127); }, nanCode,
       "what is below 2^-127 becomes NaN, {code}"},
      {[](const ConversionCase& given) { return reaches(given, 127) && !given.plain.exact; }, nanCode,
       "what is above 2^127 becomes NaN, {code}"},
  };
  static constexpr StackConversion kConversions[] = {
      {.format = "float64"},
      {.format = "float32"},
      {.format = "float16"},
      {.format = "bfloat16"},
      {.format = "float8_e4m3fn"},
      {.format = "float8_e5m2", .rules = onnx_rules::kE5m2},
      {.format = "float8_e4m3fnuz"},
      {.format = "float8_e5m2fnuz"},
      {.format = "float4_e2m1fn", .rules = onnx_rules::kE2m1},
      {.format = "float8_e8m0fnu", .rules = kE8m0},
  };
  static constexpr Stack stack{
      .id = "onnx-wrap",
      .title = "ONNX saturate=0",
      .version =
          "Cast of opset 19 to 25; float4_e2m1fn from opset 23, float8_e8m0fnu from opset 24 with "
          "round_mode=nearest",
      .source = "ONNX operator Cast; ONNX technical notes float8.md and float4.md",
      .conversions = kConversions,
      .otherwise = onnx_rules::kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
