// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_metrics.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>

#include "core/analysis/error_measurement.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::size_t kChunk = 65'536;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void inTurn(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t index = 0; index < count; ++index) work(index);
}

/// `measureOne(x, y, first, brackets, into)` does a chunk.
template <class Value, class MeasureOne>
ErrorMetrics measureHeld(std::span<const Value> x, std::span<const Value> y, std::size_t chunk,
                         const ForEachPiece& forEach, MeasureOne measureOne) {
  assert(x.size() == y.size() && chunk > 0 && chunk <= kChunk);
  ErrorSource source;
  source.chunks = divideRoundingUp(x.size(), chunk);
  source.measure = [&](std::size_t piece, const ErrorBrackets& brackets, std::span<ErrorChunk> into) {
    const std::size_t first = piece * chunk;
    const std::size_t size = std::min(chunk, x.size() - first);
    measureOne(x.subspan(first, size), y.subspan(first, size), first, brackets, into.front());
    return true;
  };
  return *measureErrors(source, forEach);
}

}  // namespace

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

std::size_t errorChunk(std::uint64_t columns) {
  if (columns == 0 || columns > kChunk) return kChunk;
  return static_cast<std::size_t>(std::bit_floor(kChunk / columns) * columns);
}

void ErrorAccumulator::add(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  constexpr double kAbove = std::numeric_limits<double>::infinity();  // nothing is kept
  ErrorChunk chunk;
  for (std::size_t begin = 0; begin < x.size(); begin += kChunk) {
    const std::size_t size = std::min(kChunk, x.size() - begin);
    measureChunk(x.subspan(begin, size), y.subspan(begin, size), m_position + begin,
                 {{kAbove, kAbove, kAbove}, {kAbove, kAbove, kAbove}}, chunk);
    m_sums.add(chunk.sums);
  }
  m_position += x.size();
}

ErrorMetrics ErrorAccumulator::metrics() const { return metricsOf(m_sums); }

ErrorMetrics measureError(std::span<const float> x, std::span<const float> y) {
  return measureHeld(x, y, kChunk, inTurn, measureChunk<float>);
}
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y) {
  return measureHeld(x, y, kChunk, inTurn, measureChunk<double>);
}
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y, const Backend& backend,
                          std::size_t chunk) {
  const ForEachPiece forEach = [&](std::size_t count, const std::function<void(std::size_t)>& work) {
    backend.forEach(count, work);
  };
  return measureHeld(x, y, chunk, forEach,
                     [&](auto in, auto out, std::uint64_t first, const ErrorBrackets& brackets, ErrorChunk& into) {
                       backend.measureErrors(in, out, first, brackets, into);
                     });
}

}  // namespace ulpscope
