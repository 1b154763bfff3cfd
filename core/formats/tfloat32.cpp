// SPDX-License-Identifier: Apache-2.0
// NVIDIA TF32: the exponent of binary32 (bias 127) and the 10 fraction bits of binary16, 1 + 8 + 10 = 19 bits at the
// top of a 32-bit register; 32 - 19 = 13 bits are padding. Largest (2 - 2^-10) * 2^127 = 2047 * 2^117, smallest normal
// 2^-126, smallest subnormal 2^(-126 - 10) = 2^-136.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& tfloat32_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 8, .fractionBits = 10, .bias = 127, .paddingBits = 13};
  static const FloatFormat format({.id = "tfloat32",
                                   .title = "TF32",
                                   .name = "NVIDIA TensorFloat-32, in a 32-bit container",
                                   .family = FormatFamily::MachineLearning,
                                   .source = "NVIDIA PTX ISA, alternate floating-point formats (.tf32)"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
