// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

namespace ulpscope {

/// Count, mean and central moment sums of finite values: m2 = sum (x - mean)^2, m3 and m4 alike. Parts are merged by
/// the pairwise formulas of Chan et al. and Pebay (SAND2008-6212), always in index order over fixed chunks, so that the
/// result does not depend on the number of threads.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double m2 = 0;
  double m3 = 0;
  double m4 = 0;

  void merge(const Moments& later);

  /// What a chunk's power sums are best shifted by: the middle one of its first, middle (index size / 2) and last
  /// value, with 0 in place of values that are not finite. Near the bulk of the data even where the chunk begins with
  /// an outlier, and equal to all values where they are equal.
  static double chunkShift(double first, double middle, double last);
  /// From power sums of (x - shift): s1 = sum d, s2 = sum d^2, ... Precondition: count > 0.
  static Moments fromShiftedSums(std::uint64_t count, double shift, double s1, double s2, double s3, double s4);
};

/// How many values of each kind; all but the finite ones are left out of every other number.
struct ValueCounts {
  std::uint64_t nan = 0;
  std::uint64_t positiveInfinity = 0;
  std::uint64_t negativeInfinity = 0;
  std::uint64_t zero = 0;       ///< of either sign
  std::uint64_t subnormal = 0;  ///< of the stored format

  void merge(const ValueCounts& other);
};

/// What `ulp inspect --statistics` and the window show. Over the finite values; NaN in min .. kurtosis means "there are
/// none", and kurtosis is NaN where all values are equal.
struct Statistics {
  std::uint64_t count = 0;  ///< all elements
  std::uint64_t finite = 0;
  ValueCounts kinds;
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double absMax = std::numeric_limits<double>::quiet_NaN();
  double mean = std::numeric_limits<double>::quiet_NaN();
  double standardDeviation = std::numeric_limits<double>::quiet_NaN();  ///< divides by n
  double kurtosis = std::numeric_limits<double>::quiet_NaN();           ///< m4 / m2^2 - 3 with moments that divide by n
};

Statistics makeStatistics(std::uint64_t count, const ValueCounts& kinds, const Moments& moments, double min,
                          double max);

}  // namespace ulpscope
