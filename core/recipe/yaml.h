// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace ulpscope {

/// A string as YAML 1.2 and JSON both write it: in double quotes, ASCII only, so that no name can break out of it.
std::string yamlString(std::string_view text);

}  // namespace ulpscope
