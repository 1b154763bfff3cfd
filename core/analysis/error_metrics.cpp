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

}  // namespace

/// `each` gets the magnitude of every error that is included.
template <class Value, class Each>
void ErrorAccumulator::addPieces(std::span<const Value> x, std::span<const Value> y, Each each) {
  assert(x.size() == y.size());
  for (std::size_t begin = 0; begin < x.size(); begin += kChunk) {
    Sums chunk;
    for (std::size_t i = begin; i < std::min(begin + kChunk, x.size()); ++i) {
      const double in = x[i];
      const double out = y[i];
      if (!std::isfinite(in) || !std::isfinite(out)) {
        ++m_metrics.excluded;
        continue;
      }
      const double error = out - in;
      chunk.error += error;
      chunk.squaredError += error * error;
      chunk.squaredX += in * in;
      chunk.squaredY += out * out;
      chunk.product += in * out;
      const double magnitude = std::fabs(error);
      if (m_metrics.included == 0 || magnitude > m_metrics.maxAbsoluteError) {
        m_metrics.maxAbsoluteError = magnitude;
        m_metrics.maxAt = m_position + i;
      }
      ++m_metrics.included;
      each(magnitude);
    }
    m_sums.error += chunk.error;
    m_sums.squaredError += chunk.squaredError;
    m_sums.squaredX += chunk.squaredX;
    m_sums.squaredY += chunk.squaredY;
    m_sums.product += chunk.product;
  }
  m_position += x.size();
}

void ErrorAccumulator::add(std::span<const double> x, std::span<const double> y) {
  addPieces(x, y, [](double) {});
}

ErrorMetrics ErrorAccumulator::metrics() const {
  if (m_metrics.included == 0) return nothingIncluded(m_metrics.excluded);
  ErrorMetrics metrics = m_metrics;
  metrics.meanSquaredError = m_sums.squaredError / static_cast<double>(metrics.included);
  metrics.rootMeanSquaredError = std::sqrt(metrics.meanSquaredError);
  metrics.relativeRmse = m_sums.squaredX > 0 ? std::sqrt(m_sums.squaredError / m_sums.squaredX) : kNan;
  metrics.signalToNoiseDb = m_sums.squaredError > 0 ? 10 * std::log10(m_sums.squaredX / m_sums.squaredError)
                                                    : std::numeric_limits<double>::infinity();
  metrics.meanError = m_sums.error / static_cast<double>(metrics.included);
  const double norms = std::sqrt(m_sums.squaredX) * std::sqrt(m_sums.squaredY);
  metrics.cosine = norms > 0 ? m_sums.product / norms : kNan;
  metrics.p50 = metrics.p95 = metrics.p999 = kNan;
  return metrics;
}

template <class Value>
ErrorMetrics measureAll(std::span<const Value> x, std::span<const Value> y) {
  ErrorAccumulator sums;
  std::vector<double> magnitudes;
  magnitudes.reserve(x.size());
  sums.addPieces(x, y, [&](double magnitude) { magnitudes.push_back(magnitude); });
  ErrorMetrics metrics = sums.metrics();
  if (metrics.included == 0) return metrics;
  metrics.p50 = quantile(magnitudes, 0.5);
  metrics.p95 = quantile(magnitudes, 0.95);
  metrics.p999 = quantile(magnitudes, 0.999);
  return metrics;
}

ErrorMetrics measureError(std::span<const float> x, std::span<const float> y) { return measureAll(x, y); }
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y) { return measureAll(x, y); }

}  // namespace ulpscope
