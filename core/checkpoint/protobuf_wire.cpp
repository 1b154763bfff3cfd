// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/protobuf_wire.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace ulpscope {
namespace {

constexpr std::size_t kGroupDepth = 64;
constexpr int kVarintBytes = 10;
constexpr unsigned kEndGroup = 4;

}  // namespace

Result<std::uint64_t> readVarint(Cursor& cursor, std::uint64_t end, std::string_view what) {
  std::uint64_t value = 0;
  for (int i = 0; i < kVarintBytes; ++i) {
    if (cursor.position() >= end) return cursor.corrupt(fmt::format("more bytes for {} expected, none left", what));
    const Result<std::uint8_t> byte = cursor.read<std::uint8_t>(what);
    if (!byte) return tl::unexpected(byte.error());
    value |= static_cast<std::uint64_t>(*byte & 0x7F) << (7 * i);
    if ((*byte & 0x80) != 0) continue;
    if (i == kVarintBytes - 1 && *byte > 1)
      return cursor.corrupt(fmt::format("a number of at most 64 bits expected for {}, a larger one found", what));
    return value;
  }
  return cursor.corrupt(
      fmt::format("a number of at most {} bytes expected for {}, a longer one found", kVarintBytes, what));
}

Result<std::uint64_t> WireMessage::varint(std::string_view what) {
  if (auto there = m_cursor->seek(m_position, what); !there) return tl::unexpected(there.error());
  auto value = readVarint(*m_cursor, m_end, what);
  m_position = m_cursor->position();
  return value;
}

Result<std::optional<WireField>> WireMessage::next() {
  while (m_position < m_end) {
    const std::uint64_t tagAt = m_position;
    const auto tag = varint("a field's tag");
    if (!tag) return tl::unexpected(tag.error());
    const std::uint64_t number = *tag >> 3;
    if (number == 0 || number >= std::uint64_t{1} << 29)
      return m_cursor->corruptAt(tagAt, fmt::format("a field number from 1 to 2^29 - 1 expected, {} found", number));
    WireField field{static_cast<std::uint32_t>(number), static_cast<WireType>(*tag & 7), 0, m_position, 0};
    switch (*tag & 7) {
      case 0: {
        const auto value = varint("a number");
        if (!value) return tl::unexpected(value.error());
        field.value = *value;
        field.length = m_position - field.begin;
        return field;
      }
      case 1:
        field.length = 8;
        break;
      case 2: {
        const auto length = varint("a length");
        if (!length) return tl::unexpected(length.error());
        field.begin = m_position;
        field.length = *length;
        break;
      }
      case 3:
        if (auto skipped = skipGroup(field.number); !skipped) return tl::unexpected(skipped.error());
        continue;
      case 5:
        field.length = 4;
        break;
      default:
        return m_cursor->corruptAt(tagAt, fmt::format("a wire type of 0, 1, 2, 3 or 5 expected, {} found", *tag & 7));
    }
    field.cut = field.length > m_end - m_position;
    if (field.cut && m_endsFile)
      field.length = m_end - m_position;
    else if (field.cut)
      return m_cursor->corruptAt(tagAt, fmt::format("{} bytes for field {} expected, {} bytes left in its message",
                                                    field.length, field.number, m_end - m_position));
    m_position += field.length;
    return field;
  }
  return std::nullopt;
}

/// Behind the tag that opened it. A stack instead of recursion, of the groups that are open.
Result<> WireMessage::skipGroup(std::uint32_t number) {
  std::vector<std::uint64_t> open{number};
  while (!open.empty()) {
    const std::uint64_t tagAt = m_position;
    const auto tag = varint("the end of a group");
    if (!tag) return tl::unexpected(tag.error());
    std::uint64_t length = 0;
    switch (*tag & 7) {
      case 0:
        if (auto value = varint("a number"); !value) return tl::unexpected(value.error());
        break;
      case 1:
        length = 8;
        break;
      case 2: {
        const auto read = varint("a length");
        if (!read) return tl::unexpected(read.error());
        length = *read;
        break;
      }
      case 3:
        if (open.size() == kGroupDepth)
          return fail(Errc::LimitExceeded,
                      fmt::format("at most {} groups in each other expected, more found", kGroupDepth),
                      m_cursor->source().name(), tagAt);
        open.push_back(*tag >> 3);
        break;
      case kEndGroup:
        if (*tag >> 3 != open.back())
          return m_cursor->corruptAt(
              tagAt, fmt::format("the end of group {} expected, that of {} found", open.back(), *tag >> 3));
        open.pop_back();
        break;
      case 5:
        length = 4;
        break;
      default:
        return m_cursor->corruptAt(tagAt, fmt::format("a wire type of 0 to 5 expected, {} found", *tag & 7));
    }
    if (length > m_end - m_position)
      return m_cursor->corruptAt(
          tagAt, fmt::format("{} bytes within a group expected, {} bytes left", length, m_end - m_position));
    m_position += length;
  }
  return {};
}

Result<std::string> WireMessage::text(const WireField& field, std::uint64_t limit, std::string_view what) const {
  if (auto there = m_cursor->seek(field.begin, what); !there) return tl::unexpected(there.error());
  return m_cursor->readText(field.length, limit, what);
}

Result<> eachField(WireMessage message, const std::function<Result<>(const WireField&)>& take) {
  while (true) {
    const auto field = message.next();
    if (!field) return tl::unexpected(field.error());
    if (!*field) return {};
    if (auto taken = take(**field); !taken) return taken;
  }
}

Result<> eachVarint(const WireMessage& message, const WireField& field,
                    const std::function<Result<>(std::uint64_t)>& take) {
  if (field.type == WireType::Varint) return take(field.value);
  if (field.type != WireType::Bytes) return {};
  Cursor& cursor = message.cursor();
  if (auto there = cursor.seek(field.begin, "packed numbers"); !there) return there;
  const std::uint64_t end = field.begin + field.length;
  while (cursor.position() < end) {
    const auto value = readVarint(cursor, end, "a packed number");
    if (!value) return tl::unexpected(value.error());
    if (auto taken = take(*value); !taken) return taken;
  }
  return {};
}

}  // namespace ulpscope
