// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/analysis/code_table.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {

ValueRange quantileRange(const TensorSource& source, const TensorProfile& profile, double tail) {
  const std::uint64_t finite = profile.statistics.finite;
  if (finite == 0) return {0, 0};
  // At most this many values stay outside at each end, and one is always inside.
  const double share = std::clamp(tail, 0.0, 0.5) * static_cast<double>(finite);
  const std::uint64_t outside = std::min(static_cast<std::uint64_t>(share), (finite - 1) / 2);

  // Walks the counts of ascending values from one end until `outside` of them are passed.
  const auto passes = [outside](std::uint64_t& passed, std::uint64_t count) { return (passed += count) > outside; };
  if (!profile.codeCounts.empty()) {
    const CodeTable& table = codeTable(source.type());
    const auto reach = [&](auto first, auto last) {
      std::uint64_t passed = 0;
      return table
          .values[*std::find_if(first, last, [&](auto code) { return passes(passed, profile.codeCounts[code]); })];
    };
    return {reach(table.ascending.begin(), table.ascending.end()),
            reach(table.ascending.rbegin(), table.ascending.rend())};
  }
  const FoldedHistogram& folded = profile.folded;
  std::uint64_t below = 0;
  std::size_t lower = 0;
  while (!passes(below, folded.counts[lower])) ++lower;
  std::uint64_t above = 0;
  std::size_t upper = FoldedHistogram::kBins - 1;
  while (!passes(above, folded.counts[upper])) --upper;
  return {std::max(folded.edge(lower), profile.statistics.min),
          std::min(folded.edge(upper + 1), profile.statistics.max)};
}

}  // namespace ulpscope
