// SPDX-License-Identifier: Apache-2.0
// Infinity saturates as well, to 448 and 57344.
#include "core/formats/stacks/ocp.h"

namespace ulpscope {

const Stack& ocp_saturate_entry() {
  using namespace ocp_rules;
  static constexpr StackConversion kConversions[] = {
      {.format = "float8_e4m3fn", .overflow = Overflow::Saturate, .rules = kFloat8},
      {.format = "float8_e5m2", .overflow = Overflow::Saturate, .rules = kFloat8},
      {.format = "float6_e3m2fn", .overflow = Overflow::Saturate, .rules = kNoSpecials},
      {.format = "float6_e2m3fn", .overflow = Overflow::Saturate, .rules = kNoSpecials},
      {.format = "float4_e2m1fn", .overflow = Overflow::Saturate, .rules = kNoSpecials},
  };
  static constexpr Stack stack{
      .id = "ocp-saturate",
      .title = "OCP saturating",
      .version = "OFP8 1.0; MX 1.0 for FP6 and FP4",
      .source = "OCP 8-bit Floating Point Specification (OFP8) rev. 1.0, table 3; OCP Microscaling Formats (MX) 1.0",
      .conversions = kConversions,
      .otherwise = kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
