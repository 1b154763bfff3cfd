// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/fused_layers.h"

#include <string_view>

#include "core/recipe/name_patterns.h"

namespace ulpscope {

std::string fusedLayer(const RecipeTensor& tensor) {
  using enum TensorRole;
  const TensorRole role = tensor.place.role;
  const bool isAttention = role == Query || role == Key || role == Value;
  if (!isAttention && role != Gate && role != Up) return {};
  const std::string_view module = moduleOf(tensor.name);
  const std::size_t dot = module.rfind('.');
  return std::string(dot == std::string_view::npos ? "" : module.substr(0, dot)) +
         (isAttention ? " attention" : " feed-forward");
}

}  // namespace ulpscope
