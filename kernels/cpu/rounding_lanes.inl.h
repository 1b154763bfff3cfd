// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_ROUNDING_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_ROUNDING_LANES
#undef ULPSCOPE_ROUNDING_LANES
#else
#define ULPSCOPE_ROUNDING_LANES
#endif

#include "kernels/plans/rounding_plan.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How a magnitude is rounded. TowardPositive and TowardNegative are one mode here: up for one sign, down for the
/// other.
enum class LaneMode { NearestEven, NearestAway, Down, Directed, ToOdd };

/// Rounds a vector of floats by a plan, to floats or to codes in 32-bit lanes, without a branch.
///
/// kFloatExponent: the format has float's exponent field, so its values are the floats with `droppedBits` zero bits at
/// the end, subnormals included. Rounding is an addition to the bits; a carry runs into the exponent field as it
/// should.
///
/// Otherwise with a = |x| and e its exponent, but at least the format's smallest, the format's values around `a` are
/// the multiples of u = 2^(e - m), m fraction bits. Let C = 2^(e + 23 - m). As a < 2^(e+1) and m <= 21, a + C lies in
/// [C, 2C), where floats are the multiples of u: the adder itself rounds `a` to nearest, and a tie to the even multiple
/// of u, which is the even significand. (a + C) - C is a multiple of u below 2^24 u, so the subtraction is exact. The
/// other modes start from that r: `a - r` has its sign from one comparison, and the neighbour on the other side is r -+
/// u, exact for the same reason. Needs the default rounding mode, no flushing of subnormals, no contraction.
///
/// A carry to 2^(e+1) needs no care in either case. Inputs are cut to `limitBits`, above every finite value of the
/// format, so that C stays finite; they overflow all the same.
template <LaneMode kMode, bool kFloatExponent, class D>
class RoundingLanes {
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;

 public:
  explicit RoundingLanes(const RoundingPlan& plan)
      : m_plan(plan), m_upSign(hn::Set(DI(), plan.rounding == Rounding::TowardNegative ? INT32_MIN : 0)) {}

  V round(V x) const {
    const VI bits = hn::BitCast(DI(), x);
    const VI magnitude = hn::And(bits, hn::Set(DI(), INT32_MAX));
    const VI sign = hn::And(bits, hn::Set(DI(), INT32_MIN));
    const VI rounded =
        kFloatExponent ? addedBits(magnitude, sign) : hn::BitCast(DI(), sumAndC(magnitude, sign).value());
    return hn::BitCast(D(), settle(rounded, magnitude, sign, sign, m_plan.asFloat));
  }

  /// The code in each lane, zero-extended.
  VI encode(V x) const {
    const VI bits = hn::BitCast(DI(), x);
    const VI magnitude = hn::And(bits, hn::Set(DI(), INT32_MAX));
    const VI sign = hn::And(bits, hn::Set(DI(), INT32_MIN));
    const hn::RebindToUnsigned<D> du;
    const VI codeSign = hn::BitCast(DI(), hn::ShiftRightSame(hn::BitCast(du, sign), m_plan.signShift));
    const VI code = kFloatExponent ? hn::ShiftRightSame(addedBits(magnitude, sign), m_plan.droppedBits)
                                   : sumAndC(magnitude, sign).code(m_plan);
    return settle(code, magnitude, sign, codeSign, m_plan.asCode);
  }

 private:
  /// The rounded magnitude r as the sum r + C, exact or as the adder rounded it.
  struct Sum {
    V sum;
    V c;
    VI exponentBits;

    V value() const { return hn::Sub(sum, c); }
    /// sum - C counts units of u in the last bits, r / u, from 2^m to 2^(m+1) where normal. Adding (e - smallest) * 2^m
    /// gives the code, of which the leading bit of r / u makes the exponent field 1 at the smallest exponent.
    VI code(const RoundingPlan& plan) const {
      const VI units = hn::Sub(hn::BitCast(DI(), sum), hn::BitCast(DI(), c));
      const VI above = hn::Sub(exponentBits, hn::Set(DI(), plan.smallestNormalBits));
      return hn::Add(units, hn::ShiftRightSame(above, plan.droppedBits));
    }
  };

  Sum sumAndC(VI magnitudeBits, VI sign) const {
    const VI cut = hn::Min(magnitudeBits, hn::Set(DI(), m_plan.limitBits));
    const VI exponentBits = hn::Max(hn::And(cut, hn::Set(DI(), 0x7F800000)), hn::Set(DI(), m_plan.smallestNormalBits));
    const V c = hn::BitCast(D(), hn::Add(exponentBits, hn::Set(DI(), m_plan.droppedBits << 23)));
    const V a = hn::BitCast(D(), cut);
    const V nearest = hn::Add(a, c);
    if constexpr (kMode == LaneMode::NearestEven) {
      return {nearest, c, exponentBits};
    } else {
      const V unit = hn::BitCast(D(), hn::Sub(exponentBits, hn::Set(DI(), (23 - m_plan.droppedBits) << 23)));
      const V r = hn::Sub(nearest, c);
      const V down = hn::Sub(r, hn::IfThenElseZero(hn::Gt(r, a), unit));
      const V rounded = fromBelow(a, r, down, unit, c, sign);
      return {hn::Add(rounded, c), c, exponentBits};
    }
  }

  /// `down` is the largest multiple of `unit` not above `a`, `r` the nearest.
  V fromBelow(V a, V r, V down, V unit, V c, VI sign) const {
    if constexpr (kMode == LaneMode::NearestAway) {
      const V rest = hn::Sub(a, down);  // exact: below u, and a multiple of a's last place
      return hn::Add(down, hn::IfThenElseZero(hn::Ge(hn::Add(rest, rest), unit), unit));
    } else if constexpr (kMode == LaneMode::Directed) {
      const V up = hn::Add(r, hn::IfThenElseZero(hn::Lt(r, a), unit));
      return hn::IfThenElse(hn::RebindMask(D(), hn::Eq(sign, m_upSign)), up, down);
    } else if constexpr (kMode == LaneMode::ToOdd) {
      // Around 2C floats are the multiples of 2u: `down` survives the trip if it is an even multiple of u.
      const V twiceC = hn::Add(c, c);
      const V even = hn::Sub(hn::Add(down, twiceC), twiceC);
      return hn::Add(down, hn::IfThenElseZero(hn::And(hn::Eq(even, down), hn::Ne(down, a)), unit));
    } else {
      return down;
    }
  }

  VI addedBits(VI magnitude, VI sign) const {
    const VI dropped = hn::Set(DI(), static_cast<std::int32_t>((std::int64_t{1} << m_plan.droppedBits) - 1));
    const VI half = hn::Set(DI(), static_cast<std::int32_t>((std::int64_t{1} << m_plan.droppedBits) / 2));
    const VI one = hn::Set(DI(), 1);
    if constexpr (kMode == LaneMode::NearestEven) {
      const VI odd = hn::And(hn::ShiftRightSame(magnitude, m_plan.droppedBits), one);
      return hn::AndNot(dropped, hn::Add(magnitude, hn::Add(hn::Sub(half, one), odd)));
    } else if constexpr (kMode == LaneMode::NearestAway) {
      return hn::AndNot(dropped, hn::Add(magnitude, half));
    } else if constexpr (kMode == LaneMode::Directed) {
      const VI add = hn::IfThenElseZero(hn::Eq(sign, m_upSign), dropped);
      return hn::AndNot(dropped, hn::Add(magnitude, add));
    } else if constexpr (kMode == LaneMode::ToOdd) {
      const VI rest = hn::And(magnitude, dropped);
      const VI last = hn::Add(half, half);
      return hn::Or(hn::AndNot(dropped, magnitude), hn::IfThenElseZero(hn::Gt(rest, hn::Zero(DI())), last));
    } else {
      return hn::AndNot(dropped, magnitude);
    }
  }

  /// Overflow, infinity and NaN, and the sign put back.
  VI settle(VI rounded, VI magnitude, VI sign, VI outSign, const RoundingPlan::Outcome& outcome) const {
    const VI infinite = hn::Set(DI(), 0x7F800000);
    VI beyond = hn::Set(DI(), outcome.beyond);
    if constexpr (kMode == LaneMode::Directed)
      beyond = hn::IfThenElse(hn::Lt(sign, hn::Zero(DI())), hn::Set(DI(), outcome.beyondNegative), beyond);
    VI result = hn::IfThenElse(hn::Gt(rounded, hn::Set(DI(), outcome.largest)), beyond, rounded);
    // To nearest, infinity ends where finite overflow does (encodeBeyondLargest in core/formats/codec.h).
    if constexpr (kMode != LaneMode::NearestEven && kMode != LaneMode::NearestAway)
      result = hn::IfThenElse(hn::Eq(magnitude, infinite), hn::Set(DI(), outcome.infinity), result);
    const VI nan = hn::Or(hn::Set(DI(), outcome.nan), hn::And(outSign, hn::Set(DI(), outcome.nanSign)));
    return hn::IfThenElse(hn::Gt(magnitude, infinite), nan, hn::Or(result, outSign));
  }

  RoundingPlan m_plan;
  VI m_upSign;
};

/// Calls `work` with the lanes that the plan asks for.
template <class D, class Work>
HWY_INLINE void withRoundingLanes(D, const RoundingPlan& plan, const Work& work) {
  const auto withMode = [&]<LaneMode kMode>() {
    if (plan.floatExponent)
      work(RoundingLanes<kMode, true, D>(plan));
    else
      work(RoundingLanes<kMode, false, D>(plan));
  };
  switch (plan.rounding) {
    case Rounding::NearestEven:
      return withMode.template operator()<LaneMode::NearestEven>();
    case Rounding::NearestAway:
      return withMode.template operator()<LaneMode::NearestAway>();
    case Rounding::TowardZero:
      return withMode.template operator()<LaneMode::Down>();
    case Rounding::TowardPositive:
    case Rounding::TowardNegative:
      return withMode.template operator()<LaneMode::Directed>();
    case Rounding::ToOdd:
      return withMode.template operator()<LaneMode::ToOdd>();
    case Rounding::Stochastic:  // has no plan
      return;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
