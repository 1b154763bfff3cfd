// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

class ZeroTensor final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    if (!holdsReals(tensor.info) || statistics.count == 0 || statistics.kinds.zero != statistics.count) return {};
    const bool isMatrix = tensor.info.shape.size() > 1;
    run.add({.severity = isMatrix ? Severity::Warning : Severity::Note,
             .tensor = tensor.index,
             .element = 0,
             .message = statistics.count == 1
                            ? std::string("Its one element is zero.")
                            : fmt::format("All {} elements are zero.", groupedDigits(statistics.count)),
             .weight = isMatrix ? 2 : static_cast<double>(statistics.count)});
    return {};
  }
};

}  // namespace

const LintRule& zero_tensor_entry() {
  static const LintRule rule{
      "zero_tensor", "Tensors of zeros only",
      "A matrix that was never trained or not copied, though biases and fresh adapters begin so: "
      "see whether the writer left it out.",
      true, makeCheck<ZeroTensor>};
  return rule;
}

}  // namespace ulpscope
