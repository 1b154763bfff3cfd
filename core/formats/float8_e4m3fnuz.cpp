// SPDX-License-Identifier: Apache-2.0
// Finite, one NaN at 0x80, unsigned zero: the code of negative zero is NaN, which leaves the top exponent to numbers.
// Bias 8, so largest 1.875 * 2^(15 - 8) = 240, smallest normal 2^-7, smallest subnormal 2^(-7 - 3) = 2^-10.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e4m3fnuz_entry() {
  static constexpr FloatSpec kSpec{
      .exponentBits = 4, .fractionBits = 3, .bias = 8, .specials = Specials::NegativeZeroNan};
  static const FloatFormat format({.id = "float8_e4m3fnuz",
                                   .title = "FP8 E4M3 FNUZ",
                                   .name = "E4M3, finite, unsigned zero",
                                   .family = FormatFamily::Float8,
                                   .torch = "float8_e4m3fnuz",
                                   .mlDtypes = "float8_e4m3fnuz",
                                   .source = "arXiv 2206.02915; AMD gfx94x"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
