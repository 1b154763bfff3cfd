// SPDX-License-Identifier: Apache-2.0
// IEEE 754-2019 binary64: bias 2^(11 - 1) - 1 = 1023, largest (2 - 2^-52) * 2^1023, smallest normal 2^-1022, smallest
// subnormal 2^(-1022 - 52) = 2^-1074.
#include "core/formats/float_format.h"

namespace ulpscope {

const NumberFormat& float64_entry() {
  static const FloatFormat format({.id = "float64",
                                   .title = "FP64",
                                   .name = "IEEE 754 binary64, double precision",
                                   .family = FormatFamily::Ieee,
                                   .torch = "float64",
                                   .mlDtypes = "float64",
                                   .source = "IEEE 754-2019, 3.6"},
                                  kFloat64Spec);
  return format;
}

}  // namespace ulpscope
