// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <limits>

#include "core/analysis/tensor_profile.h"

namespace ulpscope {

/// Beyond which a value of a tensor is far out: `deviations` scaled median absolute deviations from the median of its
/// finite values, as findOutliers() has it for columns.
struct ValueFences {
  double median = std::numeric_limits<double>::quiet_NaN();
  double mad = 0;  ///< scaled by 1.4826; 0 where half of the values or more are equal: then nothing is far out
  double deviations = 6;

  double lower() const { return mad > 0 ? median - deviations * mad : -std::numeric_limits<double>::infinity(); }
  double upper() const { return mad > 0 ? median + deviations * mad : std::numeric_limits<double>::infinity(); }
};

/// From the code counts exactly, else from the folded histogram: of values that lie evenly in their bins, so that both
/// numbers are exact to the width of one, and mad is at least half of it.
ValueFences valueFences(const TensorSource& source, const TensorProfile& profile, double deviations = 6);

}  // namespace ulpscope
