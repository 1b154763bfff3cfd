// SPDX-License-Identifier: Apache-2.0
//
// GGUF's blocks lie within rows: of 32 weights (Q4_0, Q8_0 and their like), or of 256 (K-quants). llama-quantize falls
// back to larger types where rows do not fit.
#include <fmt/format.h>

#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

class RowNotMultipleOfBlock final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    Gathered by32, by256;
    std::uint64_t first32 = 0, first256 = 0;
    for (std::size_t i = 0; i < run.checkpoint.tensors.size(); ++i) {
      const TensorInfo& tensor = run.checkpoint.tensors[i];
      const std::size_t rank = tensor.shape.size();
      if (!holdsReals(tensor) || tensor.packing || tensor.partOf || rank < 2 || rank > 3 || tensor.elements == 0 ||
          run.places[i].bias)
        continue;
      const std::uint64_t row = run.places[i].transposed ? tensor.shape[rank - 2] : tensor.shape.back();
      if (row % 256 == 0) continue;
      Gathered& gathered = row % 32 != 0 ? by32 : by256;
      if (gathered.empty()) (row % 32 != 0 ? first32 : first256) = row;
      gathered.add(i, static_cast<double>(tensor.elements));
    }
    by32.report(
        run, Severity::Note,
        fmt::format("Rows of {} weights are not divisible by 32: none of GGUF's block types takes it", first32));
    by256.report(run, Severity::Note,
                 fmt::format("Rows of {} weights are not divisible by 256: GGUF's K-quants do not take it", first256));
    return {};
  }
};

}  // namespace

const LintRule& row_not_multiple_of_block_entry() {
  static const LintRule rule{
      "row_not_multiple_of_block", "Rows that GGUF's blocks do not divide",
      "Quantizers for GGUF keep such a tensor in a larger type than was asked for, or in 16 bits.", false,
      makeCheck<RowNotMultipleOfBlock>};
  return rule;
}

}  // namespace ulpscope
