// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/analysis/error_chunk.h"

namespace ulpscope {

class Backend;

/// Errors of restored values y against inputs x; error = y - x, signed, in double. Pairs in which either is not finite
/// are left out and counted; without any pair left all numbers are NaN and maxAt, 0, says nothing. rms is over the
/// included inputs.
struct ErrorMetrics {
  std::uint64_t included = 0;
  std::uint64_t excluded = 0;
  double meanSquaredError = 0;
  double rootMeanSquaredError = 0;
  double relativeRmse = 0;     ///< rmse / rms(x); NaN where x is all zero
  double signalToNoiseDb = 0;  ///< 20 log10(||x|| / ||y - x||); infinity where there is no error
  double maxAbsoluteError = 0;
  std::uint64_t maxAt = 0;  ///< index of the first element with that error; of no meaning where included is 0
  double meanError = 0;     ///< bias
  double cosine = 0;        ///< x . y / (||x|| ||y||); NaN where either is zero
  double p50 = 0;           ///< percentiles of |error|, linearly interpolated (numpy's default), exact
  double p95 = 0;
  double p999 = 0;
};

/// What follows from sums; percentiles are NaN.
ErrorMetrics metricsOf(const ErrorSums& sums);

/// Elements of a chunk of a matrix: whole rows, a power of two of them, as many as fit into 65,536; less than a row
/// where rows are longer. The same matrix has the same chunks however it is cut by rows.
std::size_t errorChunk(std::uint64_t columns);

/// Sums in chunks of 65,536 as measureChunk() has them, added in index order. Precondition: x.size() == y.size().
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y);
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y);
/// On the threads of `backend`; the result does not depend on them. `chunk` elements at a time, at most 65,536.
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y, const Backend& backend,
                          std::size_t chunk = 65'536);

/// The same for arrays that are never held whole: pieces one after the other. Everything but the percentiles, which
/// are NaN.
class ErrorAccumulator {
 public:
  /// Precondition: x.size() == y.size(), a multiple of 65,536 but for the last piece.
  void add(std::span<const double> x, std::span<const double> y);
  ErrorMetrics metrics() const;

 private:
  ErrorSums m_sums;
  std::uint64_t m_position = 0;
};

}  // namespace ulpscope
