// SPDX-License-Identifier: Apache-2.0
// Two's complement: -2^(4 - 1) = -8 to 2^(4 - 1) - 1 = 7. What its codes mean in a tensor is up to a scale, which is
// not part of the format.
#include "core/formats/integer_format.h"

namespace ulpscope {

const NumberFormat& int4_entry() {
  static const IntegerFormat format({.id = "int4",
                                     .title = "INT4",
                                     .name = "4-bit signed integer, two's complement",
                                     .family = FormatFamily::Integer,
                                     .torch = "int4",
                                     .mlDtypes = "int4",
                                     .source = "ml_dtypes 0.6 int4"},
                                    4);
  return format;
}

}  // namespace ulpscope
