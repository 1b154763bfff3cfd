// SPDX-License-Identifier: Apache-2.0
// Unsigned, bias 2^(5 - 1) - 1 = 15, NaN at all ones. Largest 1.75 * 2^(31 - 15) = 114688, smallest normal 2^-14,
// smallest subnormal 2^(-14 - 3) = 2^-17.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_ue5m3_entry() {
  static constexpr FloatSpec kSpec{
      .signBits = 0, .exponentBits = 5, .fractionBits = 3, .bias = 15, .specials = Specials::NanOnly};
  static const FloatFormat format(
      {.id = "float8_ue5m3",
       .title = "UE5M3",
       .name = "NVIDIA UE5M3",
       .family = FormatFamily::Scale,
       .source = "NVIDIA CUDA Math API 13.4 (developer preview), __nv_fp8_ue5m3; LLVM PR 210720"},
      kSpec);
  return format;
}

}  // namespace ulpscope
