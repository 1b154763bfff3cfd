// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/profile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/profile.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "kernels/cpu/whole_numbers.inl.h"

// Two passes over a chunk, the second from the cache. The first finds the range, which the histogram needs, and a value
// near the mean, from which the second takes the power sums: with s the shift, n (s - mean)^2 <= c m2 costs log2(c)
// bits of m2. A chunk of equal signs and sizes summed in float gives c near 0; the worst case, see surveyShift, is c =
// n / 2.

#ifndef ULPSCOPE_PROFILE_TYPES
#define ULPSCOPE_PROFILE_TYPES
namespace ulpscope::kernels {
namespace {

struct Survey {
  std::int32_t largestMagnitude;  ///< bits of the largest |x|, NaN and infinity included
  float min;
  float max;
  float sum;
  std::uint32_t zeros;
  std::uint32_t belowNormal;  ///< zeros included
};

struct PowerSums {
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
};

/// Counters of one chunk, in tables used in turn: a counter that was just written cannot be read again at once.
constexpr std::size_t kTables = 4;
using BinTables = std::uint32_t[kTables][FoldedHistogram::kBins];

}  // namespace
}  // namespace ulpscope::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void survey(const float* values, std::size_t size, float smallestNormal, Survey& out) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const auto normal = hn::Set(di, std::bit_cast<std::int32_t>(smallestNormal));
  auto largest = hn::Zero(di);
  auto min = hn::Set(d, std::numeric_limits<float>::infinity());
  auto max = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto sum = hn::Zero(d);
  auto zeros = hn::Zero(di);  // a mask is -1 in its lanes, so subtracting it counts
  auto belowNormal = hn::Zero(di);
  const auto add = [&](auto x) {
    const auto bits = hn::And(hn::BitCast(di, x), hn::Set(di, INT32_MAX));
    largest = hn::Max(largest, bits);
    min = hn::Min(min, x);
    max = hn::Max(max, x);
    sum = hn::Add(sum, x);
    zeros = hn::Sub(zeros, hn::VecFromMask(di, hn::Eq(bits, hn::Zero(di))));
    belowNormal = hn::Sub(belowNormal, hn::VecFromMask(di, hn::Lt(bits, normal)));
  };
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole = size / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) add(hn::LoadU(d, values + i));
  out.largestMagnitude = hn::GetLane(hn::MaxOfLanes(di, largest));
  out.min = hn::GetLane(hn::MinOfLanes(d, min));
  out.max = hn::GetLane(hn::MaxOfLanes(d, max));
  out.sum = hn::GetLane(hn::SumOfLanes(d, sum));
  out.zeros = static_cast<std::uint32_t>(hn::GetLane(hn::SumOfLanes(di, zeros)));
  out.belowNormal = static_cast<std::uint32_t>(hn::GetLane(hn::SumOfLanes(di, belowNormal)));
  for (std::size_t i = whole; i < size; ++i) {
    const std::int32_t bits = std::bit_cast<std::int32_t>(values[i]) & INT32_MAX;
    out.largestMagnitude = std::max(out.largestMagnitude, bits);
    out.min = std::min(out.min, values[i]);
    out.max = std::max(out.max, values[i]);
    out.sum += values[i];
    out.zeros += bits == 0;
    out.belowNormal += bits < std::bit_cast<std::int32_t>(smallestNormal);
  }
}

/// floor(x * 2^(10 - exponent)), which FoldedHistogram's bins are counted from, for exponents up to 10: the scaling is
/// exact, as it is by a power of two that is at least 1 and a float.
template <class D>
class BinsOfCommonRange {
 public:
  static bool serves(int exponent) { return exponent <= FoldedHistogram::kHalfBinsLog2 && exponent > -118; }

  explicit BinsOfCommonRange(int exponent)
      : m_scale(hn::Set(D(), std::ldexp(1.0F, FoldedHistogram::kHalfBinsLog2 - exponent))) {}

  HWY_INLINE hn::Vec<hn::RebindToSigned<D>> operator()(hn::Vec<D> x) const {
    return truncated(hn::Floor(hn::Mul(x, m_scale)));
  }

 private:
  hn::Vec<D> m_scale;
};

/// The same for all exponents. 10 - exponent lies in -118 .. 136, so the scale is the product of two floats. The
/// scaling is exact unless it underflows, and then the sign alone decides: a negative product that became zero belongs
/// to the bin below.
template <class D>
class BinsOfAnyRange {
 public:
  explicit BinsOfAnyRange(int exponent) {
    const int scaleExponent = FoldedHistogram::kHalfBinsLog2 - exponent;
    m_scale = hn::Set(D(), std::ldexp(1.0F, std::min(scaleExponent, 100)));
    m_furtherScale = hn::Set(D(), std::ldexp(1.0F, std::max(scaleExponent - 100, 0)));
  }

  HWY_INLINE hn::Vec<hn::RebindToSigned<D>> operator()(hn::Vec<D> x) const {
    const D d;
    const auto position = hn::Mul(hn::Mul(x, m_scale), m_furtherScale);
    const auto vanished = hn::And(hn::Lt(x, hn::Zero(d)), hn::Eq(position, hn::Zero(d)));
    return truncated(hn::IfThenElse(vanished, hn::Set(d, -1.0F), hn::Floor(position)));
  }

 private:
  hn::Vec<D> m_scale;
  hn::Vec<D> m_furtherScale;
};

template <class Bins>
void accumulateWith(const Bins& binsOf, const float* values, std::size_t size, float shift, int exponent,
                    PowerSums& sums, BinTables& tables) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Repartition<double, decltype(d)> dd;
  const hn::Half<decltype(d)> dHalf;
  const auto shifts = hn::Set(dd, static_cast<double>(shift));
  auto s1 = hn::Zero(dd), s2 = hn::Zero(dd), s3 = hn::Zero(dd), s4 = hn::Zero(dd);
  const auto addPowers = [&](auto x) {
    const auto deviation = hn::Sub(x, shifts);
    const auto square = hn::Mul(deviation, deviation);
    s1 = hn::Add(s1, deviation);
    s2 = hn::Add(s2, square);
    s3 = hn::MulAdd(square, deviation, s3);
    s4 = hn::MulAdd(square, square, s4);
  };
  constexpr std::int32_t kMiddle = FoldedHistogram::kBins / 2;
  constexpr std::size_t kVectors = 4;  // bins wait in a buffer for this many vectors, so that the adders overlap
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int32_t bins[kVectors * hn::MaxLanes(d)];
  const std::size_t step = kVectors * lanes;
  std::size_t i = 0;
  for (; i + step <= size; i += step) {
    for (std::size_t k = 0; k < kVectors; ++k) {
      const auto x = hn::LoadU(d, values + i + k * lanes);
      hwy::Prefetch(values + size + i + k * lanes);  // the next chunk is most often surveyed next; else no harm is done
      addPowers(hn::PromoteTo(dd, hn::LowerHalf(dHalf, x)));
      addPowers(hn::PromoteTo(dd, hn::UpperHalf(dHalf, x)));
      hn::Store(binsOf(x), di, bins + k * lanes);
    }
    for (std::size_t k = 0; k < step; k += kTables)
      for (std::size_t t = 0; t < kTables; ++t) ++tables[t][bins[k + t] + kMiddle];
  }
  sums.s1 = hn::GetLane(hn::SumOfLanes(dd, s1));
  sums.s2 = hn::GetLane(hn::SumOfLanes(dd, s2));
  sums.s3 = hn::GetLane(hn::SumOfLanes(dd, s3));
  sums.s4 = hn::GetLane(hn::SumOfLanes(dd, s4));
  for (; i < size; ++i) {
    const double deviation = static_cast<double>(values[i]) - static_cast<double>(shift);
    const double square = deviation * deviation;
    sums.s1 += deviation;
    sums.s2 += square;
    sums.s3 += square * deviation;
    sums.s4 += square * square;
    ++tables[0][FoldedHistogram::binOf(values[i], exponent)];
  }
}

void accumulate(const float* values, std::size_t size, float shift, int exponent, PowerSums& sums, BinTables& tables) {
  using D = hn::ScalableTag<float>;
  if (BinsOfCommonRange<D>::serves(exponent))
    accumulateWith(BinsOfCommonRange<D>(exponent), values, size, shift, exponent, sums, tables);
  else
    accumulateWith(BinsOfAnyRange<D>(exponent), values, size, shift, exponent, sums, tables);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {
namespace {

HWY_EXPORT(survey);
HWY_EXPORT(accumulate);

/// The mean, as float sums give it. Where they overflow, the middle of the range: m2 is at least half its square, so
/// that n (shift - mean)^2 <= n / 2 * m2.
float surveyShift(const Survey& seen, std::size_t size) {
  const float mean = seen.sum / static_cast<float>(size);
  return std::isfinite(mean) ? std::clamp(mean, seen.min, seen.max) : seen.min / 2 + seen.max / 2;
}

void countSpecial(float value, ValueCounts& kinds) {
  if (std::isnan(value))
    ++kinds.nan;
  else if (std::isinf(value))
    ++(value > 0 ? kinds.positiveInfinity : kinds.negativeInfinity);
}

}  // namespace

ChunkProfile ChunkProfiler::profile(std::span<const float> values, float smallestNormal) {
  ChunkProfile profile = profileFinite(values, smallestNormal);
  if (profile.moments.count == values.size()) return profile;
  m_finite.clear();
  ValueCounts specials;
  for (const float value : values) {
    if (std::isfinite(value))
      m_finite.push_back(value);
    else
      countSpecial(value, specials);
  }
  profile = profileFinite(m_finite, smallestNormal);
  profile.kinds.merge(specials);
  return profile;
}

/// An empty profile if a value is not finite.
ChunkProfile ChunkProfiler::profileFinite(std::span<const float> values, float smallestNormal) {
  if (values.empty()) return {};
  Survey seen{};
  HWY_DYNAMIC_DISPATCH(survey)(values.data(), values.size(), smallestNormal, seen);
  if (seen.largestMagnitude >= 0x7F800000) return {};

  const float absMax = std::bit_cast<float>(seen.largestMagnitude);
  m_histogram.raise(std::max(m_histogram.exponent, FoldedHistogram::exponentFor(absMax)));
  const float shift = surveyShift(seen, values.size());
  PowerSums sums;
  BinTables tables = {};
  HWY_DYNAMIC_DISPATCH(accumulate)(values.data(), values.size(), shift, m_histogram.exponent, sums, tables);
  for (const auto& table : tables)
    for (std::size_t bin = 0; bin < FoldedHistogram::kBins; ++bin) m_histogram.counts[bin] += table[bin];

  ChunkProfile profile;
  profile.min = seen.min;
  profile.max = seen.max;
  profile.moments = Moments::fromShiftedSums(values.size(), shift, sums.s1, sums.s2, sums.s3, sums.s4);
  profile.kinds.zero = seen.zeros;
  profile.kinds.subnormal = seen.belowNormal - seen.zeros;
  return profile;
}

}  // namespace ulpscope::kernels
#endif
