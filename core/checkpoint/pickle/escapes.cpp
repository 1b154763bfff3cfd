// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle/escapes.h"

#include <charconv>
#include <cstdint>

namespace ulpscope {
namespace {

void appendUtf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

/// The number that exactly `digits` characters of `text` from `at` on spell.
std::optional<std::uint32_t> numberAt(std::string_view text, std::size_t at, std::size_t digits, int base) {
  if (at > text.size() || digits > text.size() - at) return std::nullopt;
  std::uint32_t value = 0;
  const char* const end = text.data() + at + digits;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// One of Python 2's escapes at text[at], which stands behind a backslash; moves `at` behind it.
bool appendEscape(std::string& out, std::string_view text, std::size_t& at) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  if (at >= text.size()) return false;
  if (const std::size_t letter = kLetters.find(text[at]); letter != kLetters.npos) {
    out += kMeanings[letter];
    ++at;
    return true;
  }
  const bool hexadecimal = text[at] == 'x';
  const auto value = hexadecimal ? numberAt(text, at + 1, 2, 16) : numberAt(text, at, 3, 8);
  if (!value && hexadecimal) return false;
  if (value && *value < 256) {
    out += static_cast<char>(*value);
    at += 3;
    return true;
  }
  out += '\\';  // as Python does: an escape that is none stands for itself
  return true;
}

}  // namespace

std::optional<std::string> unquoted(std::string_view line) {
  if (line.size() < 2 || line.front() != line.back() || (line.front() != '\'' && line.front() != '"'))
    return std::nullopt;
  const std::string_view text = line.substr(1, line.size() - 2);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
    } else if (!appendEscape(out, text, ++at)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> fromRawUnicode(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const bool escape = line[at] == '\\' && at + 1 < line.size() && (line[at + 1] == 'u' || line[at + 1] == 'U');
    if (!escape) {
      appendUtf8(out, static_cast<unsigned char>(line[at++]));
      continue;
    }
    const std::size_t digits = line[at + 1] == 'u' ? 4 : 8;
    const auto point = numberAt(line, at + 2, digits, 16);
    if (!point || *point > 0x10FFFF) return std::nullopt;
    appendUtf8(out, *point);
    at += 2 + digits;
  }
  return out;
}

std::optional<std::string> toLatin1(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) {
      out += text[at];
      continue;
    }
    // U+0080 to U+00FF are the two bytes C2 80 to C3 BF.
    if (first != 0xC2 && first != 0xC3) return std::nullopt;
    if (++at >= text.size()) return std::nullopt;
    const auto second = static_cast<unsigned char>(text[at]);
    if ((second & 0xC0) != 0x80) return std::nullopt;
    out += static_cast<char>((first & 3) << 6 | (second & 0x3F));
  }
  return out;
}

}  // namespace ulpscope
