// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/formats/nf4_values.h"

namespace ulpscope::kernels {

/// The float midpoint above value `code`.
constexpr float nf4Midpoint(unsigned code) { return (kNf4Values[code] + kNf4Values[code + 1]) / 2; }

/// The number of midpoints below r, by halving; NaN is above all. The table is in the code, not in memory: an index
/// that differs from thread to thread would be as many reads.
constexpr std::uint32_t nf4CodeOf(float r) {
  const auto above = [r](float midpoint) { return !(r <= midpoint); };
  const bool b3 = above(nf4Midpoint(7));
  const bool b2 = above(b3 ? nf4Midpoint(11) : nf4Midpoint(3));
  const float fourth = b3 ? (b2 ? nf4Midpoint(13) : nf4Midpoint(9)) : (b2 ? nf4Midpoint(5) : nf4Midpoint(1));
  const bool b1 = above(fourth);
  const float low = b2 ? (b1 ? nf4Midpoint(6) : nf4Midpoint(4)) : (b1 ? nf4Midpoint(2) : nf4Midpoint(0));
  const float high = b2 ? (b1 ? nf4Midpoint(14) : nf4Midpoint(12)) : (b1 ? nf4Midpoint(10) : nf4Midpoint(8));
  const bool b0 = above(b3 ? high : low);
  return (b3 ? 8U : 0U) | (b2 ? 4U : 0U) | (b1 ? 2U : 0U) | (b0 ? 1U : 0U);
}

}  // namespace ulpscope::kernels
