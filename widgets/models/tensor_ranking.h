// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <Qt>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"
#include "core/checkpoint/tensor_index.h"

namespace ulpscope {

/// All tensors of `groups` as one group under their whole names, in the order of a TensorTreeModel::Column. What is not
/// known of comes last in either direction. `summaries`: one a tensor of the checkpoint.
TensorGroup rankedTensors(std::vector<TensorGroup> groups, const TensorIndex& index,
                          const std::vector<std::optional<TensorSummary>>& summaries, int column, Qt::SortOrder order);

}  // namespace ulpscope
