// SPDX-License-Identifier: Apache-2.0
// Infinity saturates as well, to 448 and 57344.
#include "core/formats/stacks/ocp.h"

namespace ulpscope {

const Stack& ocp_saturate_entry() {
  using namespace ocp_rules;
  static constexpr StackConversion kConversions[] = {
      {.format = "float8_e4m3fn", .rules = kFloat8, .overflow = Overflow::Saturate},
      {.format = "float8_e5m2", .rules = kFloat8, .overflow = Overflow::Saturate},
      {.format = "float6_e3m2fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
      {.format = "float6_e2m3fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
      {.format = "float4_e2m1fn", .rules = kNoSpecials, .overflow = Overflow::Saturate},
  };
  static constexpr Stack stack{
      .id = "ocp-saturate",
      .title = "OCP saturating",
      .version = kVersion,
      .source = kSource,
      .conversions = kConversions,
      .otherwise = kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
