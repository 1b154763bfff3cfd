// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/checkpoint/tensor_index.h"

namespace ulpscope {

/// What a label, tooltip or log must show letter by letter.
inline const std::string kHostile =
    "<b>bold</b><img src='file:///etc/hostname'><a href='x'>&amp;%1\n\x1B[2J\xE2\x80\xAE\xE2\x80\x8B\xFF";

/// A checkpoint in memory with all that is not a plain tensor, `name` in every place that a file fills:
/// 0 and 1 the parts of 5, 2 a matrix, 3 the same bytes as 2, 4 cannot be read, 5 a packed weight; and two objects, the
/// second of them suspicious.
std::shared_ptr<const Checkpoint> oddCheckpoint(const std::string& name = "model");

/// As a session hands it to lists.
inline std::shared_ptr<const TensorIndex> indexed(std::shared_ptr<const Checkpoint> checkpoint) {
  return std::make_shared<const TensorIndex>(std::move(checkpoint));
}

}  // namespace ulpscope
