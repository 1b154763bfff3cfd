// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/outliers.h"

#include <cmath>
#include <limits>

#include "core/analysis/order_statistics.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {
namespace {

/// Turns a median absolute deviation into the standard deviation of normal data: 1 / quantile(3/4) = 1 / 0.67449.
constexpr double kNormalConsistency = 1.4826;

double median(std::vector<double> values) { return quantile(values, 0.5); }

Outliers outliersOf(const TensorProfile& profile, std::span<const float> absMaxima, double deviations) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (profile.statistics.absMax > static_cast<double>(std::numeric_limits<float>::max()))
    return {.median = kNan,
            .mad = kNan,
            .deviations = deviations,
            .threshold = std::numeric_limits<double>::infinity(),
            .indices = {}};
  return findOutliers(absMaxima, deviations);
}

}  // namespace

Outliers findOutliers(std::span<const float> absMaxima, double deviations) {
  Outliers outliers;
  outliers.deviations = deviations;
  std::vector<double> finite;
  finite.reserve(absMaxima.size());
  for (const float value : absMaxima)
    if (std::isfinite(value)) finite.push_back(value);
  if (!finite.empty()) {
    outliers.median = median(finite);
    std::vector<double> distances(finite.size());
    for (std::size_t i = 0; i < finite.size(); ++i) distances[i] = std::fabs(finite[i] - outliers.median);
    outliers.mad = kNormalConsistency * median(std::move(distances));
  }
  outliers.threshold = outliers.median + deviations * outliers.mad;
  for (std::size_t i = 0; i < absMaxima.size(); ++i)
    if (absMaxima[i] > outliers.threshold) outliers.indices.push_back(i);
  return outliers;
}

Outliers columnOutliers(const TensorProfile& profile, double deviations) {
  return outliersOf(profile, profile.columnAbsMax, deviations);
}
Outliers rowOutliers(const TensorProfile& profile, double deviations) {
  return outliersOf(profile, profile.rowAbsMax, deviations);
}

}  // namespace ulpscope
