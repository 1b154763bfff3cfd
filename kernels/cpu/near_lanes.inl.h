// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_NEAR_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_NEAR_LANES
#undef ULPSCOPE_NEAR_LANES
#else
#define ULPSCOPE_NEAR_LANES
#endif

#include <cstddef>
#include <cstdint>

#include "core/matmul/dot_unit.h"
#include "kernels/cpu/accumulator_lanes.inl.h"
#include "kernels/cpu/operand_panel.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// A block of kLength products of one row of A with a panel of B, a lane for each column: what fusedBlock() in
/// core/matmul/fused_dot.h computes, where products and sums are far from the ends of float32. Then a product of two
/// operands is a float as it is, so is 2^-lastPlace, and aligning is one multiplication. Powers of two stand for
/// exponents, 0 for those of zeros: a lane with nothing but zeros has a scale below zero, as integers wrap, and -0 as
/// its sum.
template <std::size_t kLength, Accumulator kAccumulator>
class NearLanes {
  static constexpr bool kIsHalf = kAccumulator == Accumulator::Float16NearestEven;
  static constexpr bool kIsFraction13 = kAccumulator == Accumulator::Fraction13TowardZero;
  static constexpr bool kSurelyFits = kLength <= kSurelyFit || kIsFraction13;
  static constexpr std::size_t kOfGroup = kSurelyFits ? kLength : kSurelyFit;
  static constexpr std::size_t kChains = kLength >= 8 ? 4 : 1;  ///< of maxima, each of which waits for the one before
  static_assert(kLength % kOfGroup == 0 && kLength % kChains == 0);

  static constexpr std::int32_t field(int exponent) { return (127 + exponent) << 23; }

 public:
  using Panel = OperandPanel<OperandForm::Value>;

  static constexpr int kMostAlignmentBits = kIsFraction13 ? 13 : 126 + kSmallestSum;

  static bool covers(const DotUnit& unit, const OperandRange& products, const OperandRange& sums) {
    return kIsHalf || (products.smallest >= kSmallestProduct && sums.smallest >= kSmallestSum &&
                       unit.zeroExponent <= kSmallestSum && unit.alignmentBits <= kMostAlignmentBits);
  }

  explicit NearLanes(const DotUnit& unit)
      : m_alignment(hn::Set(DI(), unit.alignmentBits << 23)),
        m_ofZero(hn::BitCast(D(), hn::Set(DI(), kIsHalf ? field(unit.zeroExponent) : 0))) {}

  /// `overflow` becomes negative in lanes in which a sum is too long for 32 bits, or float16 overflows.
  HWY_INLINE V add(const PanelRow& a, const PanelRow& b, V c, VI& overflow) const {
    const D d;
    const DI di;
    const auto magnitudeOf = [&](std::size_t t) HWY_ATTR {
      return hn::Mul(hn::Set(d, a.magnitude[t]), hn::Load(d, b.magnitude + t * kWidth));
    };
    V maxima[kChains];
    for (std::size_t i = 0; i < kChains; ++i) maxima[i] = magnitudeOf(i);
    for (std::size_t first = kChains; first < kLength; first += kChains) ULPSCOPE_UNROLL
    for (std::size_t i = 0; i < kChains; ++i) maxima[i] = hn::Max(maxima[i], magnitudeOf(first + i));
    V largest = kIsHalf ? hn::Max(powerOf(c), m_ofZero) : powerOf(c);
    for (const V& maximum : maxima) largest = hn::Max(largest, maximum);
    const VI lastField = hn::Sub(hn::BitCast(di, largest), m_alignment);
    const V scale = hn::BitCast(d, hn::Sub(hn::Set(di, 2 * field(0)), lastField));
    VI sum = truncated(hn::Mul(c, scale));
    for (std::size_t first = 0; first < kLength; first += kOfGroup) {
      VI part = hn::Zero(di);
      ULPSCOPE_UNROLL
      for (std::size_t t = first; t < first + kOfGroup; ++t) {
        const V product = hn::Mul(hn::Set(d, a.value[t]), hn::Load(d, b.value + t * kWidth));
        part = hn::Add(part, truncated(hn::Mul(product, scale)));
      }
      const VI total = hn::Add(sum, part);
      if constexpr (!kSurelyFits) overflow = hn::Or(overflow, hn::And(hn::Xor(sum, total), hn::Xor(part, total)));
      sum = total;
    }
    const V result = roundedSum<kAccumulator>(sum, hn::BitCast(d, lastField));
    if constexpr (!kIsHalf) return result;
    // What goes on with infinity means nothing, and is not to be computed with.
    const auto isFinite = hn::Lt(hn::Abs(result), hn::Set(d, 65536));
    overflow = hn::Or(overflow, hn::IfThenElse(hn::RebindMask(di, isFinite), hn::Zero(di), hn::Set(di, -1)));
    return hn::IfThenElseZero(isFinite, result);
  }

 private:
  static HWY_INLINE V powerOf(V c) {
    const D d;
    const V power = hn::And(c, hn::BitCast(d, hn::Set(DI(), 0x7F800000)));
    if constexpr (!kIsHalf) return power;
    return hn::IfThenElseZero(hn::Ne(power, hn::Zero(d)), hn::Max(power, hn::Set(d, 0x1p-14F)));
  }

  VI m_alignment;
  V m_ofZero;
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
