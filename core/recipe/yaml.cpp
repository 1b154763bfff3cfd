// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/yaml.h"

#include <nlohmann/json.hpp>

namespace ulpscope {

std::string yamlString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace ulpscope
