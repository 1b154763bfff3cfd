// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace ulpscope {

/// `text` made safe to show: invalid UTF-8, control, bidirectional and zero-width characters become visible escapes
/// (\x1B, \u202E), and more than `maxBytes` is cut with an ellipsis. Every string from a file goes through here or is
/// shown by something that is plain text by construction.
std::string printable(std::string_view text, std::size_t maxBytes = 256);

/// The same between double quotes, for names in messages.
std::string inQuotes(std::string_view text);

/// Shell-style match of the whole of `text`: `*` any run, `?` any one byte, everything else literally.
bool matchesGlob(std::string_view pattern, std::string_view text);

/// The shortest decimal that reads back as the same number; "inf", "-inf", "nan".
std::string shortest(double value);
std::string shortest(float value);

/// "12.3 MiB"; bytes below 1 KiB as "512 B".
std::string humanBytes(std::uint64_t bytes);

/// "1,234,567".
std::string groupedDigits(std::uint64_t value);

/// "1 tensor", "1,234 tensors".
std::string counted(std::uint64_t count, std::string_view noun);

/// "[384, 1536]"; "[]" for a scalar.
template <class Range>
std::string bracketed(const Range& values) {
  std::string text = "[";
  for (const auto& value : values) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(value);
  }
  return text + "]";
}

}  // namespace ulpscope
