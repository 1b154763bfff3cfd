// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/tensor_diff.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"

namespace ulpscope {

struct CheckpointDiff {
  std::vector<TensorDiff> tensors;                      ///< in the first's order, then what only the second has
  std::array<std::uint64_t, kDiffStates> summary = {};  ///< how many of each state
  std::uint64_t count(DiffState state) const { return summary[static_cast<std::size_t>(state)]; }
};

/// Names of the second checkpoint as the first has them: FROM=TO, both with as many `*`, each of which stands for the
/// same text in both. "model.*=*", "blk.*.attn_q.weight=model.layers.*.self_attn.q_proj.weight".
class RenameRule {
 public:
  /// Usage if it is not such a rule.
  static Result<RenameRule> parse(std::string_view rule);
  /// Nothing where FROM does not match the whole of `name`. Of several ways to match, the one with the shortest first
  /// `*`, and so on.
  std::optional<std::string> apply(std::string_view name) const;

 private:
  std::vector<std::string> m_from, m_to;  ///< the texts between the asterisks
};

/// Compares what both checkpoints hold: each weight with the one of the same name, packed weights as what they decode
/// to (their parts are not compared). The first rule that matches renames a tensor of `second`. What then has no
/// partner, and no rule has renamed, is compared with the one that GGUF would call the same (gguf_name.h), if there is
/// but one on each side; elements are read in the first's order (element_order.h). Progress in bytes.
/// Fails where a file cannot be read or has changed; what is wrong with one tensor is its remark. Corrupt if two
/// tensors get the same name by a rule.
Result<CheckpointDiff> diffCheckpoints(const Checkpoint& first, const Checkpoint& second,
                                       std::span<const RenameRule> rules, const JobContext& job);

}  // namespace ulpscope
