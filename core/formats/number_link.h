// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// A number in a format as one word that can be mailed: "ulpscope:float8_e4m3fn/0x7E".
struct NumberLink {
  FormatPointer format;
  std::uint64_t code;
};

std::string linkText(const NumberFormat& format, std::uint64_t code);

/// Whether `text` is meant to be a link; it may still be wrong.
bool isLink(std::string_view text);

/// Any id that makeFormat takes, and any code that parseCode does. Usage otherwise.
Result<NumberLink> parseLink(std::string_view text);

}  // namespace ulpscope
