// SPDX-License-Identifier: Apache-2.0
// Finite, one NaN at 0x80, unsigned zero. Bias 16, so largest 1.75 * 2^(31 - 16) = 57344, smallest normal 2^-15,
// smallest subnormal 2^(-15 - 2) = 2^-17.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e5m2fnuz_entry() {
  static constexpr FloatSpec kSpec{
      .exponentBits = 5, .fractionBits = 2, .bias = 16, .specials = Specials::NegativeZeroNan};
  static const FloatFormat format({.id = "float8_e5m2fnuz",
                                   .title = "FP8 E5M2 FNUZ",
                                   .name = "E5M2, finite, unsigned zero",
                                   .family = FormatFamily::Float8,
                                   .torch = "float8_e5m2fnuz",
                                   .mlDtypes = "float8_e5m2fnuz",
                                   .source = "arXiv 2206.02915; AMD gfx94x"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
