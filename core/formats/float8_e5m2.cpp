// SPDX-License-Identifier: Apache-2.0
// OCP OFP8 rev 1.0, tables 1 and 2: as IEEE formats are built, bias 2^(5 - 1) - 1 = 15. Largest 1.75 * 2^15 = 57344,
// smallest normal 2^(1 - 15) = 2^-14, smallest subnormal 2^(-14 - 2) = 2^-16.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e5m2_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 5, .fractionBits = 2, .bias = 15};
  static const FloatFormat format({.id = "float8_e5m2",
                                   .title = "FP8 E5M2",
                                   .name = "OCP OFP8 E5M2",
                                   .family = FormatFamily::Float8,
                                   .torch = "float8_e5m2",
                                   .mlDtypes = "float8_e5m2",
                                   .source = "OCP 8-bit Floating Point Specification (OFP8) rev. 1.0"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
