// SPDX-License-Identifier: Apache-2.0
// OCP Microscaling Formats (MX) 1.0, 5.3.3: bias 2^(2 - 1) - 1 = 1, every code is finite. Largest 1.5 * 2^(3 - 1) = 6,
// smallest normal 2^(1 - 1) = 1, smallest subnormal 2^(0 - 1) = 0.5.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float4_e2m1fn_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None};
  static const FloatFormat format({.id = "float4_e2m1fn",
                                   .title = "FP4 E2M1",
                                   .name = "OCP MX FP4 E2M1",
                                   .family = FormatFamily::Float4,
                                   .torch = "float4_e2m1fn_x2",
                                   .mlDtypes = "float4_e2m1fn",
                                   .source = "OCP Microscaling Formats (MX) Specification 1.0, 5.3.3"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
