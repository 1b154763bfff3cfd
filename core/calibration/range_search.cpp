// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/range_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ulpscope {
namespace {

constexpr std::size_t kFirstBin = 128;  ///< fewest bins of a range that is tried
constexpr double kQuantileStep = 1e-5;

RangeHistogram counted(std::span<const float> values, double low, double high, bool magnitudes) {
  RangeHistogram histogram{low, high, std::vector<double>(kRangeBins)};
  if (!(high > low)) {
    histogram.counts[0] = static_cast<double>(values.size());
    return histogram;
  }
  const double perUnit = static_cast<double>(kRangeBins) / (high - low);
  for (const float value : values) {
    const double x = magnitudes ? std::fabs(double{value}) : double{value};
    const auto bin = static_cast<std::size_t>((x - low) * perUnit);
    histogram.counts[std::min(bin, kRangeBins - 1)] += 1;
  }
  return histogram;
}

/// The step that bin `bin` of `bins` is in, of `levels`: the last of the edges j * (bins / levels) that is not above
/// it.
class Steps {
 public:
  Steps(std::size_t bins, std::size_t levels) : m_width(static_cast<double>(bins) / static_cast<double>(levels)) {}
  std::size_t of(std::size_t bin) {
    while (static_cast<double>(m_step + 1) * m_width <= static_cast<double>(bin)) ++m_step;
    return m_step;
  }

 private:
  double m_width;
  std::size_t m_step = 0;
};

/// Of the counts below `end`, those beyond it added to the last, from their means over the steps.
double divergence(const std::vector<double>& counts, std::size_t end, std::size_t levels) {
  std::vector<double> sums(levels), members(levels);
  std::vector<std::size_t> stepOf(end);
  Steps steps(end, levels);
  for (std::size_t bin = 0; bin < end; ++bin) {
    stepOf[bin] = std::min(steps.of(bin), levels - 1);
    if (counts[bin] == 0) continue;
    sums[stepOf[bin]] += counts[bin];
    members[stepOf[bin]] += 1;
  }
  const double beyond = std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(end), counts.end(), 0.0);
  const double within = std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
  double sum = 0;
  for (std::size_t bin = 0; bin < end; ++bin) {
    const double was = counts[bin] + (bin + 1 == end ? beyond : 0);
    if (was == 0) continue;
    if (counts[bin] == 0) return std::numeric_limits<double>::infinity();
    const double becomes = sums[stepOf[bin]] / members[stepOf[bin]];
    const double p = was / (within + beyond);
    sum += p * std::log(p / (becomes / within));
  }
  return sum;
}

/// The squared error where bins [first, last] are cut into `levels` steps, each bin evenly filled.
double squaredError(const RangeHistogram& histogram, std::size_t first, std::size_t last, std::size_t levels) {
  const double bin = histogram.binWidth();
  const double step = bin * static_cast<double>(last - first + 1) / static_cast<double>(levels);
  if (step == 0) return 0;
  const auto stepOf = [&](double x) { return std::clamp(std::floor(x / step), 0.0, static_cast<double>(levels - 1)); };
  const auto cubes = [](double begin, double end) { return (end * end * end - begin * begin * begin) / 3; };
  double sum = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double begin = (static_cast<double>(i) - static_cast<double>(first)) * bin;
    const double end = begin + bin;
    const double stepOfBegin = stepOf(begin), stepOfEnd = stepOf(end);
    double norm = cubes(begin - (stepOfBegin + 0.5) * step, step / 2);
    norm += (stepOfEnd - stepOfBegin - 1) * cubes(-step / 2, step / 2);
    norm += cubes(-step / 2, end - (stepOfEnd + 0.5) * step);
    sum += histogram.counts[i] / bin * norm;
  }
  return sum;
}

}  // namespace

RangeHistogram RangeHistogram::ofMagnitudes(std::span<const float> values) {
  float largest = 0;
  for (const float x : values) largest = std::max(largest, std::fabs(x));
  return counted(values, 0, double{largest}, true);
}

RangeHistogram RangeHistogram::of(std::span<const float> values) {
  if (values.empty()) return counted(values, 0, 0, false);
  const auto [least, most] = std::ranges::minmax(values);
  return counted(values, double{least}, double{most}, false);
}

double entropyRange(const RangeHistogram& magnitudes, std::size_t levels) {
  std::vector<double> counts = magnitudes.counts;
  counts[0] = counts[1];
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = counts.size();
  for (std::size_t end = kFirstBin; end <= counts.size(); ++end) {
    const double found = divergence(counts, end, levels);
    if (found > least) continue;
    least = found;
    best = end;
  }
  return magnitudes.low + magnitudes.binWidth() * static_cast<double>(best);
}

double squaredErrorRange(const RangeHistogram& magnitudes, float largest) {
  const std::size_t bins = magnitudes.counts.size();
  std::vector<float> centres(bins);
  for (std::size_t i = 0; i < bins; ++i)
    centres[i] = static_cast<float>(magnitudes.low + magnitudes.binWidth() * (static_cast<double>(i) + 0.5));
  double least = std::numeric_limits<double>::infinity();
  float best = centres.back();
  for (std::size_t tried = kFirstBin; tried < bins; ++tried) {
    const float scale = largest / centres[tried];
    double sum = 0;
    for (std::size_t i = 0; i < bins; ++i) {
      const float error = std::min(std::rint(centres[i] * scale), largest) / scale - centres[i];
      sum += magnitudes.counts[i] * double{error} * double{error};
    }
    if (sum < least) {
      least = sum;
      best = centres[tried];
    }
  }
  return double{best};
}

Bounds leastErrorBounds(const RangeHistogram& histogram, std::size_t levels) {
  std::vector<double> sums(histogram.counts.size());
  std::partial_sum(histogram.counts.begin(), histogram.counts.end(), sums.begin());
  const double total = sums.back();
  double lowShare = 0, highShare = 1, least = std::numeric_limits<double>::infinity();
  std::size_t first = 0, last = sums.size() - 1;
  while (lowShare < highShare) {
    std::size_t l = first, r = last;
    while (l < last && sums[l] < (lowShare + kQuantileStep) * total) ++l;
    while (r > first && sums[r] > (highShare - kQuantileStep) * total) --r;
    std::size_t nextFirst = first, nextLast = last;
    if (l - first > last - r) {
      nextFirst = l;
      lowShare += kQuantileStep;
    } else {
      nextLast = r;
      highShare -= kQuantileStep;
    }
    if (nextFirst == first && nextLast == last) continue;
    const double error = squaredError(histogram, nextFirst, nextLast, levels);
    if (error > least) break;
    least = error;
    first = nextFirst;
    last = nextLast;
  }
  const double width = histogram.binWidth();
  return {histogram.low + width * static_cast<double>(first), histogram.low + width * static_cast<double>(last + 1)};
}

}  // namespace ulpscope
