// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"

namespace ulpscope {

void ProfileAccumulator::merge(const ProfileAccumulator& later) {
  moments.merge(later.moments);
  kinds.merge(later.kinds);
  min = std::min(min, later.min);
  max = std::max(max, later.max);
  histogram.merge(later.histogram);
}

float ProfileAccumulator::chunkShift(std::span<const float> chunk) {
  const auto finiteOrZero = [](float value) { return std::isfinite(value) ? value : 0.0f; };
  const float first = finiteOrZero(chunk.front());
  const float middle = finiteOrZero(chunk[chunk.size() / 2]);
  const float last = finiteOrZero(chunk.back());
  return std::max(std::min(first, middle), std::min(std::max(first, middle), last));
}

}  // namespace ulpscope
