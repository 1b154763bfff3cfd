// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <Qt>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"
#include "core/checkpoint/tensor_index.h"

namespace ulpscope {

/// Makes one group of all `rows`, in the order of a TensorTreeModel::Column. What is not known of comes last in either
/// direction. `summaries`: one a tensor of the checkpoint.
void rank(TensorRows& rows, const TensorIndex& index, const std::vector<std::optional<TensorSummary>>& summaries,
          int column, Qt::SortOrder order);

}  // namespace ulpscope
