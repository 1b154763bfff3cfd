// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ulpscope {

/// The text of a STRING line of protocol 0, quotes included: 'it\'s \x41'. Nothing if it is not quoted or ends in the
/// middle of an escape.
std::optional<std::string> unquoted(std::string_view line);

/// The text of a UNICODE line of protocol 0 (Latin-1 with \uXXXX and \UXXXXXXXX) as UTF-8.
std::optional<std::string> fromRawUnicode(std::string_view line);

/// Each code point of `text` below 256 as one byte, as Python's "latin1" encoding has it. Nothing where one is not, or
/// where `text` is no UTF-8.
std::optional<std::string> toLatin1(std::string_view text);

}  // namespace ulpscope
