// SPDX-License-Identifier: Apache-2.0
// An IEEE-like E4M3: bias 2^(4 - 1) - 1 = 7, the top exponent set aside for infinity and NaN. Largest 1.875 * 2^(14 -
// 7) = 240, smallest normal 2^-6, smallest subnormal 2^(-6 - 3) = 2^-9.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e4m3_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 4, .fractionBits = 3, .bias = 7};
  static const FloatFormat format({.id = "float8_e4m3",
                                   .title = "FP8 E4M3 IEEE",
                                   .name = "IEEE-like E4M3",
                                   .family = FormatFamily::Float8,
                                   .mlDtypes = "float8_e4m3",
                                   .source = "ml_dtypes 0.6 float8_e4m3; LLVM APFloat Float8E4M3 (PR 97179)"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
