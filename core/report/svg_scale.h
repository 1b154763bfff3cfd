// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/report/ticks.h"

namespace ulpscope {

/// One axis: data to pixels.
struct Scale {
  double lower = 0;
  double upper = 1;
  bool logarithmic = false;
  bool powersOfTwo = false;
  double pixelAtLower = 0;
  double pixelAtUpper = 1;

  bool shows(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
  double pixel(double value) const {
    const double share = logarithmic ? (std::log(value) - std::log(lower)) / (std::log(upper) - std::log(lower))
                                     : (value - lower) / (upper - lower);
    return pixelAtLower + share * (pixelAtUpper - pixelAtLower);
  }
  std::vector<Tick> ticks(std::size_t atMost) const {
    if (powersOfTwo) return powerOfTwoTicks(lower, upper, atMost);
    return logarithmic ? logarithmicTicks(lower, upper, atMost) : linearTicks(lower, upper, atMost);
  }
};

}  // namespace ulpscope
