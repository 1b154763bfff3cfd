// SPDX-License-Identifier: Apache-2.0
//
// MessagePack (github.com/msgpack/msgpack, spec.md), as one byte that tells the kind, and what follows it. Numbers are
// big-endian.
//
//   00..7F  the number itself          C0 nil, C2 false, C3 true          CA f32, CB f64
//   E0..FF  -32..-1                    CC..CF u8, u16, u32, u64           D0..D3 i8, i16, i32, i64
//   80..8F  map of the low 4 bits      DE, DF map of u16, u32             entries
//   90..9F  array of the low 4 bits    DC, DD array of u16, u32           values
//   A0..BF  text of the low 5 bits     D9..DB text of u8, u16, u32        bytes
//   C4..C6  binary of u8, u16, u32     bytes
//   D4..D8  extension of 1, 2, 4, 8, 16 bytes    C7..C9 of u8, u16, u32   before the type:i8, which precedes the bytes
#include "core/checkpoint/msgpack.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {
namespace {

using Kind = MsgpackHead::Kind;

/// An unsigned number of 1 << `log2Bytes` bytes.
Result<std::uint64_t> readNatural(Cursor& cursor, int log2Bytes) {
  constexpr std::string_view kWhat = "a number";
  switch (log2Bytes) {
    case 0:
      return cursor.read<std::uint8_t>(kWhat);
    case 1:
      return cursor.read<std::uint16_t>(kWhat);
    case 2:
      return cursor.read<std::uint32_t>(kWhat);
    default:
      return cursor.read<std::uint64_t>(kWhat);
  }
}

Result<MsgpackHead> signedOf(Cursor& cursor, int log2Bytes) {
  const Result<std::uint64_t> bits = readNatural(cursor, log2Bytes);
  if (!bits) return tl::unexpected(bits.error());
  const int unused = 64 - (8 << log2Bytes);
  const std::int64_t value = static_cast<std::int64_t>(*bits << unused) >> unused;
  if (value >= 0) return MsgpackHead{.kind = Kind::Unsigned, .natural = static_cast<std::uint64_t>(value)};
  return MsgpackHead{.kind = Kind::Signed, .integer = value};
}

Result<MsgpackHead> floatOf(Cursor& cursor, bool isDouble) {
  MsgpackHead head{.kind = Kind::Float};
  if (isDouble) {
    const Result<double> value = cursor.read<double>("a number");
    if (!value) return tl::unexpected(value.error());
    head.real = *value;
  } else {
    const Result<float> value = cursor.read<float>("a number");
    if (!value) return tl::unexpected(value.error());
    head.real = *value;
  }
  return head;
}

/// What has a length: given by the first byte, or in the 1 << log2Bytes bytes behind it.
Result<MsgpackHead> sized(Cursor& cursor, Kind kind, Result<std::uint64_t> length) {
  if (!length) return tl::unexpected(length.error());
  MsgpackHead head{.kind = kind, .length = *length};
  if (kind == Kind::Extension) {
    const Result<std::int8_t> type = cursor.read<std::int8_t>("the type of an extension");
    if (!type) return tl::unexpected(type.error());
    head.extension = *type;
  }
  const std::uint64_t least = kind == Kind::Map ? *length * 2 : *length;  // at most 2^33
  if (least > cursor.left())
    return cursor.corrupt(fmt::format("{} bytes expected at least, {} bytes left", least, cursor.left()));
  return head;
}

}  // namespace

Result<MsgpackHead> readMsgpackHead(Cursor& cursor) {
  const Result<std::uint8_t> first = cursor.read<std::uint8_t>("a value");
  if (!first) return tl::unexpected(first.error());
  const std::uint8_t byte = *first;
  const auto low = [&](int bits) { return std::uint64_t{byte} & ((1U << bits) - 1U); };
  const auto from = [&](int base) { return byte - base; };
  if (byte <= 0x7F) return MsgpackHead{.kind = Kind::Unsigned, .natural = byte};
  if (byte <= 0x8F) return sized(cursor, Kind::Map, low(4));
  if (byte <= 0x9F) return sized(cursor, Kind::Array, low(4));
  if (byte <= 0xBF) return sized(cursor, Kind::Text, low(5));
  if (byte >= 0xE0) return MsgpackHead{.kind = Kind::Signed, .integer = byte - 256};
  if (byte == 0xC0) return MsgpackHead{};
  if (byte == 0xC1) return cursor.corruptAt(cursor.position() - 1, "a value expected, the unused byte 0xC1 found");
  if (byte <= 0xC3) return MsgpackHead{.kind = Kind::Bool, .truth = byte == 0xC3};
  if (byte <= 0xC6) return sized(cursor, Kind::Binary, readNatural(cursor, from(0xC4)));
  if (byte <= 0xC9) return sized(cursor, Kind::Extension, readNatural(cursor, from(0xC7)));
  if (byte <= 0xCB) return floatOf(cursor, byte == 0xCB);
  if (byte <= 0xCF) {
    const Result<std::uint64_t> value = readNatural(cursor, from(0xCC));
    if (!value) return tl::unexpected(value.error());
    return MsgpackHead{.kind = Kind::Unsigned, .natural = *value};
  }
  if (byte <= 0xD3) return signedOf(cursor, from(0xD0));
  if (byte <= 0xD8) return sized(cursor, Kind::Extension, std::uint64_t{1} << from(0xD4));
  if (byte <= 0xDB) return sized(cursor, Kind::Text, readNatural(cursor, from(0xD9)));
  if (byte <= 0xDD) return sized(cursor, Kind::Array, readNatural(cursor, from(0xDC) + 1));
  return sized(cursor, Kind::Map, readNatural(cursor, from(0xDE) + 1));
}

std::string msgpackText(const MsgpackHead& head) {
  switch (head.kind) {
    case Kind::Nil:
      return "null";
    case Kind::Bool:
      return head.truth ? "true" : "false";
    case Kind::Signed:
      return std::to_string(head.integer);
    case Kind::Unsigned:
      return std::to_string(head.natural);
    case Kind::Float:
      return shortest(head.real);
    default:
      return {};
  }
}

}  // namespace ulpscope
