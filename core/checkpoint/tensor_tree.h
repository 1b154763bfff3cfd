// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The tensors of one module: "encoder.layer.3" with "attention.query.weight" and its like.
struct TensorGroup {
  std::string name = {};  ///< the path (by dots or slashes) up to the first numbered component, else the first
  struct Leaf {
    std::size_t tensor;      ///< index into Checkpoint::tensors
    std::string_view label;  ///< the rest of the name, the whole of it where nothing is left; lives in the checkpoint
    std::vector<Leaf> parts = {};  ///< what a packed weight is stored in, in the order of its convention
  };
  std::vector<Leaf> leaves = {};
  std::uint64_t elements = 0;  ///< of all leaves
  std::uint64_t bytes = 0;     ///< of all leaves; what is shared with an earlier tensor counts there
};

/// All tensors by module, in natural order: layer.2 before layer.10; the parts of a packed weight stand below it, and
/// nowhere else. The sort is the costly part: done once a checkpoint.
std::vector<TensorGroup> groupTensors(const Checkpoint& checkpoint);

/// What of `groups` is among `tensors` (ascending indices), in the same order; groups that are left empty are dropped.
/// A packed weight brings all its parts, a part alone the weight that it belongs to. Linear.
std::vector<TensorGroup> keepOnly(const Checkpoint& checkpoint, const std::vector<TensorGroup>& groups,
                                  const std::vector<std::size_t>& tensors);

/// How many tensors are stored as one type, and how much of the checkpoint that is.
struct TypeShare {
  std::string_view type = {};  ///< typeTitle of them; lives in the checkpoint
  std::uint64_t tensors = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;  ///< what is shared with an earlier tensor counts there
};

/// Of `tensors` (indices), by type, most bytes first. Parts of packed weights are not counted beside their weights.
std::vector<TypeShare> sharesByType(const Checkpoint& checkpoint, std::span<const std::size_t> tensors);

}  // namespace ulpscope
