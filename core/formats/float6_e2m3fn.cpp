// SPDX-License-Identifier: Apache-2.0
// OCP MX 1.0: bias 2^(2 - 1) - 1 = 1, every code a number. Largest 1.875 * 2^(3 - 1) = 7.5, smallest normal 1,
// smallest subnormal 2^-3.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float6_e2m3fn_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 2, .fractionBits = 3, .bias = 1, .specials = Specials::None};
  static const FloatFormat format({.id = "float6_e2m3fn",
                                   .title = "FP6 E2M3",
                                   .name = "OCP MX E2M3",
                                   .family = FormatFamily::Float6,
                                   .mlDtypes = "float6_e2m3fn",
                                   .source = "OCP Microscaling Formats (MX) 1.0"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
