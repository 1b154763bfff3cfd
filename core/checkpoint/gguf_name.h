// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/checkpoint/model_description.h"

namespace ulpscope {

/// What llama.cpp's converter calls the tensor that does this in a decoder or an encoder: "blk.3.attn_q.weight". The
/// experts of a layer have one name, as they become one tensor. A name that is GGUF's already stays. Nothing where
/// there is no telling.
std::optional<std::string> ggufNameOf(std::string_view name, const TensorPlace& place);

}  // namespace ulpscope
