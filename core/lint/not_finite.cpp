// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/analysis/find_element.h"
#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

class NotFinite final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    const ValueCounts& kinds = statistics.kinds;
    if (statistics.finite == statistics.count) return {};
    const auto first = findNotFinite(tensor.source, run.job);
    if (!first) return tl::unexpected(first.error());
    if (kinds.nan > 0) add(run, tensor, Severity::Error, first->nan, kinds.nan, "NaN");
    // What attention adds to hide the future is zeros and -inf.
    const bool isMask = kinds.nan == 0 && kinds.positiveInfinity == 0 && statistics.finite == kinds.zero;
    add(run, tensor, isMask ? Severity::Note : Severity::Error, first->infinity,
        kinds.positiveInfinity + kinds.negativeInfinity, isMask ? "-inf and the others 0, as in a mask" : "infinite");
    return {};
  }

 private:
  static void add(LintRun& run, const LintedTensor& tensor, Severity severity, std::optional<std::uint64_t> first,
                  std::uint64_t count, std::string_view what) {
    if (!first) return;
    run.add({.severity = severity,
             .tensor = tensor.index,
             .element = first,
             .message = fmt::format("{} of {} {} {}; the first is {}.", groupedDigits(count),
                                    counted(tensor.info.elements, "element"), count == 1 ? "is" : "are", what,
                                    placeOf(tensor.info, *first)),
             .weight = static_cast<double>(count)});
  }
};

}  // namespace

const LintRule& not_finite_entry() {
  static const LintRule rule{"not_finite", "Elements that are NaN or infinite",
                             "One of them makes every product that meets it NaN: train or convert again, or find the "
                             "step that overflowed.",
                             true, makeCheck<NotFinite>};
  return rule;
}

}  // namespace ulpscope
