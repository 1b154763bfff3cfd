// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/cursor.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The tensor in an extension of Flax that holds an array: an array of its shape, its type's name, and its bytes. The
/// cursor stands before it and stands behind `length` bytes afterwards, whatever they were. A tensor whose bytes are
/// not those of its shape and type has a remark instead of a type; Corrupt is what is no array at all.
Result<TensorInfo> readFlaxArray(Cursor& cursor, std::uint64_t length, const Limits& limits);

/// The element type of NumPy's name for it, "bfloat16"; nullptr for those that have none.
const ElementType* flaxElementType(std::string_view name);

}  // namespace ulpscope
