// SPDX-License-Identifier: Apache-2.0
// Two's complement: -2^(8 - 1) = -128 to 2^(8 - 1) - 1 = 127. What its codes mean in a tensor is up to a scale, which
// is not part of the format.
#include "core/formats/integer_format.h"

namespace ulpscope {

const NumberFormat& int8_entry() {
  static const IntegerFormat format({.id = "int8",
                                     .title = "INT8",
                                     .name = "8-bit signed integer, two's complement",
                                     .family = FormatFamily::Integer,
                                     .torch = "int8",
                                     .mlDtypes = "int8",
                                     .source = "ISO C++20 [basic.fundamental]"},
                                    8);
  return format;
}

}  // namespace ulpscope
