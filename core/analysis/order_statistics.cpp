// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/order_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace ulpscope {

double interpolated(double below, double above, double fraction) {
  if (fraction == 0) return below;
  const double step = above - below;
  if (!std::isfinite(step)) return below * (1 - fraction) + above * fraction;
  return fraction >= 0.5 ? above - step * (1 - fraction) : below + step * fraction;
}

double quantile(std::span<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = share * static_cast<double>(values.size() - 1);
  const double whole = std::floor(position);
  const auto index = static_cast<std::ptrdiff_t>(whole);
  std::nth_element(values.begin(), values.begin() + index, values.end());
  const double below = values[static_cast<std::size_t>(index)];
  const double fraction = position - whole;
  if (fraction == 0 || static_cast<std::size_t>(index) + 1 == values.size()) return below;
  const double above = *std::min_element(values.begin() + index + 1, values.end());
  return interpolated(below, above, fraction);
}

}  // namespace ulpscope
