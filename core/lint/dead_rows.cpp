// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

/// Rows and columns without anything in them but zeros: true where one may be.
struct Lines {
  std::vector<bool> rows, columns;
};

std::vector<bool> zerosAmong(std::span<const float> maxima) {
  std::vector<bool> zeros;
  zeros.reserve(maxima.size());
  for (const float maximum : maxima) zeros.push_back(maximum == 0);
  return zeros;
}

/// NaN is left out of a maximum.
Result<> dropThoseWithNan(const LintedTensor& tensor, const JobContext& job, Lines& lines) {
  const std::uint64_t columns = tensor.profile.matrix.columns;
  return visitElements(tensor.source, job, [&](std::uint64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i])) continue;
      lines.rows[static_cast<std::size_t>((first + i) / columns)] = false;
      lines.columns[static_cast<std::size_t>((first + i) % columns)] = false;
    }
  });
}

class DeadRows final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    if (!isRealMatrix(tensor.info) || statistics.kinds.zero == statistics.count) return {};
    Lines lines{zerosAmong(tensor.profile.rowAbsMax), zerosAmong(tensor.profile.columnAbsMax)};
    if (statistics.kinds.nan > 0)
      if (auto done = dropThoseWithNan(tensor, run.job, lines); !done) return done;
    // The row of the padding token is zero by intent.
    const bool embeds = tensor.place.role == TensorRole::Embedding;
    report(run, tensor, lines.rows, "row", tensor.profile.matrix.columns, embeds ? Severity::Note : Severity::Warning);
    report(run, tensor, lines.columns, "column", 1, Severity::Warning);
    return {};
  }

 private:
  static void report(LintRun& run, const LintedTensor& tensor, const std::vector<bool>& dead, std::string_view noun,
                     std::uint64_t stride, Severity severity) {
    std::uint64_t count = 0, first = 0;
    for (std::size_t i = dead.size(); i-- > 0;)
      if (dead[i]) ++count, first = i;
    if (count == 0) return;
    const double share = static_cast<double>(count) / static_cast<double>(dead.size());
    const double concerned = share * static_cast<double>(tensor.info.elements);
    run.add({.severity = severity,
             .tensor = tensor.index,
             .element = first * stride,
             .message = fmt::format("{} of {} {} nothing but zeros; the first is {} {}.", groupedDigits(count),
                                    counted(dead.size(), noun), count == 1 ? "holds" : "hold", noun, first),
             .weight = severity == Severity::Note ? concerned : 1 + share});
  }
};

}  // namespace

const LintRule& dead_rows_entry() {
  static const LintRule rule{"dead_rows", "Rows or columns of zeros in a matrix that has others",
                             "An output that is always zero or an input that is never used: pruned, never trained, or "
                             "zeroed by a quantizer that saw no data for it.",
                             true, makeCheck<DeadRows>};
  return rule;
}

}  // namespace ulpscope
