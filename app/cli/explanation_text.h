// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "core/formats/explain.h"

namespace ulpscope {

/// What `explain` and `decode` print: the JSON document, or text with the bit fields in their colours.
std::string explanationText(const Explanation& explanation, const CommandContext& context);
Json explanationJson(const Explanation& explanation);

/// The bits with each field in the colour that the window gives it.
std::string colouredBits(const NumberFormat& format, std::uint64_t code, const Terminal& terminal);

/// A step's text without what sets off bits and numbers: all of a terminal is monospaced.
std::string withoutBackticks(std::string text);

/// Each line moved to the right.
std::string indented(std::string_view lines, std::size_t indent);

}  // namespace ulpscope
