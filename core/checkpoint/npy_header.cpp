// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npy (numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
//
//   file   = "\x93NUMPY" major:u8 minor:u8 length header elements
//   length = u16 in version 1.0, u32 in versions 2.0 and 3.0, little-endian
//   header = a Python dictionary literal (Latin-1, in version 3 UTF-8), padded with spaces and ended by a newline so
//            that elements begin on a multiple of 64 (16 in old files):
//            {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//   descr  = '<f4': order (< > = |), kind, bytes of an element; or, for a structured type, a list of fields
//
// Of Python's literals only those that NumPy writes are taken: strings without escapes, whole numbers (with the L of
// Python 2 in versions 1 and 2), True, False, None, tuples, lists, dictionaries. Nothing is evaluated.
#include "core/checkpoint/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint32_t kLongestHeader = 65'536;  ///< real ones have 128 bytes, or some more for structured types
constexpr int kDeepestLiteral = 32;

class HeaderParser {
 public:
  HeaderParser(std::string_view text, int major, std::uint64_t mostRank)
      : m_text(text), m_all(text), m_suffixL(major <= 2), m_mostRank(mostRank) {}

  /// nullopt if it is no such dictionary: expected() says what was missing where.
  std::optional<NpyHeader> parse() {
    NpyHeader header;
    std::array<bool, 3> seen{};
    if (!take('{')) return refuse("a dictionary");
    while (!take('}')) {
      const std::optional<std::string_view> key = string();
      if (!key) return std::nullopt;
      if (!take(':')) return refuse("a colon");
      const std::size_t which = *key == "descr" ? 0u : *key == "fortran_order" ? 1u : *key == "shape" ? 2u : 3u;
      if (which == seen.size()) return refuse("no other key than descr, fortran_order and shape");
      if (std::exchange(seen[which], true)) return refuse("each key once");
      if (!(which == 0 ? descr(header) : which == 1 ? order(header) : shape(header))) return std::nullopt;
      if (take(',')) continue;
      if (!take('}')) return refuse("the end of the dictionary");
      break;
    }
    skipSpace();
    if (!m_text.empty()) return refuse("nothing behind the dictionary");
    if (!seen[0] || !seen[1] || !seen[2]) return refuse("descr, fortran_order and shape");
    return header;
  }

  std::string_view expected() const { return m_expected; }
  std::size_t position() const { return m_all.size() - m_text.size(); }
  bool tooManyDimensions() const { return m_tooManyDimensions; }

 private:
  std::nullopt_t refuse(std::string_view expected) {
    if (m_expected.empty()) m_expected = expected;
    return std::nullopt;
  }
  bool fails(std::string_view expected) {
    refuse(expected);
    return false;
  }

  void skipSpace() { m_text.remove_prefix(std::min(m_text.find_first_not_of(" \t\r\n"), m_text.size())); }
  bool take(char c) {
    skipSpace();
    if (!m_text.starts_with(c)) return false;
    m_text.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    skipSpace();
    if (!m_text.starts_with(word)) return false;
    m_text.remove_prefix(word.size());
    return true;
  }

  std::optional<std::string_view> string() {
    skipSpace();
    if (m_text.empty() || (m_text[0] != '\'' && m_text[0] != '"')) return refuse("a string");
    const std::size_t end = m_text.find(m_text[0], 1);
    if (end == m_text.npos) return refuse("the end of the string");
    const std::string_view value = m_text.substr(1, end - 1);
    if (value.find_first_of("\\\r\n") != value.npos) return refuse("a string without escapes");
    m_text.remove_prefix(end + 1);
    return value;
  }

  std::optional<std::uint64_t> number() {
    skipSpace();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
    const auto digits = static_cast<std::size_t>(end - m_text.data());
    if (error != std::errc() || (digits > 1 && m_text[0] == '0')) return refuse("a whole number of at most 64 bits");
    m_text.remove_prefix(digits);
    if (m_suffixL && m_text.starts_with('L')) m_text.remove_prefix(1);
    return value;
  }

  bool descr(NpyHeader& header) {
    skipSpace();
    header.structured = m_text.starts_with('[') || m_text.starts_with('(') || m_text.starts_with('{');
    const std::string_view before = m_text;
    if (header.structured ? !literal(0) : !string()) return false;
    const std::string_view text = before.substr(0, before.size() - m_text.size());
    header.descr = header.structured ? text : text.substr(1, text.size() - 2);
    return true;
  }

  bool order(NpyHeader& header) {
    header.fortranOrder = takeWord("True");
    return header.fortranOrder || takeWord("False") || fails("True or False");
  }

  bool shape(NpyHeader& header) {
    if (!take('(')) return fails("a tuple");
    for (bool comma = true; !take(')');) {
      if (!comma) return fails("a comma");
      const std::optional<std::uint64_t> value = number();
      if (!value) return false;
      if (header.shape.size() == m_mostRank) {
        m_tooManyDimensions = true;
        return false;
      }
      header.shape.push_back(*value);
      comma = take(',');
      // A number in parentheses is no tuple.
      if (!comma && header.shape.size() == 1) return fails("a comma");
    }
    return true;
  }

  /// Any literal, only to find its end.
  bool literal(int depth) {
    if (depth > kDeepestLiteral) return fails("literals nested 32 deep at most");
    skipSpace();
    if (m_text.empty()) return fails("a literal");
    switch (m_text[0]) {
      case '(':
        return sequence('(', ')', depth);
      case '[':
        return sequence('[', ']', depth);
      case '{':
        return sequence('{', '}', depth);
      case '\'':
      case '"':
        return string().has_value();
      default:
        return takeWord("True") || takeWord("False") || takeWord("None") || number().has_value();
    }
  }

  bool sequence(char begin, char end, int depth) {
    take(begin);
    for (bool comma = true; !take(end);) {
      if (!comma) return fails("a comma");
      if (begin == '{' && !(string() && (take(':') || fails("a colon")))) return false;
      if (!literal(depth + 1)) return false;
      comma = take(',');
    }
    return true;
  }

  std::string_view m_text;  ///< what is left of it
  std::string_view m_all;
  bool m_suffixL;
  std::uint64_t m_mostRank;
  std::string_view m_expected;
  bool m_tooManyDimensions = false;
};

}  // namespace

bool isNpy(const ByteSource& file) {
  std::array<char, kMagic.size()> first{};
  return file.size() >= first.size() && file.read(0, std::as_writable_bytes(std::span(first))) &&
         std::string_view(first.data(), first.size()) == kMagic;
}

Result<NpyHeader> readNpyHeader(const ByteSource& file, const Limits& limits) {
  const auto corrupt = [&](std::string message, std::uint64_t offset) {
    return fail(Errc::Corrupt, std::move(message), file.name(), offset);
  };
  std::string start(8, '\0');
  if (file.size() < start.size()) return corrupt(fmt::format("at least 8 bytes expected, {} found", file.size()), 0);
  if (auto read = file.read(0, std::as_writable_bytes(std::span(start))); !read) return tl::unexpected(read.error());
  if (!start.starts_with(kMagic))
    return corrupt(fmt::format("a NumPy array expected, something else found, which begins with {}", inQuotes(start)),
                   0);
  const int major = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  if (major < 1 || major > 3 || minor != 0)
    return corrupt(fmt::format("version 1.0, 2.0 or 3.0 of .npy expected, {}.{} found", major, minor), 6);

  std::uint32_t length = 0;
  const std::size_t lengthBytes = major == 1 ? 2 : 4;
  if (auto read = file.read(8, std::as_writable_bytes(std::span(&length, 1)).first(lengthBytes)); !read)
    return tl::unexpected(read.error());
  const std::uint64_t begin = 8 + lengthBytes;
  if (length > kLongestHeader)
    return fail(Errc::LimitExceeded,
                fmt::format("header of at most {} bytes expected, {} found", kLongestHeader, length), file.name(), 8);
  if (length > file.size() - begin)
    return corrupt(fmt::format("header of {} bytes expected, {} bytes left", length, file.size() - begin), 8);
  std::string text(length, '\0');
  if (auto read = file.read(begin, std::as_writable_bytes(std::span(text))); !read) return tl::unexpected(read.error());

  HeaderParser parser(text, major, limits.rank);
  std::optional<NpyHeader> header = parser.parse();
  if (!header && parser.tooManyDimensions())
    return fail(Errc::LimitExceeded, fmt::format("at most {} dimensions expected, more found", limits.rank),
                file.name(), begin + parser.position());
  if (!header)
    return corrupt(fmt::format("{} expected in the header, {} found", parser.expected(),
                               inQuotes(std::string_view(text).substr(parser.position()))),
                   begin + parser.position());
  header->dataBegin = begin + length;
  return std::move(*header);
}

}  // namespace ulpscope
