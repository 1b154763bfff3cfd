// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
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

/// What a filter matches on, prepared once per checkpoint so that each keystroke is fast.
class TensorFilter {
 public:
  explicit TensorFilter(const Checkpoint& checkpoint);

  /// The tensors that match every word of `query`, in checkpoint order: each word is looked for, without case, in the
  /// name, in the type ("bf16") and packing ("gptq"), and in the shape written "384x1536". An empty query matches all.
  std::vector<std::size_t> matches(std::string_view query) const;
  /// The same of Checkpoint::objects: each word in the name or the type.
  std::vector<std::size_t> matchingObjects(std::string_view query) const;

 private:
  std::vector<std::size_t> matchingLines(std::string_view query, std::size_t first, std::size_t count) const;

  std::string m_text;  ///< lower case; for each tensor its name, types and shape, for each object its name and type
  std::vector<std::size_t> m_start;  ///< of each tensor's text, then of each object's, then the end
  std::size_t m_tensors;
};

}  // namespace ulpscope
