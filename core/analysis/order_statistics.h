// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

namespace ulpscope {

/// The `share` quantile (0 to 1), interpolated linearly between the two neighbouring order statistics as numpy.quantile
/// does by default. Exact; reorders `values`. NaN where there are none. Precondition: no NaN among them.
double quantile(std::span<double> values, double share);

}  // namespace ulpscope
