// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Bytes that `elements` packed elements need, the last of which need not be full. nullopt if that overflows.
std::optional<std::uint64_t> packedBytes(const ElementType& type, std::uint64_t elements);

/// Elements [first, first + values.size()) of `packed`, whose last byte need not be full. Precondition: type.readable
/// and they lie inside it.
Result<> readPackedElements(const ByteSource& packed, const ElementType& type, std::uint64_t first,
                            std::span<double> values);

/// Lets tensor.elements elements of tensor.type be read from `packed`, which has packedBytes of them. Where they do not
/// fill their last byte, the tensor becomes one of bytes (integers) or of F32 (floats), made when they are asked for.
void readFromPacked(TensorInfo& tensor, std::shared_ptr<const ByteSource> packed);

}  // namespace ulpscope
