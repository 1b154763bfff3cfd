// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// An element type of TensorFlow.
struct TensorflowType {
  std::string_view name;     ///< "DT_FLOAT" without its DT_
  std::string_view element;  ///< as we have it; empty where the elements are no numbers, or none of ours
};
/// nullptr for a number that TensorFlow does not know.
const TensorflowType* tensorflowType(std::uint64_t number);

/// Adds the tensors of a checkpoint's index, whose data lie in files beside it in `context.folder`.
Result<> readTensorflowBundle(std::shared_ptr<const ByteSource> index, const OpenContext& context,
                              Checkpoint& checkpoint);

}  // namespace ulpscope
