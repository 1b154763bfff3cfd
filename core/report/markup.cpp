// SPDX-License-Identifier: Apache-2.0
#include "core/report/markup.h"

#include "core/base/text.h"

namespace ulpscope {

std::string markupText(std::string_view text, std::size_t maxBytes) {
  std::string out;
  for (const char c : printable(text, maxBytes)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace ulpscope
