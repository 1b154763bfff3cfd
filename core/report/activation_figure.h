// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "core/analysis/histogram.h"
#include "core/base/result.h"
#include "core/calibration/activation_range.h"
#include "core/jobs/job.h"
#include "core/report/figure.h"

namespace ulpscope {

/// The inputs of a layer that were kept, and how quantizers would cut them off.
struct ActivationSurvey {
  Histogram histogram;                  ///< of all numbers, from the least to the largest
  std::vector<ActivationRange> ranges;  ///< static ones, fixed before the model runs
  std::vector<DynamicRange> dynamic;    ///< found for each input vector
  int bits = 8;                         ///< of the codes that the ranges are cut into
};

/// Unsupported where no inputs are kept, or none of them is finite.
Result<ActivationSurvey> surveyActivations(const LayerCalibration& layer, const JobContext& job);

/// The histogram, its counts on a logarithmic axis, and where `range`, one of them, cuts it off; nullptr: where each of
/// them does.
Figure activationFigure(std::string_view layer, const ActivationSurvey& survey, const ActivationRange* range);

}  // namespace ulpscope
