// SPDX-License-Identifier: Apache-2.0
// IBM DLFloat16: bias 31, no subnormals. Exponent zero is an ordinary one, except that fraction zero is zero there:
// smallest (1 + 2^-9) * 2^-31. All ones is the one NaN-infinity, of either sign; largest (1 + 510/512) * 2^(63 - 31)
// = 8,573,157,376.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& dlfloat16_entry() {
  static constexpr FloatSpec kSpec{
      .exponentBits = 6, .fractionBits = 9, .bias = 31, .specials = Specials::NanOnly, .bottom = Bottom::NormalButZero};
  static const FloatFormat format({.id = "dlfloat16",
                                   .title = "DLFloat16",
                                   .name = "IBM DLFloat16",
                                   .family = FormatFamily::Historic,
                                   .source = "Agrawal et al., DLFloat, ARITH 2019; onnx-mlir, NNPA"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
