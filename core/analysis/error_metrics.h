// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

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

/// Sums in fixed chunks of 65,536, added in index order. Precondition: x.size() == y.size().
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y);
ErrorMetrics measureError(std::span<const double> x, std::span<const double> y);
/// The same to the bit, on the threads of `backend`.
ErrorMetrics measureError(std::span<const float> x, std::span<const float> y, const Backend& backend);

/// Of pairs in index order.
struct ErrorSums {
  double error = 0;
  double squaredError = 0;
  double squaredX = 0;
  double squaredY = 0;
  double product = 0;
  std::uint64_t included = 0;
  std::uint64_t excluded = 0;
  double maxAbsoluteError = 0;
  std::uint64_t maxAt = 0;  ///< the first of them; of no meaning where included is 0

  /// Adds those of the pairs that follow.
  void add(const ErrorSums& later);
};

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
