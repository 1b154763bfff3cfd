// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "app/cli/command.h"
#include "core/formats/explain.h"

namespace ulpscope {

/// What `explain` and `decode` print: the JSON document, or text with the bit fields in their colours.
std::string explanationText(const Explanation& explanation, const CommandContext& context);

}  // namespace ulpscope
