// SPDX-License-Identifier: Apache-2.0
// IEEE 754-2019 binary32: bias 2^(8 - 1) - 1 = 127, largest (2 - 2^-23) * 2^127, smallest normal 2^-126, smallest
// subnormal 2^(-126 - 23) = 2^-149.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float32_entry() {
  static const FloatFormat format({.id = "float32",
                                   .title = "FP32",
                                   .name = "IEEE 754 binary32, single precision",
                                   .family = FormatFamily::Ieee,
                                   .torch = "float32",
                                   .mlDtypes = "float32",
                                   .source = "IEEE 754-2019, 3.6"},
                                  kFloat32Spec);
  return format;
}

}  // namespace ulpscope
