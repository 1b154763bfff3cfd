// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Lists the Lambda layers in the configuration of a Keras model: they hold Python code, which Keras would run and we
/// never do. `where` names the text: "model_config", "config.json". What is not JSON is a warning.
void listKerasCode(Checkpoint& checkpoint, std::string_view where, std::string_view json, const Limits& limits);

}  // namespace ulpscope
