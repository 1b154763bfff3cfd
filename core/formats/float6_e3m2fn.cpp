// SPDX-License-Identifier: Apache-2.0
// OCP MX 1.0: bias 2^(3 - 1) - 1 = 3, every code a number. Largest 1.75 * 2^(7 - 3) = 28, smallest normal 2^-2,
// smallest subnormal 2^(-2 - 2) = 2^-4.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float6_e3m2fn_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 3, .fractionBits = 2, .bias = 3, .specials = Specials::None};
  static const FloatFormat format({.id = "float6_e3m2fn",
                                   .title = "FP6 E3M2",
                                   .name = "OCP MX E3M2",
                                   .family = FormatFamily::Float6,
                                   .mlDtypes = "float6_e3m2fn",
                                   .source = "OCP Microscaling Formats (MX) 1.0"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
