// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// One sentence about the suspicious objects of a checkpoint; nothing where there are none.
std::optional<std::string> securityRemark(const Checkpoint& checkpoint);

}  // namespace ulpscope
