// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// An .npy file as a tensor.
struct NpyArray {
  TensorInfo tensor;           ///< offset and storage within the array's own bytes; without a name
  std::uint64_t missing = 0;   ///< bytes of elements that are not there: then the tensor cannot be read
  std::uint64_t trailing = 0;  ///< bytes behind the elements
};

/// Errors are those of the header, and Corrupt for more elements than 64 bits count. What is no array of numbers has a
/// remark instead of a type; objects (pickles) are never loaded.
Result<NpyArray> npyArray(const std::shared_ptr<const ByteSource>& file, const Limits& limits);

}  // namespace ulpscope
