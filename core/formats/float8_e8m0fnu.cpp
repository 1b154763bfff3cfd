// SPDX-License-Identifier: Apache-2.0
// The scale of MX blocks: a power of two, 2^(code - 127), from 2^-127 to 2^(254 - 127) = 2^127, and NaN at 0xFF.
// There is no sign, no zero and no subnormal value. To nearest, ties go up (3 becomes 4), as ml_dtypes and PyTorch
// have it.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_e8m0fnu_entry() {
  static constexpr FloatSpec kSpec{
      .signBits = 0, .exponentBits = 8, .bias = 127, .specials = Specials::NanOnly, .bottom = Bottom::Normal};
  static const FloatFormat format({.id = "float8_e8m0fnu",
                                   .title = "E8M0",
                                   .name = "OCP MX E8M0 scale",
                                   .family = FormatFamily::Scale,
                                   .torch = "float8_e8m0fnu",
                                   .mlDtypes = "float8_e8m0fnu",
                                   .source = "OCP Microscaling Formats (MX) 1.0, section 5.4.1"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
