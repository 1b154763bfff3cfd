// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// What is known of the model, for people: "LlamaForCausalLM", "32 layers", "hidden size 4,096". Printable.
std::vector<std::string> modelFacts(const ModelDescription& model);

/// Why a tensor cannot be read, or what is to be known of one that can; empty: nothing.
std::string remarkOn(const Checkpoint& checkpoint, const TensorInfo& tensor);

}  // namespace ulpscope
