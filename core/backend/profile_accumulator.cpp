// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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
  return static_cast<float>(Moments::chunkShift(chunk.front(), chunk[chunk.size() / 2], chunk.back()));
}

}  // namespace ulpscope
