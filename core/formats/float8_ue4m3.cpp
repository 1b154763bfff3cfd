// SPDX-License-Identifier: Apache-2.0
// The scale of NVFP4 blocks: OCP E4M3 without its sign bit, which is stored as zero. Bias 7, NaN at all ones; largest
// 1.75 * 2^(15 - 7) = 448, smallest normal 2^-6, smallest subnormal 2^-9.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float8_ue4m3_entry() {
  static constexpr FloatSpec kSpec{
      .signBits = 0, .exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly};
  static const FloatFormat format({.id = "float8_ue4m3",
                                   .title = "UE4M3",
                                   .name = "NVIDIA UE4M3, the NVFP4 scale",
                                   .family = FormatFamily::Scale,
                                   .source = "NVIDIA PTX ISA, .ue4m3"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
