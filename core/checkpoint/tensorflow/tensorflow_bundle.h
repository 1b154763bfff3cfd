// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Adds the tensors of a checkpoint's index, whose data lie in files beside it in `context.folder`.
Result<> readTensorflowBundle(std::shared_ptr<const ByteSource> index, const OpenContext& context,
                              Checkpoint& checkpoint);

}  // namespace ulpscope
