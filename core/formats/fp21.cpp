// SPDX-License-Identifier: Apache-2.0
// 1-8-12 with binary32's exponent, bias 127; everything else as in IEEE 754. Three of them fit in 64 bits.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& fp21_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 8, .fractionBits = 12, .bias = 127};
  static const FloatFormat format({.id = "fp21",
                                   .title = "fp21",
                                   .name = "21-bit float of scientific GPU codes",
                                   .family = FormatFamily::Historic,
                                   .source = "Common usage (1-8-12); no standard"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
