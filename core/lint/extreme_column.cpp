// SPDX-License-Identifier: Apache-2.0
//
// Outlier columns (core/analysis/outliers.h) whose absolute maximum is also 10 times the median of the columns' or
// more.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analysis/outliers.h"
#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr double kTimes = 10;
constexpr std::uint64_t kFewestColumns = 8;

/// The first element of `column` of that magnitude: only rows that reach it are looked at.
Result<std::optional<std::uint64_t>> findInColumn(const LintedTensor& tensor, std::uint64_t column, float magnitude) {
  const TensorProfile& profile = tensor.profile;
  for (std::size_t row = 0; row < profile.rowAbsMax.size(); ++row) {
    if (profile.rowAbsMax[row] < magnitude) continue;
    const std::uint64_t element = row * profile.matrix.columns + column;
    const auto value = tensor.source.valueAt(element);
    if (!value) return tl::unexpected(value.error());
    if (static_cast<float>(std::fabs(*value)) == magnitude) return element;
  }
  return std::nullopt;
}

/// The extreme ones of the outlier columns. Reads the tensor again only where a maximum is large enough.
Result<std::vector<std::uint64_t>> columnsAmong(const LintedTensor& tensor, const Outliers& outliers,
                                                const JobContext& job) {
  const std::vector<float>& maxima = tensor.profile.columnAbsMax;
  std::vector<std::uint64_t> columns;
  for (const std::uint64_t column : outliers.indices) {
    const float maximum = maxima[static_cast<std::size_t>(column)];
    if (outliers.median > 0 && !std::isinf(maximum) && maximum >= kTimes * outliers.median) columns.push_back(column);
  }
  if (columns.empty()) return columns;
  std::vector<std::uint64_t> reaching(maxima.size());
  const auto read = visitElements(tensor.source, job, [&](std::uint64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::fabs(values[i]) >= outliers.median) ++reaching[static_cast<std::size_t>((first + i) % maxima.size())];
  });
  if (!read) return tl::unexpected(read.error());
  std::erase_if(columns, [&](std::uint64_t column) {
    return areFew(reaching[static_cast<std::size_t>(column)], tensor.profile.matrix.rows);
  });
  return columns;
}

class ExtremeColumn final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    if (!isRealMatrix(tensor.info) || tensor.profile.matrix.columns < kFewestColumns) return {};
    const Outliers outliers = columnOutliers(tensor.profile);
    const auto columns = columnsAmong(tensor, outliers, run.job);
    if (!columns) return tl::unexpected(columns.error());
    if (columns->empty()) return {};
    const std::vector<float>& maxima = tensor.profile.columnAbsMax;
    const std::uint64_t worst = *std::ranges::max_element(
        *columns, {}, [&](std::uint64_t column) { return maxima[static_cast<std::size_t>(column)]; });
    const float maximum = maxima[static_cast<std::size_t>(worst)];
    const auto element = findInColumn(tensor, worst, maximum);
    if (!element) return tl::unexpected(element.error());
    const double times = maximum / outliers.median;
    run.add({.severity = Severity::Warning,
             .tensor = tensor.index,
             .element = *element,
             .message = fmt::format(
                 "Column {} reaches {:.4g}, {:.3g} times the median of the columns{}.", worst, maximum, times,
                 columns->size() > 1 ? fmt::format(", and {} more {} {} times it", groupedDigits(columns->size() - 1),
                                                   columns->size() == 2 ? "reaches" : "reach", kTimes)
                                     : ""),
             .weight = times / kTimes});
    return {};
  }
};

}  // namespace

const LintRule& extreme_column_entry() {
  static const LintRule rule{"extreme_column", "Columns far larger than the others of their matrix",
                             "A scale for a row or a tensor spends its range on them: scale by column or group, smooth "
                             "them into the layer before, or keep them in 16 bits.",
                             true, makeCheck<ExtremeColumn>};
  return rule;
}

}  // namespace ulpscope
