// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// Regular expressions that match these names and no others of their kind: names that differ in their first number
/// alone become one, "encoder\.layer\.(0|3|11)\.output\.dense". In the order of the first name of each. Neither begins
/// nor ends with an anchor. Understood alike by ECMAScript, Python's re and RE2.
std::vector<std::string> namePatterns(std::span<const std::string> names);

/// The module that a weight belongs to: its name without ".weight".
std::string_view moduleOf(std::string_view name);

}  // namespace ulpscope
