// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace ulpscope {

std::vector<double> linearEdges(double lower, double upper, std::size_t bins) {
  if (lower == upper) {
    lower -= 0.5;
    upper += 0.5;
  }
  const double step = (upper - lower) / static_cast<double>(bins);
  std::vector<double> edges(bins + 1);
  for (std::size_t i = 0; i < bins; ++i) edges[i] = lower + static_cast<double>(i) * step;
  edges[bins] = upper;
  return edges;
}

LinearBins::LinearBins(double lower, double upper, std::size_t bins) {
  m_histogram.edges = linearEdges(lower, upper, bins);
  m_histogram.counts.resize(bins);
}

void LinearBins::add(double value, std::uint64_t times) {
  const std::vector<double>& edges = m_histogram.edges;
  if (!std::isfinite(value)) return;
  if (value < edges.front()) {
    m_histogram.below += times;
    return;
  }
  if (value > edges.back()) {
    m_histogram.above += times;
    return;
  }
  // numpy.histogram's guess and its corrections by one bin, in the same order of operations.
  const std::size_t bins = m_histogram.counts.size();
  const double position = (value - edges.front()) / (edges.back() - edges.front()) * static_cast<double>(bins);
  std::size_t bin = std::min(static_cast<std::size_t>(position), bins - 1);
  if (value < edges[bin]) --bin;
  if (value >= edges[bin + 1] && bin != bins - 1) ++bin;
  m_histogram.counts[bin] += times;
}

int FoldedHistogram::exponentFor(double absMax) {
  int exponent = 0;
  std::frexp(absMax, &exponent);  // absMax in [2^(exponent - 1), 2^exponent), so 2^exponent is above; 0 gives 0
  return absMax == 0 ? kSmallestExponent : std::max(exponent, kSmallestExponent);
}

std::size_t FoldedHistogram::binOf(double value, int exponent) {
  const double scaled = std::ldexp(value, kHalfBinsLog2 - exponent);
  // A negative value can be so small that its scaled one underflows to zero; it still lies below zero.
  return value < 0 && scaled == 0 ? kBins / 2 - 1 : binAt(scaled);
}

void FoldedHistogram::raise(int larger) {
  assert(larger >= exponent);
  if (larger == exponent) return;
  const int shift = std::min(larger - exponent, 31);
  std::vector<std::uint64_t> folded(kBins);
  for (std::size_t i = 0; i < kBins; ++i) {
    const std::int64_t position = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(kBins / 2);
    folded[static_cast<std::size_t>((position >> shift) + static_cast<std::int64_t>(kBins / 2))] += counts[i];
  }
  counts = std::move(folded);
  exponent = larger;
}

void FoldedHistogram::merge(const FoldedHistogram& other) {
  raise(std::max(exponent, other.exponent));
  const int shift = std::min(exponent - other.exponent, 31);
  for (std::size_t i = 0; i < kBins; ++i) {
    const std::int64_t position = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(kBins / 2);
    counts[static_cast<std::size_t>((position >> shift) + static_cast<std::int64_t>(kBins / 2))] += other.counts[i];
  }
}

double FoldedHistogram::edge(std::size_t bin) const {
  const double position = static_cast<double>(bin) - static_cast<double>(kBins / 2);
  constexpr double kLargest = std::numeric_limits<double>::max();
  return std::clamp(std::ldexp(position, exponent - kHalfBinsLog2), -kLargest, kLargest);
}

double FoldedHistogram::lower() const { return edge(0); }
double FoldedHistogram::binWidth() const { return std::ldexp(1.0, exponent - kHalfBinsLog2); }

}  // namespace ulpscope
