// SPDX-License-Identifier: Apache-2.0
// For what is never negative, such as Adam's second moment.
#include "core/formats/dynamic_map.h"

namespace ulpscope {

const NumberFormat& dynamic8_unsigned_entry() {
  static const CodebookFormat format({.id = "dynamic8_unsigned",
                                      .title = "dynamic 8-bit unsigned",
                                      .name = "dynamic tree quantization, 8 bits without a sign",
                                      .family = FormatFamily::CodeBook,
                                      .source = kDynamicSource},
                                     dynamicBook<false>());
  return format;
}

}  // namespace ulpscope
