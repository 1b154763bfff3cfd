// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace ulpscope {

/// What a JSON document says, in its order, so that a header of 100 MB never becomes a tree in memory. A handler stops
/// the reading by failing; `readJson` adds the byte offset.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;

  virtual Result<> beginObject() = 0;
  virtual Result<> key(std::string& name) = 0;  ///< may be moved from, as may `value` below
  virtual Result<> endObject() = 0;
  virtual Result<> beginArray() = 0;
  virtual Result<> endArray() = 0;
  virtual Result<> string(std::string& value) = 0;
  virtual Result<> number(std::uint64_t value) = 0;

  /// A value of any other kind: "null", "a boolean", "a negative number", "a fraction or a number above 2^64".
  virtual Result<> other(std::string_view kind) = 0;
};

/// Reads one JSON document, as strict as RFC 8259 and stricter: no byte order mark, no zero bytes, no comments, valid
/// UTF-8 and paired surrogates, nothing but white space after it. Corrupt, or LimitExceeded where objects and arrays
/// nest deeper than `maxDepth`; nesting costs one bit of memory a level and no stack.
Result<> readJson(std::string_view text, int maxDepth, JsonEvents& events);

}  // namespace ulpscope
