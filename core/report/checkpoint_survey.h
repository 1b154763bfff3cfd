// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/overview.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"
#include "core/lint/lint.h"
#include "core/quantization/quantization_report.h"
#include "core/report/figure.h"

namespace ulpscope {

/// What a report keeps of one tensor.
struct SurveyedTensor {
  std::size_t tensor;                         ///< index into Checkpoint::tensors
  std::optional<TensorSummary> summary = {};  ///< nothing where its elements cannot be read
  std::string failure = {};                   ///< why, where they should have been readable
  std::vector<SchemeComparison> schemes = {};
  std::string unmeasured = {};             ///< why `schemes` is empty although some were asked for
  std::vector<std::string> warnings = {};  ///< of loading it for them
};

/// A conspicuous tensor at length.
struct TensorDetail {
  std::size_t at;            ///< index into CheckpointSurvey::tensors
  std::string reason;        ///< why it was chosen
  std::string failure = {};  ///< why there are no pictures; else empty
  Figure histogram = {};
  BlockRanges blocks = {};
  std::uint64_t columnCount = 0;
  std::optional<Figure> columns = {};  ///< nothing for a vector, and beyond kMostDrawnColumns
};

struct CheckpointSurvey {
  std::vector<SurveyedTensor> tensors;
  std::vector<TensorDetail> details;
  std::vector<LintFinding>
      findings;  ///< of all rules, about these tensors and about the whole, as lintCheckpoint ranks
  std::vector<const Scheme*> schemes;
};

/// Tensors shown at length.
inline constexpr std::size_t kMostDetails = 12;
/// Columns whose maxima are kept for a picture: a figure takes some 60 bytes for each.
inline constexpr std::uint64_t kMostDrawnColumns = 1 << 17;

/// Reads each of `tensors` once: statistics, outlier columns, what the lint rules find (for which few are read again),
/// and its error in each of `schemes` with default knobs, for which it is held in memory. Then once more the few that
/// stand out (conspicuousTensors) and, where the tensors were chosen by name, the others too as far as kMostDetails
/// allows. A tensor that fails by itself (concernsOneTensor) says so in its place, any other failure is returned. Kept
/// are summaries only: what is held beside them is one tensor. Progress in bytes.
Result<CheckpointSurvey> surveyCheckpoint(const Checkpoint& checkpoint, std::span<const std::size_t> tensors,
                                          std::span<const Scheme* const> schemes, const Backend& backend,
                                          const JobContext& job, bool areChosenByName = false);

}  // namespace ulpscope
