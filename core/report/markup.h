// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace ulpscope {

/// `text` for the inside of an element or a quoted attribute of HTML or SVG: made printable (control characters are not
/// XML at all, even escaped; text direction cannot be turned), at most `maxBytes` of it, and & < > " ' as entities.
std::string markupText(std::string_view text, std::size_t maxBytes = 512);

}  // namespace ulpscope
