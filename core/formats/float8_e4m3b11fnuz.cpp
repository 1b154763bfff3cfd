// SPDX-License-Identifier: Apache-2.0
// E4M3 FNUZ with bias 11 in place of 8: largest 1.875 * 2^(15 - 11) = 30, smallest normal 2^-10, smallest subnormal
// 2^(-10 - 3) = 2^-13.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e4m3b11fnuz_entry() {
  static constexpr FloatSpec kSpec{
      .exponentBits = 4, .fractionBits = 3, .bias = 11, .specials = Specials::NegativeZeroNan};
  static const FloatFormat format({.id = "float8_e4m3b11fnuz",
                                   .title = "FP8 E4M3 B11",
                                   .name = "E4M3 with bias 11, finite, unsigned zero",
                                   .family = FormatFamily::Float8,
                                   .mlDtypes = "float8_e4m3b11fnuz",
                                   .source = "ml_dtypes 0.6 float8_e4m3b11fnuz (Google, XLA)"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
