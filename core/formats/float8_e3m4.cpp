// SPDX-License-Identifier: Apache-2.0
// An IEEE-like E3M4: bias 2^(3 - 1) - 1 = 3. Largest 1.9375 * 2^(6 - 3) = 15.5, smallest normal 2^-2, smallest
// subnormal 2^(-2 - 4) = 2^-6.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e3m4_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 3, .fractionBits = 4, .bias = 3};
  static const FloatFormat format({.id = "float8_e3m4",
                                   .title = "FP8 E3M4",
                                   .name = "IEEE-like E3M4",
                                   .family = FormatFamily::Float8,
                                   .mlDtypes = "float8_e3m4",
                                   .source = "ml_dtypes 0.6 float8_e3m4; LLVM APFloat Float8E3M4 (PR 99698)"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
