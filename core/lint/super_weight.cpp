// SPDX-License-Identifier: Apache-2.0
//
// A super weight (LLMSuperWeight, arXiv 2411.07191) is a single scalar without which a model falls apart. It is found
// there by activations; by weights alone this is a proxy: an element x with
//   |x| >= 32 deviations, where a deviation is the distance of the quartiles / 1.349, as of normal data,
//   |x| >= 6 standard deviations, which are wider than that where data are not normal,
// whose row and whose column each hold but a few such elements (areFew): else the line is what is strange.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analysis/quantiles.h"
#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr double kDeviations = 32;
constexpr double kStandardDeviations = 6;
constexpr double kQuartileDistance = 1.349;  ///< of a normal distribution: 2 * 0.67449 standard deviations
constexpr std::uint64_t kFewestElements = 4'096;
constexpr std::size_t kMostCandidates = 1 << 16;  ///< with more it is the tensor that is strange

/// 0 where more than half of the values are zeros, so that quartiles say nothing.
double robustDeviation(const LintedTensor& tensor) {
  if (tensor.profile.statistics.kinds.zero * 2 > tensor.profile.statistics.finite) return 0;
  const std::vector<Quantile> quartiles = quantilesOf(tensor.source, tensor.profile, std::array{0.25, 0.75});
  return (quartiles[1].value - quartiles[0].value) / kQuartileDistance;
}

struct Candidate {
  std::uint64_t element;
  double value;
};

/// How many elements of each row and column lie beyond the threshold, and which.
struct Beyond {
  std::vector<std::uint32_t> rows, columns;
  std::vector<Candidate> candidates;
  bool tooMany = false;
};

Result<Beyond> findBeyond(const LintedTensor& tensor, double threshold, const JobContext& job) {
  const MatrixShape matrix = tensor.profile.matrix;
  Beyond beyond{.rows = std::vector<std::uint32_t>(static_cast<std::size_t>(matrix.rows)),
                .columns = std::vector<std::uint32_t>(static_cast<std::size_t>(matrix.columns)),
                .candidates = {}};
  const auto read = visitElements(tensor.source, job, [&](std::uint64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(std::fabs(values[i]) >= threshold) || std::isinf(values[i])) continue;
      const std::uint64_t element = first + i;
      ++beyond.rows[static_cast<std::size_t>(element / matrix.columns)];
      ++beyond.columns[static_cast<std::size_t>(element % matrix.columns)];
      if (beyond.candidates.size() < kMostCandidates)
        beyond.candidates.push_back({element, values[i]});
      else
        beyond.tooMany = true;
    }
  });
  if (!read) return tl::unexpected(read.error());
  return beyond;
}

class SuperWeight final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    if (!isRealMatrix(tensor.info) || statistics.finite < kFewestElements) return {};
    const double deviation = robustDeviation(tensor);
    if (deviation == 0) return {};
    const double threshold = std::max(kDeviations * deviation, kStandardDeviations * statistics.standardDeviation);
    if (!(statistics.absMax >= threshold)) return {};
    const auto beyond = findBeyond(tensor, threshold, run.job);
    if (!beyond) return tl::unexpected(beyond.error());
    if (!beyond->tooMany) report(run, tensor, *beyond, deviation);
    return {};
  }

 private:
  static void report(LintRun& run, const LintedTensor& tensor, const Beyond& beyond, double deviation) {
    const auto [rows, columns] = tensor.profile.matrix;
    const Candidate* largest = nullptr;
    std::uint64_t count = 0;
    for (const Candidate& candidate : beyond.candidates) {
      if (!areFew(beyond.rows[static_cast<std::size_t>(candidate.element / columns)], columns) ||
          !areFew(beyond.columns[static_cast<std::size_t>(candidate.element % columns)], rows))
        continue;
      ++count;
      if (!largest || std::fabs(candidate.value) > std::fabs(largest->value)) largest = &candidate;
    }
    if (!largest) return;
    const double times = std::fabs(largest->value) / deviation;
    run.add(
        {.severity = Severity::Warning,
         .tensor = tensor.index,
         .element = largest->element,
         .message = fmt::format("Element {} is {:.4g}, {:.3g} times the deviation of the others{}.",
                                placeOf(tensor.info, largest->element), largest->value, times,
                                count > 1 ? fmt::format(", and {} more {} beyond {} times it", groupedDigits(count - 1),
                                                        count == 2 ? "is" : "are", kDeviations)
                                          : ""),
         .weight = times / kDeviations});
  }
};

}  // namespace

const LintRule& super_weight_entry() {
  static const LintRule rule{"super_weight", "Single elements far beyond all others of their matrix",
                             "A model may depend on one such scalar, and it sets the scale of whatever is quantized "
                             "with it: keep it, or its layer, in 16 bits.",
                             true, makeCheck<SuperWeight>};
  return rule;
}

}  // namespace ulpscope
