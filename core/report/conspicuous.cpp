// SPDX-License-Identifier: Apache-2.0
#include "core/report/conspicuous.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"

namespace ulpscope {
namespace {

struct Measure {
  double (*of)(const TensorSummary&);
  std::string (*say)(const TensorSummary&);
};

const std::array<Measure, 3> kMeasures{{
    {[](const TensorSummary& s) { return static_cast<double>(s.statistics.count - s.statistics.finite); },
     [](const TensorSummary& s) {
       return counted(s.statistics.count - s.statistics.finite, "element") + " not finite";
     }},
    {[](const TensorSummary& s) { return s.statistics.kurtosis; },
     [](const TensorSummary& s) { return fmt::format("kurtosis {:.4g}", s.statistics.kurtosis); }},
    {outlierColumnShare,
     [](const TensorSummary& s) {
       return fmt::format("{} of {} are outliers", groupedDigits(s.outlierColumns), counted(s.columns, "column"));
     }},
}};

/// Those above zero, the largest first.
std::vector<std::size_t> ranked(std::span<const TensorSummary* const> summaries, const Measure& measure) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < summaries.size(); ++i)
    if (summaries[i] && measure.of(*summaries[i]) > 0) order.push_back(i);  // not NaN either
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return measure.of(*summaries[i]); });
  return order;
}

}  // namespace

std::vector<Conspicuous> conspicuousTensors(std::span<const TensorSummary* const> summaries, std::size_t most) {
  std::array<std::vector<std::size_t>, kMeasures.size()> orders;
  for (std::size_t m = 0; m < kMeasures.size(); ++m) orders[m] = ranked(summaries, kMeasures[m]);
  std::vector<Conspicuous> chosen;
  std::array<std::size_t, kMeasures.size()> next{};
  const auto isChosen = [&](std::size_t i) { return std::ranges::find(chosen, i, &Conspicuous::at) != chosen.end(); };
  for (bool isAnyLeft = true; isAnyLeft;) {
    isAnyLeft = false;
    for (std::size_t m = 0; m < kMeasures.size(); ++m) {
      while (next[m] < orders[m].size() && isChosen(orders[m][next[m]])) ++next[m];
      if (next[m] == orders[m].size()) continue;
      if (chosen.size() == most) return chosen;
      const std::size_t at = orders[m][next[m]++];
      chosen.push_back({at, fmt::format("{}; number {} by that", kMeasures[m].say(*summaries[at]), next[m])});
      isAnyLeft = true;
    }
  }
  return chosen;
}

double outlierColumnShare(const TensorSummary& summary) {
  const bool isMatrix = summary.columns > 0 && summary.statistics.count > summary.columns;
  return isMatrix ? static_cast<double>(summary.outlierColumns) / static_cast<double>(summary.columns) : std::nan("");
}

}  // namespace ulpscope
