// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/checkpoint/torch/pickled_tensor.h"

namespace ulpscope {

/// Gives `info` the values that torch's dequantize() gives to the codes in `codes` (in order, little-endian), as F32:
/// (code - zero point) * scale in float. Or a remark, where its parameters cannot be used.
void dequantize(TensorInfo& info, const PickledTensor& tensor, std::shared_ptr<const ByteSource> codes);

}  // namespace ulpscope
