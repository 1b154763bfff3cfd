// SPDX-License-Identifier: Apache-2.0
//
// Opcodes that push one value: numbers, text and bytes.
#include "core/checkpoint/pickle/stack_machine.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <limits>
#include <string>

#include "core/checkpoint/pickle/escapes.h"

namespace ulpscope::pickle {
namespace {

constexpr std::uint64_t kCopiedBytes = 1024;  ///< of a text; longer ones stay in the source

}  // namespace

Result<std::string> Machine::line() {
  std::string text;
  while (true) {
    const auto byte = operand<char>();
    if (!byte) return tl::unexpected(byte.error());
    if (*byte == '\n') return text;
    if (text.size() >= m_limits.lineBytes) return over(m_limits.lineBytes, "bytes of a line");
    text += *byte;
  }
}

/// The next `length` bytes: copied where they are few, else left where they are.
Result<> Machine::pushPiece(Kind kind, std::uint64_t length) {
  const std::uint64_t offset = m_cursor.position();
  const std::string_view what = opcodes()[m_opcode].name;
  if (length > kCopiedBytes) {
    if (auto skipped = m_cursor.skip(length, what); !skipped) return skipped;
    return push(m_graph.addView(kind, offset, length));
  }
  std::array<char, kCopiedBytes> bytes;  // filled as far as it is looked at
  const auto used = std::span(bytes).first(static_cast<std::size_t>(length));
  if (auto read = m_cursor.readInto(std::as_writable_bytes(used), what); !read) return read;
  return push(m_graph.addCopy(kind, {bytes.data(), used.size()}, offset));
}

template <class Length, Kind kind>
Result<> Machine::counted() {
  const auto length = operand<Length>();
  if (!length) return tl::unexpected(length.error());
  if constexpr (std::is_signed_v<Length>)
    if (*length < 0) return corrupt("a length expected, a negative one found");
  return pushPiece(kind, static_cast<std::uint64_t>(*length));
}

template <class T>
Result<> Machine::integer() {
  const auto value = operand<T>();
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(std::int64_t{*value})});
}

Result<> Machine::binaryFloat() {
  const auto order = m_cursor.order();
  m_cursor.setOrder(std::endian::big);
  const auto value = operand<double>();
  m_cursor.setOrder(order);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Float, std::bit_cast<std::uint64_t>(*value)});
}

/// Two's complement, little-endian, as short as it can be; no bytes at all are zero.
template <class Length>
Result<> Machine::longInteger() {
  const auto length = operand<Length>();
  if (!length) return tl::unexpected(length.error());
  if constexpr (std::is_signed_v<Length>)
    if (*length < 0) return corrupt("a length expected, a negative one found");
  const auto count = static_cast<std::uint64_t>(*length);
  if (count > 32) {
    if (auto skipped = m_cursor.skip(count, opcodes()[m_opcode].name); !skipped) return skipped;
    return push(m_graph.addCopy(Kind::Long, fmt::format("an integer of {} bytes", count)));
  }
  std::array<std::uint8_t, 32> bytes{};
  const auto used = std::span(bytes).first(static_cast<std::size_t>(count));
  if (auto read = m_cursor.readInto(std::as_writable_bytes(used), opcodes()[m_opcode].name); !read) return read;
  if (count > 8) {
    std::string text = "0x";
    for (std::size_t i = used.size(); i-- > 0;) text += fmt::format("{:02x}", used[i]);
    return push(m_graph.addCopy(Kind::Long, text));
  }
  std::uint64_t value = !used.empty() && used.back() >= 0x80 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = used.size(); i-- > 0;) value = value << 8 | used[i];
  return push(PickleValue{Kind::Integer, value});
}

Result<> Machine::lineInteger() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  if (*text == "00" || *text == "01") return push(PickleValue{Kind::Bool, *text == "01" ? 1u : 0u});
  const auto value = lineNumber<std::int64_t>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineLong() {
  auto text = line();
  if (!text) return tl::unexpected(text.error());
  if (text->ends_with('L')) text->pop_back();
  const bool digits =
      !text->empty() && text->find_first_not_of("0123456789", text->front() == '-' ? 1 : 0) == text->npos;
  if (digits && text->size() > 18)
    return push(m_graph.addCopy(
        Kind::Long, text->size() <= kCopiedBytes ? *text : fmt::format("an integer of {} digits", text->size())));
  const auto value = lineNumber<std::int64_t>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineFloat() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto value = lineNumber<double>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Float, std::bit_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineString() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto plain = unquoted(*text);
  if (!plain) return corrupt("a line with text in quotes expected, something else found");
  return push(m_graph.addCopy(Kind::Text, *plain));
}

Result<> Machine::lineUnicode() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto plain = fromRawUnicode(*text);
  if (!plain) return corrupt("\\u and four digits, or \\U and eight, expected, something else found");
  return push(m_graph.addCopy(Kind::Text, *plain));
}

void Machine::addValueOpcodes(OpcodeTable& table) {
  table.set('F', "FLOAT", &Machine::lineFloat);
  table.set('I', "INT", &Machine::lineInteger);
  table.set('J', "BININT", &Machine::integer<std::int32_t>);
  table.set('K', "BININT1", &Machine::integer<std::uint8_t>);
  table.set('M', "BININT2", &Machine::integer<std::uint16_t>);
  table.set('L', "LONG", &Machine::lineLong);
  table.set('N', "NONE", &Machine::constant<Kind::None, 0>);
  table.set('S', "STRING", &Machine::lineString);
  table.set('T', "BINSTRING", &Machine::counted<std::int32_t, Kind::Text>);
  table.set('U', "SHORT_BINSTRING", &Machine::counted<std::uint8_t, Kind::Text>);
  table.set('V', "UNICODE", &Machine::lineUnicode);
  table.set('X', "BINUNICODE", &Machine::counted<std::uint32_t, Kind::Text>);
  table.set('G', "BINFLOAT", &Machine::binaryFloat);
  table.set(0x88, "NEWTRUE", &Machine::constant<Kind::Bool, 1>);
  table.set(0x89, "NEWFALSE", &Machine::constant<Kind::Bool, 0>);
  table.set(0x8A, "LONG1", &Machine::longInteger<std::uint8_t>);
  table.set(0x8B, "LONG4", &Machine::longInteger<std::int32_t>);
  table.set('B', "BINBYTES", &Machine::counted<std::uint32_t, Kind::Bytes>);
  table.set('C', "SHORT_BINBYTES", &Machine::counted<std::uint8_t, Kind::Bytes>);
  table.set(0x8C, "SHORT_BINUNICODE", &Machine::counted<std::uint8_t, Kind::Text>);
  table.set(0x8D, "BINUNICODE8", &Machine::counted<std::uint64_t, Kind::Text>);
  table.set(0x8E, "BINBYTES8", &Machine::counted<std::uint64_t, Kind::Bytes>);
  table.set(0x96, "BYTEARRAY8", &Machine::counted<std::uint64_t, Kind::Bytes>);
}

}  // namespace ulpscope::pickle
