// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ulpscope {

/// Bins [edges[i], edges[i+1]), the last one closed. `below` and `above` count finite values outside.
struct Histogram {
  std::vector<double> edges;  ///< counts.size() + 1, ascending
  std::vector<std::uint64_t> counts;
  std::uint64_t below = 0;
  std::uint64_t above = 0;
};

/// `bins` bins of equal width, edges computed as numpy.linspace does: lower + i * ((upper - lower) / bins), the last
/// one `upper` itself. If lower == upper, half a unit is added on both sides, as numpy.histogram does.
std::vector<double> linearEdges(double lower, double upper, std::size_t bins);

/// Counts values into equal bins exactly as numpy.histogram does with float64 values and an explicit range.
class LinearBins {
 public:
  /// Preconditions: lower <= upper, upper - lower is finite, bins > 0.
  LinearBins(double lower, double upper, std::size_t bins);
  /// Values that are not finite are left out.
  void add(double value, std::uint64_t times = 1);
  Histogram take() && { return std::move(m_histogram); }

 private:
  Histogram m_histogram;
};

/// A histogram that needs no range beforehand, for one pass over data of unknown scale: kBins equal bins over
/// [-2^exponent, 2^exponent). Raising the exponent adds neighbouring bins, so bins nest exactly and parts merge in any
/// order to the same result.
struct FoldedHistogram {
  static constexpr std::size_t kBins = 2048;
  static constexpr int kHalfBinsLog2 = 10;  ///< a bin is 2^(exponent - 10) wide
  static constexpr int kSmallestExponent = -126;

  int exponent = kSmallestExponent;
  std::vector<std::uint64_t> counts = std::vector<std::uint64_t>(kBins);

  /// The smallest exponent whose range holds +-absMax: 2^exponent > absMax. Precondition: absMax is finite.
  static int exponentFor(double absMax);
  /// floor(value * 2^(10 - exponent)) + 1024. Precondition: |value| < 2^exponent.
  static std::size_t binOf(double value, int exponent);
  /// The same of a value that was multiplied by scaleFor(exponent), exactly so for every float.
  static std::size_t binAt(double scaled) { return static_cast<std::size_t>(std::floor(scaled) + kBins / 2); }
  static double scaleFor(int exponent) { return std::ldexp(1.0, kHalfBinsLog2 - exponent); }
  /// Precondition: larger >= exponent.
  void raise(int larger);
  void merge(const FoldedHistogram& other);
  double edge(std::size_t bin) const;  ///< lower edge of `bin`, for kBins the upper end; within +-the largest double
  double lower() const;
  double binWidth() const;
};

/// One count per code of a format of up to 16 bits: a lossless summary for every element-wise question.
using CodeCounts = std::vector<std::uint64_t>;

}  // namespace ulpscope
