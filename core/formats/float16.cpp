// SPDX-License-Identifier: Apache-2.0
// IEEE 754-2019 binary16: bias 2^(5 - 1) - 1 = 15, largest (2 - 2^-10) * 2^15 = 65504, smallest normal 2^-14, smallest
// subnormal 2^(-14 - 10) = 2^-24.
#include "core/formats/float16_spec.h"
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float16_entry() {
  static const FloatFormat format({.id = "float16",
                                   .title = "FP16",
                                   .name = "IEEE 754 binary16, half precision",
                                   .family = FormatFamily::Ieee,
                                   .torch = "float16",
                                   .mlDtypes = "float16",
                                   .source = "IEEE 754-2019, 3.6"},
                                  kFloat16Spec);
  return format;
}

}  // namespace ulpscope
