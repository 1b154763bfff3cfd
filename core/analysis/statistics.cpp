// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/statistics.h"

#include <algorithm>
#include <cmath>

namespace ulpscope {
namespace {

/// Rounding may take an even moment of nearly equal values below zero. NaN, of sums that overflowed, stays NaN.
double notBelowZero(double moment) { return moment < 0 ? 0 : moment; }

}  // namespace

void Moments::merge(const Moments& later) {
  if (later.count == 0) return;
  if (count == 0) {
    *this = later;
    return;
  }
  const double a = static_cast<double>(count);
  const double b = static_cast<double>(later.count);
  const double n = a + b;
  const double delta = later.mean - mean;
  const double step = delta / n;  // keeps delta^k / n^(k - 1) from overflowing before it is divided
  const double weight = delta * step * a * b;

  m4 += later.m4 + weight * step * step * (a * a - a * b + b * b) + 6 * step * step * (a * a * later.m2 + b * b * m2) +
        4 * step * (a * later.m3 - b * m3);
  m3 += later.m3 + weight * step * (a - b) + 3 * step * (a * later.m2 - b * m2);
  m2 += later.m2 + weight;
  mean += step * b;
  count += later.count;
}

double Moments::chunkShift(double first, double middle, double last) {
  const auto finiteOrZero = [](double value) { return std::isfinite(value) ? value : 0.0; };
  const double a = finiteOrZero(first);
  const double b = finiteOrZero(middle);
  return std::max(std::min(a, b), std::min(std::max(a, b), finiteOrZero(last)));
}

Moments Moments::fromShiftedSums(std::uint64_t count, double shift, double s1, double s2, double s3, double s4) {
  const double n = static_cast<double>(count);
  const double d = s1 / n;  // mean - shift
  return {.count = count,
          .mean = shift + d,
          .m2 = notBelowZero(s2 - d * s1),
          .m3 = s3 - 3 * d * s2 + 2 * d * d * s1,
          .m4 = notBelowZero(s4 - 4 * d * s3 + 6 * d * d * s2 - 3 * d * d * d * s1)};
}

void ValueCounts::merge(const ValueCounts& other) {
  nan += other.nan;
  positiveInfinity += other.positiveInfinity;
  negativeInfinity += other.negativeInfinity;
  zero += other.zero;
  subnormal += other.subnormal;
}

Statistics makeStatistics(std::uint64_t count, const ValueCounts& kinds, const Moments& moments, double min,
                          double max) {
  Statistics statistics{.count = count, .finite = moments.count, .kinds = kinds};
  if (moments.count == 0) return statistics;
  const double n = static_cast<double>(moments.count);
  statistics.min = min;
  statistics.max = max;
  statistics.absMax = std::max(std::fabs(min), std::fabs(max));
  statistics.mean = moments.mean;
  statistics.standardDeviation = std::sqrt(moments.m2 / n);
  if (moments.m2 > 0) statistics.kurtosis = n * (moments.m4 / moments.m2 / moments.m2) - 3;
  return statistics;
}

}  // namespace ulpscope
