// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/tensor_filter.h"
#include "core/checkpoint/tensor_tree.h"

namespace ulpscope {

/// What lists of a checkpoint's tensors need, made once where it is opened: for 92,000 tensors that takes longer than a
/// window may stand still. Immutable.
struct TensorIndex {
  /// Precondition: there is a checkpoint.
  explicit TensorIndex(std::shared_ptr<const Checkpoint> ofCheckpoint);

  std::shared_ptr<const Checkpoint> checkpoint;
  std::vector<TensorGroup> groups;
  TensorFilter filter;
  /// Readable tensors that are not parts, in the order in which they are stored: packed weights stand behind all others
  /// in a checkpoint, but here where their first part lies.
  std::vector<std::size_t> weights;
  std::vector<std::string_view> types;  ///< typeTitle of all tensors, each once, in order of their names
};

}  // namespace ulpscope
