// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_metrics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>

#include "core/analysis/order_statistics.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::size_t kChunk = 65'536;
/// Chunks that one thread is given at once: what it counts is merged once for all of them.
constexpr std::size_t kChunksAtOnce = 32;
constexpr std::array kShares = {0.5, 0.95, 0.999};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;

void inTurn(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t index = 0; index < count; ++index) work(index);
}

bool isIncluded(double x, double y) { return std::isfinite(x) && std::isfinite(y); }

/// Magnitudes by their leading bits as float32, which keep their order: bins 1/256 of a value wide. Zeros, of which
/// there may be very many, have a bin of their own.
constexpr std::size_t kBins = (std::size_t{1} << 16) + 1;
std::size_t binOf(double magnitude) {
  return magnitude == 0 ? 0 : 1 + (std::bit_cast<std::uint32_t>(static_cast<float>(magnitude)) >> 15);
}

/// `each` gets the magnitude of every error that is included.
template <class Value, class Each>
ErrorSums sumsOf(std::span<const Value> x, std::span<const Value> y, std::uint64_t first, Each each) {
  ErrorSums sums;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double in = x[i];
    const double out = y[i];
    if (!isIncluded(in, out)) {
      ++sums.excluded;
      continue;
    }
    const double error = out - in;
    sums.error += error;
    sums.squaredError += error * error;
    sums.squaredX += in * in;
    sums.squaredY += out * out;
    sums.product += in * out;
    const double magnitude = std::fabs(error);
    if (sums.included == 0 || magnitude > sums.maxAbsoluteError) {
      sums.maxAbsoluteError = magnitude;
      sums.maxAt = first + i;
    }
    ++sums.included;
    each(magnitude);
  }
  return sums;
}

ErrorMetrics metricsOf(const ErrorSums& sums) {
  ErrorMetrics metrics{.included = sums.included,
                       .excluded = sums.excluded,
                       .meanSquaredError = kNan,
                       .rootMeanSquaredError = kNan,
                       .relativeRmse = kNan,
                       .signalToNoiseDb = kNan,
                       .maxAbsoluteError = kNan,
                       .meanError = kNan,
                       .cosine = kNan,
                       .p50 = kNan,
                       .p95 = kNan,
                       .p999 = kNan};
  if (sums.included == 0) return metrics;
  const auto included = static_cast<double>(sums.included);
  metrics.meanSquaredError = sums.squaredError / included;
  metrics.rootMeanSquaredError = std::sqrt(metrics.meanSquaredError);
  if (sums.squaredX > 0) metrics.relativeRmse = std::sqrt(sums.squaredError / sums.squaredX);
  metrics.signalToNoiseDb = sums.squaredError > 0 ? 10 * std::log10(sums.squaredX / sums.squaredError)
                                                  : std::numeric_limits<double>::infinity();
  metrics.maxAbsoluteError = sums.maxAbsoluteError;
  metrics.maxAt = sums.maxAt;
  metrics.meanError = sums.error / included;
  const double norms = std::sqrt(sums.squaredX) * std::sqrt(sums.squaredY);
  if (norms > 0) metrics.cosine = sums.product / norms;
  return metrics;
}

/// Both arrays in chunks, twice: for the sums and how many errors there are of each size, then for the few that stand
/// around the percentiles.
template <class Value>
class ErrorMeasurement {
 public:
  ErrorMeasurement(std::span<const Value> x, std::span<const Value> y, ForEach forEach)
      : m_x(x),
        m_y(y),
        m_forEach(std::move(forEach)),
        m_chunks(divideRoundingUp(x.size(), kChunk)),
        m_parts(divideRoundingUp(m_chunks, kChunksAtOnce)) {
    assert(x.size() == y.size());
  }

  ErrorMetrics run() {
    ErrorMetrics metrics = metricsOf(sum());
    if (metrics.included == 0) return metrics;
    std::array<double, kShares.size()> percentiles = {};
    for (std::size_t i = 0; i < kShares.size(); ++i) locate(kShares[i], metrics.included);
    collect();
    for (std::size_t i = 0; i < kShares.size(); ++i) percentiles[i] = percentile(kShares[i], metrics.included);
    metrics.p50 = percentiles[0];
    metrics.p95 = percentiles[1];
    metrics.p999 = percentiles[2];
    return metrics;
  }

 private:
  /// `work(chunk, x, y)` for the chunks of a part.
  template <class Work>
  void eachChunk(std::size_t part, Work work) const {
    const std::size_t end = std::min(m_chunks, (part + 1) * kChunksAtOnce);
    for (std::size_t chunk = part * kChunksAtOnce; chunk < end; ++chunk) {
      const std::size_t size = std::min(kChunk, m_x.size() - chunk * kChunk);
      work(chunk, m_x.subspan(chunk * kChunk, size), m_y.subspan(chunk * kChunk, size));
    }
  }

  ErrorSums sum() {
    std::vector<ErrorSums> sums(m_chunks);
    m_counts.assign(kBins, 0);
    m_forEach(m_parts, [&](std::size_t part) {
      std::vector<std::uint32_t> counts(kBins);
      eachChunk(part, [&](std::size_t chunk, std::span<const Value> x, std::span<const Value> y) {
        sums[chunk] = sumsOf(x, y, chunk * kChunk, [&](double magnitude) { ++counts[binOf(magnitude)]; });
      });
      const std::scoped_lock lock(m_mutex);
      for (std::size_t bin = 0; bin < kBins; ++bin) m_counts[bin] += counts[bin];
    });
    ErrorSums all;
    for (const ErrorSums& chunk : sums) all.add(chunk);
    return all;
  }

  /// The bins of the two order statistics around a share are wanted.
  void locate(double share, std::uint64_t count) {
    const auto below = static_cast<std::uint64_t>(std::floor(share * static_cast<double>(count - 1)));
    if (m_wanted.empty()) m_wanted.assign(kBins, false);
    for (const std::uint64_t rank : {below, std::min(below + 1, count - 1)}) {
      std::uint64_t before = 0;
      std::size_t bin = 0;
      while (before + m_counts[bin] <= rank) before += m_counts[bin++];
      m_wanted[bin] = true;
    }
    m_wanted[0] = false;  // all zeros: nothing to collect
  }

  void collect() {
    m_forEach(m_parts, [&](std::size_t part) {
      std::vector<double> found;
      eachChunk(part, [&](std::size_t, std::span<const Value> x, std::span<const Value> y) {
        for (std::size_t i = 0; i < x.size(); ++i) {
          const double in = x[i];
          const double out = y[i];
          const double magnitude = std::fabs(out - in);
          if (isIncluded(in, out) && m_wanted[binOf(magnitude)]) found.push_back(magnitude);
        }
      });
      const std::scoped_lock lock(m_mutex);
      m_found.insert(m_found.end(), found.begin(), found.end());
    });
    std::ranges::sort(m_found);
  }

  /// The order statistic of this rank: its bin was collected.
  double ranked(std::uint64_t rank) const {
    if (rank < m_counts[0]) return 0;
    std::uint64_t left = m_counts[0];  // smaller errors that were not collected
    std::uint64_t kept = 0;            // and those that were
    for (std::size_t bin = 1; left + kept + m_counts[bin] <= rank; ++bin)
      (m_wanted[bin] ? kept : left) += m_counts[bin];
    return m_found[rank - left];
  }

  double percentile(double share, std::uint64_t count) const {
    const double position = share * static_cast<double>(count - 1);
    const double whole = std::floor(position);
    const auto rank = static_cast<std::uint64_t>(whole);
    const double below = ranked(rank);
    if (position == whole || rank + 1 == count) return below;
    return interpolated(below, ranked(rank + 1), position - whole);
  }

  std::span<const Value> m_x;
  std::span<const Value> m_y;
  ForEach m_forEach;
  std::size_t m_chunks;
  std::size_t m_parts;
  std::mutex m_mutex;
  std::vector<std::uint64_t> m_counts;
  std::vector<bool> m_wanted;
  std::vector<double> m_found;
};

}  // namespace

void ErrorSums::add(const ErrorSums& later) {
  error += later.error;
  squaredError += later.squaredError;
  squaredX += later.squaredX;
  squaredY += later.squaredY;
  product += later.product;
  if (later.included > 0 && (included == 0 || later.maxAbsoluteError > maxAbsoluteError)) {
    maxAbsoluteError = later.maxAbsoluteError;
    maxAt = later.maxAt;
  }
  included += later.included;
  excluded += later.excluded;
}

void ErrorAccumulator::add(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  for (std::size_t begin = 0; begin < x.size(); begin += kChunk) {
    const std::size_t size = std::min(kChunk, x.size() - begin);
    m_sums.add(sumsOf(x.subspan(begin, size), y.subspan(begin, size), m_position + begin, [](double) {}));
  }
  m_position += x.size();
}

ErrorMetrics ErrorAccumulator::metrics() const { return metricsOf(m_sums); }

ErrorMetrics measureError(std::span<const float> x, std::span<const float> y) {
  return ErrorMeasurement(x, y, inTurn).run();
}
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y) {
  return ErrorMeasurement(x, y, inTurn).run();
}
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y, const Backend& backend) {
  return ErrorMeasurement(
             x, y,
             [&](std::size_t count, const std::function<void(std::size_t)>& work) { backend.forEach(count, work); })
      .run();
}

}  // namespace ulpscope
