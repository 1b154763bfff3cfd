// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace ulpscope {

/// Names in the order in which people count: runs of decimal digits by their value ("layer.2" before "layer.10"), all
/// else by its bytes. A strict weak order; names that differ in leading zeros only are ordered by their bytes.
bool isNaturallyLess(std::string_view a, std::string_view b);

}  // namespace ulpscope
