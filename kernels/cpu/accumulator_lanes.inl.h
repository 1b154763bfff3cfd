// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_ACCUMULATOR_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_ACCUMULATOR_LANES
#undef ULPSCOPE_ACCUMULATOR_LANES
#else
#define ULPSCOPE_ACCUMULATOR_LANES
#endif

#include <cstdint>
#include <limits>

#include "core/matmul/dot_unit.h"
#include "kernels/cpu/operand_panel.inl.h"
#include "kernels/cpu/whole_numbers.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How many products of a block, aligned, have a sum that fits 32 bits whatever they are.
constexpr std::size_t kSurelyFit = 8;

/// Precondition without AVX-512: |sum| < 2^31 - 64, so that the way back to integers is safe.
HWY_INLINE V toFloatTowardZero(VI sum) {
#if HWY_TARGET == HWY_AVX3
  return V{_mm512_cvt_roundepi32_ps(sum.raw, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
#else
  // Nearest first, and one unit in the last place back where that went up.
  const V nearest = hn::ConvertTo(D(), sum);
  const auto wentUp = hn::Gt(hn::Abs(truncated(nearest)), hn::Abs(sum));
  const VI bits = hn::BitCast(DI(), nearest);
  return hn::BitCast(D(), hn::IfThenElse(wentUp, hn::Sub(bits, hn::Set(DI(), 1)), bits));
#endif
}

/// To float16 and back, to nearest even. Precondition: no NaN.
HWY_INLINE V throughHalf(V x) {
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

/// sum * lastPlace, a power of two, in the accumulator's format; what is subnormal in float32 is not for this. float32
/// does not overflow, float16 gives infinity.
template <Accumulator kAccumulator>
HWY_INLINE V roundedSum(VI sum, V lastPlace) {
  const V cut = toFloatTowardZero(sum);
  if constexpr (kAccumulator == Accumulator::Float16NearestEven) {
    // To odd first, so that rounding to float16 is the only rounding.
    const auto inexact = hn::Ne(truncated(cut), sum);
    const VI bits = hn::BitCast(DI(), cut);
    const V odd = hn::BitCast(D(), hn::IfThenElse(inexact, hn::Or(bits, hn::Set(DI(), 1)), bits));
    return throughHalf(hn::Mul(odd, lastPlace));
  }
  const V value = hn::Mul(cut, lastPlace);
  if constexpr (kAccumulator == Accumulator::Fraction13TowardZero)
    return hn::BitCast(D(), hn::And(hn::BitCast(DI(), value), hn::Set(DI(), ~0x3FF)));
  return value;
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
