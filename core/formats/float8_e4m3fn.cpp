// SPDX-License-Identifier: Apache-2.0
// OCP OFP8 rev 1.0, tables 1 and 2: bias 2^(4 - 1) - 1 = 7, no infinities, S.1111.111 is NaN. Largest 1.75 * 2^(15 - 7)
// = 448, smallest normal 2^(1 - 7) = 2^-6, smallest subnormal 2^(-6 - 3) = 2^-9.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e4m3fn_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly};
  static const FloatFormat format({.id = "float8_e4m3fn",
                                   .title = "FP8 E4M3",
                                   .name = "OCP OFP8 E4M3",
                                   .family = FormatFamily::Float8,
                                   .torch = "float8_e4m3fn",
                                   .mlDtypes = "float8_e4m3fn",
                                   .source = "OCP 8-bit Floating Point Specification (OFP8) rev. 1.0"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
