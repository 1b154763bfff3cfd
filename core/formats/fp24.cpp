// SPDX-License-Identifier: Apache-2.0
// AMD R300 (2002), as usually described: 1-7-16, bias 2^(7 - 1) - 1 = 63. Largest (2 - 2^-16) * 2^63, smallest normal
// 2^-62. Infinity, NaN and subnormals are taken from IEEE 754; AMD published no full definition.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& fp24_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 7, .fractionBits = 16, .bias = 63};
  static const FloatFormat format({.id = "fp24",
                                   .title = "fp24",
                                   .name = "AMD R300 24-bit float",
                                   .family = FormatFamily::Historic,
                                   .source = "Common descriptions of the R300; no vendor document"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
