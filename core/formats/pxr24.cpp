// SPDX-License-Identifier: Apache-2.0
// OpenEXR's PXR24 keeps the upper 24 bits of binary32: 1-8-15, bias 127.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& pxr24_entry() {
  static constexpr FloatSpec kSpec{.exponentBits = 8, .fractionBits = 15, .bias = 127};
  static const FloatFormat format({.id = "pxr24",
                                   .title = "PXR24",
                                   .name = "Pixar 24-bit float of OpenEXR",
                                   .family = FormatFamily::Historic,
                                   .source = "OpenEXR, ImfPxr24Compressor"},
                                  kSpec);
  return format;
}

}  // namespace ulpscope
