// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ulpscope {

struct TensorProfile;

/// Outlier lines (rows or columns) of a matrix by their absolute maxima: those more than `deviations` scaled median
/// absolute deviations above the median. Infinite maxima always are outliers; NaN elements are left out of a maximum.
struct Outliers {
  double median = 0;
  double mad = 0;  ///< scaled MAD: median |a - median| times 1.4826 (a standard deviation where data are normal)
  double deviations = 6;
  double threshold = 0;                ///< median + deviations * mad; a line is an outlier if its maximum is above
  std::vector<std::uint64_t> indices;  ///< ascending
};

Outliers findOutliers(std::span<const float> absMaxima, double deviations = 6);

/// The outlier columns (rows) of a profiled tensor. Where one of its finite values is beyond float's range, a maximum
/// may be infinite without being an outlier: then none is called, median and mad are NaN, the threshold is infinite.
Outliers columnOutliers(const TensorProfile& profile, double deviations = 6);
Outliers rowOutliers(const TensorProfile& profile, double deviations = 6);

}  // namespace ulpscope
