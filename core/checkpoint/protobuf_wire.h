// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/cursor.h"
#include "core/base/result.h"

// The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding):
//
//   message = { field }
//   field   = tag payload           tag = varint: number << 3 | wire type; numbers are 1 to 2^29 - 1
//   payload = varint                wire type 0: groups of 7 bits, lowest first, at most 10 bytes
//           | 8 bytes               1
//           | length(varint) bytes  2: text, a message, or a packed run of numbers
//           | { field } end-tag     3, closed by 4 of the same number: a group, which nothing writes any more
//           | 4 bytes               5
//
// Nothing here copies a payload: fields say where it lies, so files are not limited to the 2 GiB of protobuf's own
// libraries and a tensor of any size is passed over.

namespace ulpscope {

/// A varint at the cursor, which ends before `end`; leveldb's tables have the same.
Result<std::uint64_t> readVarint(Cursor& cursor, std::uint64_t end, std::string_view what);

enum class WireType : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Group = 3, Fixed32 = 5 };

struct WireField {
  std::uint32_t number;
  WireType type;
  std::uint64_t value;   ///< of a Varint
  std::uint64_t begin;   ///< of the payload in the file; of a Bytes field behind its length
  std::uint64_t length;  ///< of the payload
  bool cut = false;      ///< it said more, but the file ends there
};

/// The fields of one message, front to back. All messages of a file share one cursor, so that small ones inside each
/// other are read with one read of its window.
class WireMessage {
 public:
  /// Over [begin, end) of what `cursor` reads. Precondition: they lie within it. `endsFile`: a length beyond the end is
  /// not Corrupt; its field is cut there, and so are those inside it.
  WireMessage(Cursor& cursor, std::uint64_t begin, std::uint64_t end, bool endsFile = false)
      : m_cursor(&cursor), m_position(begin), m_end(end), m_endsFile(endsFile) {}
  /// All that `cursor` has.
  explicit WireMessage(Cursor& cursor) : WireMessage(cursor, cursor.position(), cursor.end(), true) {}

  /// nullopt at the end. Groups are passed over. Corrupt for what breaks the grammar, and for a length beyond this
  /// message.
  Result<std::optional<WireField>> next();

  std::uint64_t position() const { return m_position; }
  std::uint64_t end() const { return m_end; }
  /// The message that `field`, which next() gave, holds. Precondition: field.type == WireType::Bytes.
  WireMessage inside(const WireField& field) const {
    return {*m_cursor, field.begin, field.begin + field.length, field.cut};
  }
  /// LimitExceeded above `limit`. Precondition: field.type == WireType::Bytes.
  Result<std::string> text(const WireField& field, std::uint64_t limit, std::string_view what) const;

  Cursor& cursor() const { return *m_cursor; }

 private:
  Result<std::uint64_t> varint(std::string_view what);
  Result<> skipGroup(std::uint32_t number);

  Cursor* m_cursor;
  std::uint64_t m_position;
  std::uint64_t m_end;
  bool m_endsFile;
};

/// Calls take(field) for each field of `message`; its error ends the walk.
Result<> eachField(WireMessage message, const std::function<Result<>(const WireField&)>& take);

/// Calls take(value) for each varint of a packed run, or for the one of a field that is not packed. Other wire types
/// have none. `take` reads nothing.
Result<> eachVarint(const WireMessage& message, const WireField& field,
                    const std::function<Result<>(std::uint64_t)>& take);

}  // namespace ulpscope
