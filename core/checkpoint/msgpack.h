// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/base/cursor.h"
#include "core/base/result.h"

namespace ulpscope {

/// The head of one value of MessagePack. What belongs to it follows at the cursor: `length` bytes of Text, Binary and
/// Extension, `length` values of an Array, twice as many (key, value, ...) of a Map.
struct MsgpackHead {
  enum class Kind : std::uint8_t { Nil, Bool, Signed, Unsigned, Float, Text, Binary, Array, Map, Extension };
  Kind kind = Kind::Nil;
  bool truth = false;
  std::int64_t integer = 0;  ///< of Signed: below zero
  std::uint64_t natural = 0;
  double real = 0;
  std::uint64_t length = 0;
  int extension = 0;  ///< what the program that wrote it calls its type, -128 to 127
};

/// Corrupt if `cursor`, which must be big-endian, does not stand before a value, or holds fewer bytes than it needs:
/// one for each value of an array or map, so that `length` is bounded by the file.
Result<MsgpackHead> readMsgpackHead(Cursor& cursor);

/// Nil, a truth value or a number as text.
std::string msgpackText(const MsgpackHead& head);

}  // namespace ulpscope
