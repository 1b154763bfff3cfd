// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/checkpoint_diff.h"
#include "core/calibration/calibration.h"
#include "core/quantization/quantization_report.h"
#include "core/quantization/scheme_totals.h"
#include "core/report/table.h"

namespace ulpscope {

/// What one tensor of a published checkpoint, most often a quantized one, lost against the original, as if its type
/// were a scheme.
struct PublishedError {
  std::size_t diff;      ///< index into CheckpointDiff::tensors; it has metrics, or is identical
  double bitsPerWeight;  ///< of all that is stored of it
  ErrorMetrics metrics;  ///< without percentiles; of an identical tensor no error
  std::optional<WeightedError> weightedError = {};  ///< where the layer's inputs are known
  std::optional<SchemeComparison> rival = {};       ///< see PublishedQuestion::rivals
  std::string remark = {};                          ///< why what was asked for is not there

  /// The share that is lost, as recipes have it: of the layer's output where that is known, else of the weights.
  double lost() const;
};

/// All tensors of one stored type.
struct PublishedType {
  std::string type;  ///< as typeTitle() has it
  SchemeTotals totals;
};

struct PublishedErrors {
  std::vector<PublishedError> tensors;  ///< those of two dimensions and more, what lost most first
  std::vector<PublishedType> types;     ///< of them, by bits
};

struct PublishedQuestion {
  const Calibration* calibration = nullptr;  ///< of the original's layers; null: nothing is known
  /// Beside each tensor the scheme of least loss, with default knobs, that takes at most as many bits and at least
  /// kRivalBits less: none that has to be calibrated.
  bool rivals = false;
};
inline constexpr double kRivalBits = 0.75;

/// Of what diffCheckpoints() found, whose bits are known without reading. Tensors are read again, whole, only for what
/// the question asks. Progress in bytes of those.
Result<PublishedErrors> publishedErrors(const Checkpoint& original, const Checkpoint& published,
                                        const CheckpointDiff& diff, const PublishedQuestion& question,
                                        const Backend& backend, const JobContext& job);

/// A row for each tensor, in full precision, to be taken away.
Table errorTable(const Checkpoint& published, const CheckpointDiff& diff, const PublishedErrors& errors);

}  // namespace ulpscope
