// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_ACCUMULATOR_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_ACCUMULATOR_LANES
#undef ULPSCOPE_ACCUMULATOR_LANES
#else
#define ULPSCOPE_ACCUMULATOR_LANES
#endif

#include <cstdint>

#include "core/matmul/dot_unit.h"
#include "kernels/cpu/operand_panel.inl.h"
#include "kernels/cpu/whole_numbers.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// 2^exponent, a whole number from -126 to 127; 0 below.
HWY_INLINE V powerOf(V exponent) {
  const VI field = hn::Add(truncated(hn::Max(exponent, hn::Set(D(), -127))), hn::Set(DI(), 127));
  return hn::BitCast(D(), hn::ShiftLeft<23>(field));
}

/// x 2^exponent toward zero. Preconditions: |x| < 4, exponent <= 27.
HWY_INLINE VI truncatedTimesPower(V x, V exponent) {
#if HWY_TARGET == HWY_AVX3
  return truncated(V{_mm512_scalef_ps(x.raw, exponent.raw)});
#else
  return truncated(hn::Mul(x, powerOf(exponent)));
#endif
}

/// The accumulator of a unit, a lane for each element of C: finite floats of its format.
template <Accumulator kAccumulator>
struct AccumulatorLanes {
  static constexpr bool kIsHalf = kAccumulator == Accumulator::Float16NearestEven;
  static constexpr float kSmallestExponent = kIsHalf ? -14 : -126;

  static HWY_INLINE V exponentOf(V c, V ofZero) {
    const D d;
    const V smallest = hn::Set(d, kSmallestExponent);
    const auto isZero = hn::Eq(c, hn::Zero(d));
#if HWY_TARGET == HWY_AVX3
    return hn::IfThenElse(isZero, ofZero, hn::Max(V{_mm512_getexp_ps(c.raw)}, smallest));
#else
    const VI field = hn::And(hn::ShiftRight<23>(hn::BitCast(DI(), c)), hn::Set(DI(), 0xFF));
    const V exponent = hn::ConvertTo(d, hn::Sub(field, hn::Set(DI(), 127)));
    return hn::IfThenElse(isZero, ofZero, hn::Max(exponent, smallest));
#endif
  }

  /// c toward zero in units of 2^lastPlace.
  static HWY_INLINE VI aligned(V c, V lastPlace) {
#if HWY_TARGET == HWY_AVX3
    return truncated(V{_mm512_scalef_ps(c.raw, hn::Neg(lastPlace).raw)});
#else
    // In two steps: 2^-lastPlace may be beyond float32 where c is small. The first one is exact, as c grows by it or is
    // far above what goes.
    const V half = hn::Set(D(), 64);
    const V isLow = hn::IfThenElseZero(hn::Lt(lastPlace, hn::Set(D(), -100)), half);
    return truncated(hn::Mul(hn::Mul(c, powerOf(isLow)), powerOf(hn::Sub(hn::Neg(lastPlace), isLow))));
#endif
  }

  /// sum * 2^lastPlace in the accumulator's format; float32 does not overflow, float16 gives infinity.
  static HWY_INLINE V round(VI sum, V lastPlace) {
    if constexpr (kIsHalf) return roundHalf(sum, lastPlace);
    const V cut = timesPowerTowardZero(toFloatTowardZero(sum), lastPlace);
    if constexpr (kAccumulator == Accumulator::Fraction13TowardZero)
      return hn::BitCast(D(), hn::And(hn::BitCast(DI(), cut), hn::Set(DI(), ~0x3FF)));
    return cut;
  }

  /// A sum of two values of the format, which was rounded to float32.
  static HWY_INLINE V roundSum(V sum) {
    if constexpr (!kIsHalf) return sum;
    return throughHalf(sum);
  }

 private:
  static HWY_INLINE V toFloatTowardZero(VI sum) {
#if HWY_TARGET == HWY_AVX3
    return V{_mm512_cvt_roundepi32_ps(sum.raw, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
#else
    // Nearest first, and one unit in the last place back where that went up: |sum| is below 2^31 - 64, so that the way
    // back to integers is safe.
    const V nearest = hn::ConvertTo(D(), sum);
    const auto wentUp = hn::Gt(hn::Abs(truncated(nearest)), hn::Abs(sum));
    const VI bits = hn::BitCast(DI(), nearest);
    return hn::BitCast(D(), hn::IfThenElse(wentUp, hn::Sub(bits, hn::Set(DI(), 1)), bits));
#endif
  }

  /// Subnormal numbers, too, are cut.
  static HWY_INLINE V timesPowerTowardZero(V x, V exponent) {
#if HWY_TARGET == HWY_AVX3
    return V{_mm512_scalef_round_ps(x.raw, exponent.raw, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
#else
    const D d;
    const V half = hn::IfThenElseZero(hn::Lt(exponent, hn::Set(d, -64)), hn::Set(d, -60));
    const V rest = hn::Sub(exponent, half);
    const V nearest = hn::Mul(hn::Mul(x, powerOf(half)), powerOf(rest));
    // Back again it is exact, and larger than x where it was rounded up among the subnormal numbers.
    const V back = hn::Mul(hn::Mul(nearest, powerOf(hn::Neg(rest))), powerOf(hn::Neg(half)));
    const auto wentUp = hn::RebindMask(DI(), hn::Gt(hn::Abs(back), hn::Abs(x)));
    const VI bits = hn::BitCast(DI(), nearest);
    return hn::BitCast(d, hn::IfThenElse(wentUp, hn::Sub(bits, hn::Set(DI(), 1)), bits));
#endif
  }

  /// To odd first, so that rounding to float16 is the only rounding; nothing is subnormal in float32 there.
  static HWY_INLINE V roundHalf(VI sum, V lastPlace) {
    const V cut = toFloatTowardZero(sum);
    const auto inexact = hn::Ne(truncated(cut), sum);
    const VI bits = hn::BitCast(DI(), cut);
    const V odd = hn::BitCast(D(), hn::IfThenElse(inexact, hn::Or(bits, hn::Set(DI(), 1)), bits));
    return throughHalf(hn::Mul(odd, powerOf(lastPlace)));
  }

  static HWY_INLINE V throughHalf(V x) {
#if HWY_TARGET == HWY_AVX3
    return V{_mm512_cvtph_ps(_mm512_cvtps_ph(x.raw, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))};
#elif HWY_TARGET == HWY_AVX2
    return V{_mm256_cvtph_ps(_mm256_cvtps_ph(x.raw, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))};
#else
    // Adding 1.5 * 2^23 last places of float16 rounds to one; infinity from 65520 on.
    const D d;
    const VI field = hn::And(hn::BitCast(DI(), x), hn::Set(DI(), 0x7F800000));
    const V place = hn::Max(hn::BitCast(d, field), hn::Set(d, 0x1p-14F));
    const V adder = hn::Mul(place, hn::Set(d, 0x1.8p13F));
    const V rounded = hn::CopySign(hn::Sub(hn::Add(hn::Abs(x), adder), adder), x);
    const V infinity = hn::CopySign(hn::Set(d, std::numeric_limits<float>::infinity()), x);
    return hn::IfThenElse(hn::Ge(hn::Abs(rounded), hn::Set(d, 65536)), infinity, rounded);
#endif
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
