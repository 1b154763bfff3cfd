// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <utility>

namespace ulpscope {

/// The `share` quantile (0 to 1), interpolated linearly between the two neighbouring order statistics as numpy.quantile
/// does by default. Exact; reorders `values`. NaN where there are none. Precondition: no NaN among them.
double quantile(std::span<double> values, double share);

/// The value with `rank` smaller ones before it in ascending order, and the next one (the same again where there is
/// none). Keeps the order of `values`, a copy of a small part of which is sorted. Preconditions: rank < values.size(),
/// all are finite.
std::pair<double, double> neighboursAt(std::span<const double> values, std::size_t rank);

/// `fraction` of the way from `below` to `above`, from the nearer end as numpy.quantile does, so that the result grows
/// with it; halves where the distance is beyond double. Precondition: below <= above, both finite, 0 <= fraction <= 1.
double interpolated(double below, double above, double fraction);

}  // namespace ulpscope
