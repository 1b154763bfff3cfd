// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

class Backend;

/// The error of all but the largest inputs: where outliers are, they are most of the signal, and the signal-to-noise
/// ratio of the whole says little about the rest.
struct BulkError {
  static constexpr double kShare = 0.999;
  float threshold = 0;              ///< the smallest |x| that at least kShare of the included |x| do not exceed
  std::uint64_t elements = 0;       ///< pairs whose |x| does not exceed it
  double rootMeanSquaredError = 0;  ///< of those; NaN without any
};

/// Pairs in which either is not finite are left out. Sums in double, of 65,536 pairs each in order, which are added in
/// order, whatever the threads. Precondition: x.size() == y.size().
BulkError measureBulkError(std::span<const float> x, std::span<const float> y, const Backend& backend);

}  // namespace ulpscope
