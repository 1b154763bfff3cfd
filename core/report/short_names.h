// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

namespace ulpscope {

/// What tells names apart, for labels in a picture: the segments between dots that not all of them have at their
/// beginning and end. A number alone keeps the word before it: "encoder.layer.3.query.weight" and ".4." are "layer.3"
/// and "layer.4". One name alone, or equal ones, stay as they are.
std::vector<std::string> shortNames(std::span<const std::string> names);

}  // namespace ulpscope
