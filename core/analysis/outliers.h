// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ulpscope {

/// Outlier lines (rows or columns) of a matrix by their absolute maxima: those more than `deviations` scaled median
/// absolute deviations above the median. Infinite maxima always are outliers; NaN elements are left out of a maximum.
struct Outliers {
  double median = 0;
  double mad = 0;  ///< median |a - median|, times 1.4826 (a standard deviation where data are normal)
  double deviations = 6;
  double threshold = 0;                ///< median + deviations * mad; a line is an outlier if its maximum is above
  std::vector<std::uint64_t> indices;  ///< ascending
};

Outliers findOutliers(std::span<const float> absMaxima, double deviations = 6);

}  // namespace ulpscope
