// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/order_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace ulpscope {

double interpolated(double below, double above, double fraction) {
  if (fraction == 0) return below;
  const double step = above - below;
  if (!std::isfinite(step)) return below * (1 - fraction) + above * fraction;
  return fraction >= 0.5 ? above - step * (1 - fraction) : below + step * fraction;
}

std::pair<double, double> neighboursAt(std::span<const double> values, std::size_t rank) {
  constexpr std::size_t kFew = 4096;
  constexpr std::size_t kBins = 1024;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> part;
  double next = kInfinity;  // the least value above those that are left
  while (values.size() > kFew) {
    const auto ends = std::ranges::minmax(values);
    const double least = ends.min;
    const double largest = ends.max;
    if (least == largest) break;
    // Halves, as the distance may be beyond double; any function that never falls would do.
    const double scale = static_cast<double>(kBins - 1) / (largest / 2 - least / 2);
    const auto binOf = [&](double value) {
      return std::min(kBins - 1, static_cast<std::size_t>((value / 2 - least / 2) * scale));
    };
    if (!std::isfinite(scale)) break;
    std::array<std::size_t, kBins> counts{};
    for (const double value : values) ++counts[binOf(value)];
    std::size_t bin = 0;
    for (; counts[bin] <= rank; ++bin) rank -= counts[bin];
    std::vector<double> left;
    left.reserve(counts[bin]);
    for (const double value : values) {
      const std::size_t at = binOf(value);
      if (at == bin) left.push_back(value);
      if (at > bin) next = std::min(next, value);
    }
    const bool isSame = left.size() == values.size();
    part = std::move(left);
    values = part;
    if (isSame) break;
  }
  if (part.empty()) part.assign(values.begin(), values.end());
  const auto at = part.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(part.begin(), at, part.end());
  const double value = *at;
  if (rank + 1 < part.size()) next = *std::min_element(at + 1, part.end());
  return {value, next == kInfinity ? value : next};
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
