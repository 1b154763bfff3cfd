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
/// Path::Shift: the format's values are the floats with `droppedBits` zero bits at the end, float's own subnormals
/// included if it has any. Rounding is an addition to the bits; a carry runs into the exponent field as it should.
///
/// Path::Adder: with a = |x| and e its exponent, but at least the format's smallest, the format's values around `a` are
/// the multiples of u = 2^(e - m), m >= 1 fraction bits. Let C = 2^(e + 23 - m). As a < 2^(e+1) and m <= 21, a + C lies
/// in [C, 2C), where floats are the multiples of u: the adder itself rounds `a` to nearest, and a tie to the even
/// multiple of u, which is the even significand. (a + C) - C is a multiple of u below 2^24 u, so the subtraction is
/// exact. The other modes start from that r: `a - r` has its sign from one comparison, and the neighbour on the other
/// side is r -+ u, exact for the same reason. Needs the default rounding mode, no flushing of subnormals, no
/// contraction.
///
/// A carry to 2^(e+1) needs no care in either case. Inputs are cut to `limitBits`, above every finite value of the
/// format, so that C stays finite; they overflow all the same.
///
/// Care::Plain: `limitBits` has the code of what is rounded past the largest value, which settles overflow
/// and infinity.
///
/// Care::Gap: what lies between zero and the smallest value is sent to one of them beforehand; both are fixed points of
/// either path. The code is the path's less an offset, which takes zero below zero, where it is raised again.
///
/// Care::Scale: what remains, after the gap was closed, is a float in range if multiplied by 2^32 or 2^-32, exactly,
/// and rounding commutes with that.
template <LaneMode kMode, RoundingPlan::Path kPath, RoundingPlan::Care kCare, class D>
class RoundingLanes {
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;
  static constexpr bool kShifts = kPath == RoundingPlan::Path::Shift;
  static constexpr bool kNearest = kMode == LaneMode::NearestEven || kMode == LaneMode::NearestAway;
  static constexpr bool kPlain = kCare == RoundingPlan::Care::Plain;
  static constexpr bool kSigns = kCare >= RoundingPlan::Care::Signs;
  static constexpr bool kGap = kCare >= RoundingPlan::Care::Gap;
  static constexpr bool kScale = kCare == RoundingPlan::Care::Scale;

 public:
  explicit RoundingLanes(const RoundingPlan& plan)
      : m_plan(plan), m_upSign(hn::Set(DI(), plan.rounding == Rounding::TowardNegative ? INT32_MIN : 0)) {}

  HWY_INLINE V round(V x) const {
    const Input in(x, m_plan);
    const VI dropped = hn::Set(DI(), static_cast<std::int32_t>((std::int64_t{1} << m_plan.droppedBits) - 1));
    VI rounded = kShifts ? hn::AndNot(dropped, sumOfBits(in.toRound, in.sign))
                         : hn::BitCast(DI(), sumAndC(in.toRound, in.sign).value());
    if constexpr (kScale)
      rounded = hn::BitCast(
          DI(), hn::Mul(hn::BitCast(D(), rounded), hn::IfThenElse(in.scaledUp, hn::Set(D(), RoundingPlan::kScaleDown),
                                                                  hn::Set(D(), RoundingPlan::kScaleUp))));
    return hn::BitCast(D(), settle(rounded, in, in.sign, m_plan.asFloat));
  }

  /// The code in each lane, zero-extended.
  HWY_INLINE VI encode(V x) const {
    const Input in(x, m_plan);
    const hn::RebindToUnsigned<D> du;
    const VI toRound = kPlain && kShifts ? cutToLimit(in.toRound) : in.toRound;
    VI code =
        kShifts ? shiftRight(sumOfBits(toRound, in.sign), m_plan.droppedBits) : sumAndC(toRound, in.sign).code(m_plan);
    if constexpr (kPlain) {
      code = hn::IfThenElse(in.isNan(), hn::Set(DI(), m_plan.asCode.nan), code);
      const auto shifted = shiftRight(hn::BitCast(du, x), m_plan.signShift);
      return hn::OrAnd(code, hn::BitCast(DI(), shifted), hn::Set(DI(), m_plan.asCode.nanSign));
    }
    const VI codeSign = hn::BitCast(DI(), shiftRight(hn::BitCast(du, in.sign), m_plan.signShift));
    if constexpr (kScale)
      code = hn::Add(code, hn::IfThenZeroElse(hn::RebindMask(DI(), in.scaledUp), hn::Set(DI(), m_plan.codeStep)));
    if constexpr (kGap) code = hn::Max(hn::Sub(code, hn::Set(DI(), m_plan.codeOffset)), hn::Zero(DI()));
    if constexpr (kScale) code = hn::ShiftLeftSame(code, m_plan.paddingBits);
    return settle(code, in, codeSign, m_plan.asCode);
  }

 private:
  struct Input {
    VI magnitude;
    VI sign;
    VI toRound;             ///< the magnitude with the gap closed, and scaled
    hn::Mask<DI> negative;  ///< or zero, if that is out of range
    hn::Mask<D> scaledUp;

    hn::Mask<DI> isNan() const { return hn::Gt(magnitude, hn::Set(DI(), 0x7F800000)); }

    Input(V x, const RoundingPlan& plan) {
      const VI bits = hn::BitCast(DI(), x);
      magnitude = hn::And(bits, hn::Set(DI(), INT32_MAX));
      sign = hn::And(bits, hn::Set(DI(), INT32_MIN));
      toRound = magnitude;
      negative = hn::Lt(bits, hn::Set(DI(), kSigns ? plan.firstPositive : 0));
      if constexpr (kGap) {
        VI gapUp = hn::Set(DI(), plan.gapUp);
        if constexpr (kMode == LaneMode::Directed)
          gapUp = hn::IfThenElse(negative, hn::Set(DI(), plan.gapUpNegative), gapUp);
        toRound = hn::IfThenElseZero(hn::Gt(magnitude, gapUp), hn::Max(magnitude, hn::Set(DI(), plan.gapEnd)));
      }
      if constexpr (kScale) {
        const VI cut = hn::Min(toRound, hn::Set(DI(), plan.limitBits));
        scaledUp = hn::RebindMask(D(), hn::Lt(cut, hn::Set(DI(), plan.scaleChangeBits)));
        const V scale =
            hn::IfThenElse(scaledUp, hn::Set(D(), RoundingPlan::kScaleUp), hn::Set(D(), RoundingPlan::kScaleDown));
        toRound = hn::BitCast(DI(), hn::Mul(hn::BitCast(D(), cut), scale));
      }
    }
  };

  template <class VBits>
  static VBits shiftRight(VBits bits, std::int32_t count) {
#if HWY_TARGET <= HWY_AVX2  // has shifts of each lane by its own count, which take half the steps of one count for all
    const hn::DFromV<VBits> d;
    return hn::Shr(bits, hn::Set(d, static_cast<hn::TFromD<decltype(d)>>(count)));
#else
    return hn::ShiftRightSame(bits, count);
#endif
  }

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
      return hn::Add(units, shiftRight(above, plan.droppedBits));
    }
  };

  VI cutToLimit(VI magnitude) const { return hn::Min(magnitude, hn::Set(DI(), m_plan.limitBits)); }

  HWY_INLINE Sum sumAndC(VI magnitudeBits, VI sign) const {
    const VI cut = kScale ? magnitudeBits : cutToLimit(magnitudeBits);
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
  HWY_INLINE V fromBelow(V a, V r, V down, V unit, V c, VI sign) const {
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

  /// Rounded once the dropped bits are taken off.
  VI sumOfBits(VI magnitude, VI sign) const {
    const VI dropped = hn::Set(DI(), static_cast<std::int32_t>((std::int64_t{1} << m_plan.droppedBits) - 1));
    const VI half = hn::Set(DI(), static_cast<std::int32_t>((std::int64_t{1} << m_plan.droppedBits) / 2));
    const VI one = hn::Set(DI(), 1);
    if constexpr (kMode == LaneMode::NearestEven) {
      VI odd = shiftRight(magnitude, m_plan.droppedBits);
      if constexpr (kGap) odd = hn::Xor(odd, hn::Set(DI(), m_plan.oddIsEven));
      return hn::Add(magnitude, hn::Add(hn::Sub(half, one), hn::And(odd, one)));
    } else if constexpr (kMode == LaneMode::NearestAway) {
      return hn::Add(magnitude, half);
    } else if constexpr (kMode == LaneMode::Directed) {
      return hn::Add(magnitude, hn::IfThenElseZero(hn::Eq(sign, m_upSign), dropped));
    } else if constexpr (kMode == LaneMode::ToOdd) {  // up from even values: all bits added, if any is set
      const VI last = hn::Add(dropped, one);
      const VI parity = kGap ? hn::Xor(magnitude, hn::Set(DI(), m_plan.oddIsEven << 23)) : magnitude;
      return hn::Add(magnitude, hn::IfThenZeroElse(hn::TestBit(parity, last), dropped));
    } else {
      return magnitude;
    }
  }

  /// Overflow, infinity and NaN, and the sign put back.
  VI settle(VI rounded, const Input& in, VI outSign, const RoundingPlan::Outcome& outcome) const {
    const VI infinite = hn::Set(DI(), 0x7F800000);
    VI largest = hn::Set(DI(), outcome.largest);
    VI beyond = hn::Set(DI(), outcome.beyond);
    VI infinity = hn::Set(DI(), outcome.infinity);
    if constexpr (kSigns) {
      largest = hn::IfThenElse(in.negative, hn::Set(DI(), outcome.largestNegative), largest);
      infinity = hn::IfThenElse(in.negative, hn::Set(DI(), outcome.infinityNegative), infinity);
    }
    if constexpr (kSigns || kMode == LaneMode::Directed)
      beyond = hn::IfThenElse(in.negative, hn::Set(DI(), outcome.beyondNegative), beyond);
    VI result = rounded;
    if constexpr (kSigns) {
      const auto keepsSign = hn::Gt(rounded, hn::Set(DI(), outcome.signAbove));
      result = hn::Or(result, hn::IfThenElse(keepsSign, outSign, hn::Set(DI(), outcome.zero)));
    }
    result = hn::IfThenElse(hn::Gt(rounded, largest), beyond, result);
    // To nearest, infinity ends where finite overflow does (encodeBeyondLargest in core/formats/codec.h).
    if constexpr (!kNearest) result = hn::IfThenElse(hn::Eq(in.magnitude, infinite), infinity, result);
    if constexpr (!kSigns) result = hn::Or(result, outSign);
    const VI nan = hn::Or(hn::Set(DI(), outcome.nan), hn::And(outSign, hn::Set(DI(), outcome.nanSign)));
    return hn::IfThenElse(in.isNan(), nan, result);
  }

  RoundingPlan m_plan;
  VI m_upSign;
};

/// Calls `work` with the lanes that the plan asks for.
template <class D, class Work>
HWY_INLINE void withRoundingLanes(D, const RoundingPlan& plan, const Work& work) {
  using Path = RoundingPlan::Path;
  using Care = RoundingPlan::Care;
  const auto withCare = [&]<LaneMode kMode>() {
    const bool shifts = plan.path == Path::Shift;
    switch (plan.care) {
      case Care::Plain:
        if constexpr (kMode == LaneMode::NearestEven || kMode == LaneMode::NearestAway)
          return shifts ? work(RoundingLanes<kMode, Path::Shift, Care::Plain, D>(plan))
                        : work(RoundingLanes<kMode, Path::Adder, Care::Plain, D>(plan));
        [[fallthrough]];  // no plan
      case Care::Specials:
        return shifts ? work(RoundingLanes<kMode, Path::Shift, Care::Specials, D>(plan))
                      : work(RoundingLanes<kMode, Path::Adder, Care::Specials, D>(plan));
      case Care::Signs:
        return work(RoundingLanes<kMode, Path::Adder, Care::Signs, D>(plan));
      case Care::Gap:
        return work(RoundingLanes<kMode, Path::Shift, Care::Gap, D>(plan));
      case Care::Scale:
        return shifts ? work(RoundingLanes<kMode, Path::Shift, Care::Scale, D>(plan))
                      : work(RoundingLanes<kMode, Path::Adder, Care::Scale, D>(plan));
    }
  };
  switch (plan.rounding) {
    case Rounding::NearestEven:
      return withCare.template operator()<LaneMode::NearestEven>();
    case Rounding::NearestAway:
      return withCare.template operator()<LaneMode::NearestAway>();
    case Rounding::TowardZero:
      return withCare.template operator()<LaneMode::Down>();
    case Rounding::TowardPositive:
    case Rounding::TowardNegative:
      return withCare.template operator()<LaneMode::Directed>();
    case Rounding::ToOdd:
      return withCare.template operator()<LaneMode::ToOdd>();
    case Rounding::Stochastic:  // has no plan
      return;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
