// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/value_fences.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/analysis/code_table.h"

namespace ulpscope {
namespace {

constexpr double kNormalConsistency = 1.4826;  // as in outliers.cpp

struct Weighted {
  double value;
  std::uint64_t count;
};

/// The middle one of all values, of an even number the mean of the middle two. Precondition: ascending, some.
double weightedMedian(const std::vector<Weighted>& values, std::uint64_t total) {
  const auto at = [&](std::uint64_t rank) {
    std::uint64_t passed = 0;
    for (const Weighted& each : values)
      if ((passed += each.count) > rank) return each.value;
    return values.back().value;
  };
  const double upper = at(total / 2);
  return total % 2 == 1 ? upper : (at(total / 2 - 1) + upper) / 2;
}

double weightedMad(std::vector<Weighted> values, double median, std::uint64_t total) {
  for (Weighted& each : values) each.value = std::fabs(each.value - median);
  std::ranges::sort(values, {}, &Weighted::value);
  return kNormalConsistency * weightedMedian(values, total);
}

}  // namespace

ValueFences valueFences(const TensorSource& source, const TensorProfile& profile, double deviations) {
  ValueFences fences;
  fences.deviations = deviations;
  const std::uint64_t finite = profile.statistics.finite;
  if (finite == 0) return fences;
  std::vector<Weighted> values;
  if (!profile.codeCounts.empty()) {
    const CodeTable& table = codeTable(source.type());
    for (const std::uint32_t code : table.ascending)
      if (profile.codeCounts[code] != 0) values.push_back({table.values[code], profile.codeCounts[code]});
    fences.median = weightedMedian(values, finite);
    fences.mad = weightedMad(std::move(values), fences.median, finite);
    return fences;
  }
  const FoldedHistogram& folded = profile.folded;
  const double half = folded.binWidth() / 2;
  for (std::size_t bin = 0; bin < FoldedHistogram::kBins; ++bin)
    if (folded.counts[bin] != 0) values.push_back({folded.edge(bin) + half, folded.counts[bin]});
  fences.median = weightedMedian(values, finite);
  const bool isConstant = profile.statistics.min == profile.statistics.max;
  const bool mostlyZero = profile.statistics.kinds.zero >= finite - finite / 2;
  if (!isConstant && !mostlyZero) fences.mad = std::max(weightedMad(std::move(values), fences.median, finite), half);
  return fences;
}

}  // namespace ulpscope
