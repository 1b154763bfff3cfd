// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

namespace ulpscope {

/// The `share` quantile (0 to 1), interpolated linearly between the two neighbouring order statistics as numpy.quantile
/// does by default. Exact; reorders `values`. NaN where there are none. Precondition: no NaN among them.
double quantile(std::span<double> values, double share);

/// `fraction` of the way from `below` to `above`, from the nearer end as numpy.quantile does, so that the result grows
/// with it; halves where the distance is beyond double. Precondition: below <= above, both finite, 0 <= fraction <= 1.
double interpolated(double below, double above, double fraction);

}  // namespace ulpscope
