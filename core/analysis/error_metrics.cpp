// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/analysis/order_statistics.h"

namespace ulpscope {
namespace {

constexpr std::size_t kChunk = 65'536;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Sums {
  double error = 0;
  double squaredError = 0;
  double squaredX = 0;
  double squaredY = 0;
  double product = 0;

  void add(double x, double y) {
    const double e = y - x;
    error += e;
    squaredError += e * e;
    squaredX += x * x;
    squaredY += y * y;
    product += x * y;
  }
  void merge(const Sums& later) {
    error += later.error;
    squaredError += later.squaredError;
    squaredX += later.squaredX;
    squaredY += later.squaredY;
    product += later.product;
  }
};

void setRatios(const Sums& sums, ErrorMetrics& metrics) {
  const double n = static_cast<double>(metrics.included);
  metrics.meanSquaredError = sums.squaredError / n;
  metrics.rootMeanSquaredError = std::sqrt(metrics.meanSquaredError);
  metrics.relativeRmse = sums.squaredX > 0 ? std::sqrt(sums.squaredError / sums.squaredX) : kNan;
  metrics.signalToNoiseDb = sums.squaredError > 0 ? 10 * std::log10(sums.squaredX / sums.squaredError)
                                                  : std::numeric_limits<double>::infinity();
  metrics.meanError = sums.error / n;
  const double norms = std::sqrt(sums.squaredX) * std::sqrt(sums.squaredY);
  metrics.cosine = norms > 0 ? sums.product / norms : kNan;
}

/// All numbers of no pairs at all.
ErrorMetrics nothingIncluded(std::uint64_t excluded) {
  return {.excluded = excluded,
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
}

template <class Value>
ErrorMetrics measure(std::span<const Value> x, std::span<const Value> y) {
  assert(x.size() == y.size());
  ErrorMetrics metrics;
  Sums total;
  std::vector<double> magnitudes;
  magnitudes.reserve(x.size());
  for (std::size_t begin = 0; begin < x.size(); begin += kChunk) {
    Sums chunk;
    for (std::size_t i = begin; i < std::min(begin + kChunk, x.size()); ++i) {
      const double in = x[i];
      const double out = y[i];
      if (!std::isfinite(in) || !std::isfinite(out)) {
        ++metrics.excluded;
        continue;
      }
      chunk.add(in, out);
      const double magnitude = std::fabs(out - in);
      if (magnitudes.empty() || magnitude > metrics.maxAbsoluteError) {
        metrics.maxAbsoluteError = magnitude;
        metrics.maxAt = i;
      }
      magnitudes.push_back(magnitude);
    }
    total.merge(chunk);
  }
  metrics.included = magnitudes.size();
  if (metrics.included == 0) return nothingIncluded(metrics.excluded);
  setRatios(total, metrics);
  metrics.p50 = quantile(magnitudes, 0.5);
  metrics.p95 = quantile(magnitudes, 0.95);
  metrics.p999 = quantile(magnitudes, 0.999);
  return metrics;
}

}  // namespace

ErrorMetrics measureError(std::span<const float> x, std::span<const float> y) { return measure(x, y); }
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y) { return measure(x, y); }

}  // namespace ulpscope
