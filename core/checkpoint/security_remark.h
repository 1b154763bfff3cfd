// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// One sentence about the suspicious objects of a checkpoint; nothing where there are none.
std::optional<std::string> securityRemark(const Checkpoint& checkpoint);

/// The checkpoint's warnings, with that sentence in front of them.
std::vector<std::string> warningsOf(const Checkpoint& checkpoint);

}  // namespace ulpscope
