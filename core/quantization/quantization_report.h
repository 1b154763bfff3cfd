// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/bulk_error.h"
#include "core/analysis/error_metrics.h"
#include "core/analysis/histogram.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/quantization/scheme.h"
#include "core/quantization/scheme_choice.h"
#include "core/quantization/weighted_error.h"

namespace ulpscope {

/// One tensor through one scheme, with all that is shown of it.
struct QuantizationReport {
  std::string scheme;
  Settings settings;  ///< complete
  std::string reference;
  double bitsPerWeight = 0;
  ErrorMetrics metrics;
  BulkError bulk = {};
  std::optional<WeightedError> weightedError = {};  ///< where the layer's inputs are known
  std::vector<std::string> warnings;
  std::string backend;
  Histogram errorHistogram;        ///< of the signed error
  std::vector<double> columnRmse;  ///< root mean squared error of each column; see columnErrors()
  std::vector<double> rowRmse;     ///< of each row
  QuantizedTensor quantized;
};

/// Elements of a tensor that may be held whole.
inline constexpr std::uint64_t kMostLoadedElements = std::uint64_t{1} << 31;

/// The values of a tensor as one matrix in memory, as float32 (rounded to nearest even from wider types, with a
/// warning). LimitExceeded beyond kMostLoadedElements.
struct LoadedTensor {
  MatrixShape shape;
  std::vector<float> values;
  std::vector<std::string> warnings;
  MatrixView view() const { return {shape, values}; }
};
Result<LoadedTensor> loadTensor(const TensorSource& source, const Backend& backend, const JobContext& job);

Result<QuantizationReport> quantizeAndMeasure(const Scheme& scheme, const Settings& settings, const SchemeInput& input,
                                              const Backend& backend, const JobContext& job);

/// A line of the table "all schemes on this tensor". `error` instead of numbers where a scheme does not fit the shape.
struct SchemeComparison {
  std::string scheme;
  std::string title;
  double bitsPerWeight = 0;
  ErrorMetrics metrics;
  std::optional<WeightedError> weightedError = {};  ///< where the layer's inputs are known
  std::vector<std::string> warnings;
  std::string error;
};
/// One scheme after another on the same values in memory, in memory that goes on to the next. `each`, where given, is
/// told of a line as soon as it is there. Precondition: no choice is without a scheme.
Result<std::vector<SchemeComparison>> compareSchemes(std::span<const SchemeChoice> choices, const SchemeInput& input,
                                                     const Backend& backend, const JobContext& job,
                                                     const std::function<void(const SchemeComparison&)>& each = {});
/// The same with default knobs.
Result<std::vector<SchemeComparison>> compareSchemes(std::span<const Scheme* const> schemes, const SchemeInput& input,
                                                     const Backend& backend, const JobContext& job,
                                                     const std::function<void(const SchemeComparison&)>& each = {});

}  // namespace ulpscope
