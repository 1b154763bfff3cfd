// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
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

/// A histogram that needs no range beforehand, for one pass over data of unknown scale: kBins equal bins over
/// [-2^exponent, 2^exponent). Raising the exponent adds neighbouring bins, so bins nest exactly and parts merge in any
/// order to the same result.
struct FoldedHistogram {
  static constexpr std::size_t kBins = 2048;
  static constexpr int kSmallestExponent = -126;

  int exponent = kSmallestExponent;
  std::vector<std::uint64_t> counts = std::vector<std::uint64_t>(kBins);

  /// The smallest exponent whose range holds +-absMax: 2^exponent > absMax.
  static int exponentFor(float absMax);
  /// Precondition: larger >= exponent.
  void raise(int larger);
  void merge(const FoldedHistogram& other);
  double lower() const;
  double binWidth() const;
  Histogram toHistogram() const;  ///< with the empty bins at both ends left out
};

/// One count per code of a format of up to 16 bits: a lossless summary for every element-wise question.
using CodeCounts = std::vector<std::uint64_t>;

}  // namespace ulpscope
