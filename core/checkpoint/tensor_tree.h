// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
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

/// What a filter leaves of a checkpoint's tensors, group by group: rows of a list, which live in the groups they are
/// taken from. Kept from one filter to the next, as is its memory: with 92,000 tensors that is what a keystroke waits
/// for.
struct TensorRows {
  struct Group {
    const TensorGroup* group;  ///< nullptr: tensors of all modules
    std::size_t first;         ///< of its rows
    std::size_t count;
    std::uint64_t elements;  ///< of its rows, as in TensorGroup
    std::uint64_t bytes;
  };
  std::vector<Group> groups = {};
  std::vector<const TensorGroup::Leaf*> leaves = {};  ///< of all groups, one after another
  /// Of packed weights that are here for the sake of some of their parts: these.
  std::map<std::size_t, std::vector<TensorGroup::Leaf>> someParts = {};

  const std::vector<TensorGroup::Leaf>& partsOf(const TensorGroup::Leaf& leaf) const;
  void clear();
};

/// Fills `rows` with what of `groups` is among `tensors` (ascending indices), in the same order; groups that are left
/// empty are dropped. A packed weight brings all its parts, a part alone the weight that it belongs to. Linear.
void keepOnly(const Checkpoint& checkpoint, const std::vector<TensorGroup>& groups,
              const std::vector<std::size_t>& tensors, TensorRows& rows);

/// How many tensors are stored as one type, and how much of the checkpoint that is.
struct TypeShare {
  std::string_view type = {};  ///< typeTitle of them; lives in the checkpoint
  std::uint64_t tensors = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;  ///< what is shared with an earlier tensor counts there
};

/// Of `tensors` (indices), by type, most bytes first. Parts of packed weights are not counted beside their weights.
std::vector<TypeShare> sharesByType(const Checkpoint& checkpoint, std::span<const std::size_t> tensors);
std::vector<TypeShare> sharesByType(const Checkpoint& checkpoint, const TensorRows& rows);

}  // namespace ulpscope
