// SPDX-License-Identifier: Apache-2.0
// The upper half of binary32: bias 127, largest (2 - 2^-7) * 2^127 = 255 * 2^120, smallest normal 2^-126, smallest
// subnormal 2^(-126 - 7) = 2^-133.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& bfloat16_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 8, .fractionBits = 7, .bias = 127};
  static const FloatFormat format({.id = "bfloat16",
                                   .title = "BF16",
                                   .name = "Brain floating point",
                                   .family = FormatFamily::MachineLearning,
                                   .torch = "bfloat16",
                                   .mlDtypes = "bfloat16",
                                   .source = "Intel BFLOAT16 Hardware Numerics Definition, rev. 1.0"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
