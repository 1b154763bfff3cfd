// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/gguf_header.h"

namespace ulpscope {

/// Appends the tensors of a GGUF file to `checkpoint`, in the order of their data, as those of its file number `file`.
/// What is odd about where they lie becomes warnings; those whose type is unknown or whose data is missing at the end
/// of the file are listed as unreadable. Corrupt for a tensor that lies outside the file for another reason, and for
/// shapes that its type cannot have.
Result<> placeGgufTensors(GgufHeader header, const std::shared_ptr<const ByteSource>& source, std::uint32_t file,
                          Checkpoint& checkpoint);

}  // namespace ulpscope
