// SPDX-License-Identifier: Apache-2.0
// The two sides of zero are alike but for the ends: 1 is a value, -1 is not.
#include "core/formats/dynamic_map.h"

namespace ulpscope {

const NumberFormat& dynamic8_entry() {
  static const CodebookFormat format({.id = "dynamic8",
                                      .title = "dynamic 8-bit",
                                      .name = "dynamic tree quantization, 8 bits",
                                      .family = FormatFamily::CodeBook,
                                      .source = kDynamicSource},
                                     dynamicBook<true>());
  return format;
}

}  // namespace ulpscope
