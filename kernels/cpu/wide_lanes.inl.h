// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_WIDE_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_WIDE_LANES
#undef ULPSCOPE_WIDE_LANES
#else
#define ULPSCOPE_WIDE_LANES
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/matmul/dot_unit.h"
#include "kernels/cpu/accumulator_lanes.inl.h"
#include "kernels/cpu/operand_panel.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As NearLanes, for operands of any size and sums in float32: products are those of significands, and each is scaled
/// by a power of its own.
template <std::size_t kLength>
class WideLanes {
  static constexpr std::size_t kOfGroup = kLength > kSurelyFit ? kSurelyFit : kLength;
  static_assert(kLength % kOfGroup == 0);
  /// Below float32, and what units without an exponent for zero multiply: powers of two stay within reach.
  static constexpr int kBelowAll = -150;

 public:
  using Panel = OperandPanel<OperandForm::Split>;

  static bool covers(const DotUnit&, const OperandRange&, const OperandRange&) { return true; }

  explicit WideLanes(const DotUnit& unit)
      : m_alignmentBits(hn::Set(DI(), unit.alignmentBits)),
        m_zeroExponent(hn::Set(DI(), std::max(unit.zeroExponent, kBelowAll))) {}

  HWY_INLINE V add(const PanelRow& a, const PanelRow& b, V c, VI& overflow) const {
    const D d;
    const DI di;
    const auto exponentAt = [&](std::size_t t) HWY_ATTR {
      return hn::ConvertTo(di, hn::Add(hn::Set(d, a.magnitude[t]), hn::Load(d, b.magnitude + t * kWidth)));
    };
    VI largest = hn::Max(exponentOf(c), m_zeroExponent);
    ULPSCOPE_UNROLL
    for (std::size_t t = 0; t < kLength; ++t) largest = hn::Max(largest, exponentAt(t));
    const VI lastPlace = hn::Sub(largest, m_alignmentBits);
    VI sum = aligned(c, lastPlace);
    for (std::size_t first = 0; first < kLength; first += kOfGroup) {
      VI part = hn::Zero(di);
      ULPSCOPE_UNROLL
      for (std::size_t t = first; t < first + kOfGroup; ++t) {
        const V product = hn::Mul(hn::Set(d, a.value[t]), hn::Load(d, b.value + t * kWidth));
        part = hn::Add(part, truncated(hn::Mul(product, powerOf(hn::Sub(exponentAt(t), lastPlace)))));
      }
      const VI total = hn::Add(sum, part);
      if constexpr (kLength > kSurelyFit)
        overflow = hn::Or(overflow, hn::And(hn::Xor(sum, total), hn::Xor(part, total)));
      sum = total;
    }
    return timesPowerTowardZero(toFloatTowardZero(sum), lastPlace);
  }

 private:
  /// 2^exponent, from -126 to 127; 0 below.
  static HWY_INLINE V powerOf(VI exponent) {
    const VI field = hn::Add(hn::Max(exponent, hn::Set(DI(), -127)), hn::Set(DI(), 127));
    return hn::BitCast(D(), hn::ShiftLeft<23>(field));
  }

  HWY_INLINE VI exponentOf(V c) const {
    const DI di;
    const VI field = hn::And(hn::ShiftRight<23>(hn::BitCast(di, c)), hn::Set(di, 0xFF));
    const VI exponent = hn::Max(hn::Sub(field, hn::Set(di, 127)), hn::Set(di, -126));
    return hn::IfThenElse(hn::RebindMask(di, hn::Eq(c, hn::Zero(D()))), m_zeroExponent, exponent);
  }

  /// c toward zero in units of 2^lastPlace. In two steps: 2^-lastPlace may be beyond float32 where c is small. The
  /// first one is exact, as c grows by it or is far above what goes.
  static HWY_INLINE VI aligned(V c, VI lastPlace) {
    const DI di;
    const VI first = hn::IfThenElseZero(hn::Lt(lastPlace, hn::Set(di, -100)), hn::Set(di, 64));
    const VI rest = hn::Sub(hn::Neg(lastPlace), first);
    return truncated(hn::Mul(hn::Mul(c, powerOf(first)), powerOf(rest)));
  }

  /// Subnormal numbers, too, are cut.
  static HWY_INLINE V timesPowerTowardZero(V x, VI exponent) {
    const DI di;
    const VI first = hn::IfThenElseZero(hn::Lt(exponent, hn::Set(di, -64)), hn::Set(di, -60));
    const VI rest = hn::Sub(exponent, first);
    const V nearest = hn::Mul(hn::Mul(x, powerOf(first)), powerOf(rest));
    // Back again it is exact, and larger than x where it was rounded up among the subnormal numbers.
    const V back = hn::Mul(hn::Mul(nearest, powerOf(hn::Neg(rest))), powerOf(hn::Neg(first)));
    const auto wentUp = hn::RebindMask(di, hn::Gt(hn::Abs(back), hn::Abs(x)));
    const VI bits = hn::BitCast(di, nearest);
    return hn::BitCast(D(), hn::IfThenElse(wentUp, hn::Sub(bits, hn::Set(di, 1)), bits));
  }

  VI m_alignmentBits;
  VI m_zeroExponent;
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
