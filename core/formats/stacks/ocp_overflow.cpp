// SPDX-License-Identifier: Apache-2.0
// Beyond the largest value: infinity in E5M2, NaN in E4M3, which has none; FP6 and FP4 have neither and clamp.
#include "core/formats/stacks/ocp.h"

namespace ulpscope {

const Stack& ocp_overflow_entry() {
  using namespace ocp_rules;
  static constexpr StackConversion kConversions[] = {
      {.format = "float8_e4m3fn", .rules = kFloat8, .overflow = Overflow::Format},
      {.format = "float8_e5m2", .rules = kFloat8, .overflow = Overflow::Format},
      {.format = "float6_e3m2fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
      {.format = "float6_e2m3fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
      {.format = "float4_e2m1fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
  };
  static constexpr Stack stack{
      .id = "ocp-overflow",
      .title = "OCP non-saturating",
      .version = kVersion,
      .source = kSource,
      .conversions = kConversions,
      .otherwise = kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
