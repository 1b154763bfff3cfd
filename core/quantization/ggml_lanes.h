// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstddef>

#include "core/quantization/ggml_numbers.h"

namespace ulpscope::ggml {

/// Four candidates or parts, each with its own chain of operations: the sums of one are never mixed with another's, so
/// their order is that of the scalar code.
using Lanes = float __attribute__((vector_size(16)));
using LaneMask = int __attribute__((vector_size(16)));
constexpr std::size_t kLanes = 4;

inline Lanes allLanes(float x) { return Lanes{x, x, x, x}; }
inline Lanes smaller(Lanes a, Lanes b) { return a < b ? a : b; }
inline Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }
inline Lanes magnitude(Lanes x) { return x < 0 ? -x : x; }
inline bool everyLane(LaneMask mask) { return (mask[0] & mask[1] & mask[2] & mask[3]) != 0; }

/// nearestInt() of each lane. kInRange: all are known to be of at most 2^22.
template <bool kInRange>
Lanes nearestLanes(Lanes x) {
  if constexpr (kInRange) {
    const Lanes large = allLanes(12582912.0f);
    return (x + large) - large;
  } else {
    Lanes whole{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) whole[lane] = static_cast<float>(nearestInt(x[lane]));
    return whole;
  }
}

}  // namespace ulpscope::ggml
