// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace ulpscope {

inline constexpr std::size_t kRangeBins = 2048;

/// Counts of equal bins from `low` to `high`; a value at an inner edge is in the upper bin.
struct RangeHistogram {
  double low = 0;
  double high = 0;
  std::vector<double> counts;

  double binWidth() const { return (high - low) / static_cast<double>(counts.size()); }
  static RangeHistogram ofMagnitudes(std::span<const float> values);
  static RangeHistogram of(std::span<const float> values);
};

/// The range [0, answer] of magnitudes whose counts, spread evenly over `levels` steps, diverge least from what they
/// were (Kullback-Leibler), with those beyond the range counted in its last bin. Ranges of fewer than 128 bins are not
/// tried; the first bin counts as the second one does; of equal divergences the widest range is taken. What
/// ModelOpt 0.47.0's `_compute_amax_entropy` does.
double entropyRange(const RangeHistogram& magnitudes, std::size_t levels);

/// The centre of the bin, from the 128th on, that gives the least sum of squared errors of the centres of all bins,
/// each as often as it was counted, rounded to `largest` steps and clipped. ModelOpt's `_compute_amax_mse`, in float32.
double squaredErrorRange(const RangeHistogram& magnitudes, float largest);

struct Bounds {
  double low;
  double high;
};
/// torch's HistogramObserver, `_non_linear_param_search`: quantiles of 1e-5 are taken off at the end that has more
/// empty room, as long as the squared error over `levels` steps does not rise.
Bounds leastErrorBounds(const RangeHistogram& histogram, std::size_t levels);

}  // namespace ulpscope
