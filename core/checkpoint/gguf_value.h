// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/cursor.h"
#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// The types of the values in a GGUF file's metadata, as it numbers them.
enum class GgufType : std::uint32_t {
  Uint8,
  Int8,
  Uint16,
  Int16,
  Uint32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  Uint64,
  Int64,
  Float64,
};

/// A value of the metadata. What people read is kept, not what programs do: of a vocabulary of a million words the
/// count and the first few.
struct GgufValue {
  GgufType type;
  std::string text;                      ///< a string as stored, at most a MiB of it; "32"; "3 strings: "a", "b", "c""
  std::optional<std::uint64_t> integer;  ///< of integer types, where it is not negative
  bool oddBool = false;                  ///< a bool stored as neither 0 nor 1
};

/// The type and the value at the cursor, which stands behind them then. Nothing is allocated for what is not kept.
/// Corrupt for an unknown type and for what does not fit, LimitExceeded for arrays more than two deep.
Result<GgufValue> readGgufValue(Cursor& cursor, const JobContext& job);

}  // namespace ulpscope
