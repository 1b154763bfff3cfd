// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/overview.h"

namespace ulpscope {

/// A tensor worth a look, and why.
struct Conspicuous {
  std::size_t at;      ///< index into what was searched
  std::string reason;  ///< "kurtosis 93.2; number 1 by that"
};

/// The tensors that stand out among `summaries` (null: nothing is known of it): in turn the next by the number of
/// elements that are not finite, by kurtosis and by share of outlier columns, until there are `most`. None is taken for
/// a number that is not above zero; of equals the first. The order says what stands out, not that it is wrong.
std::vector<Conspicuous> conspicuousTensors(std::span<const TensorSummary* const> summaries, std::size_t most);

/// Of all columns; NaN for a vector, which has no columns to compare.
double outlierColumnShare(const TensorSummary& summary);

}  // namespace ulpscope
