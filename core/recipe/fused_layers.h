// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/recipe/recipe.h"

namespace ulpscope {

/// Layers that inference engines (vLLM, TensorRT-LLM) run as one product, and which must therefore be stored alike:
/// query, key and value of an attention, gate and up of a feed-forward part. The same text for those that belong
/// together; empty for others.
std::string fusedLayer(const RecipeTensor& tensor);

}  // namespace ulpscope
