// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_DECODING_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_DECODING_LANES
#undef ULPSCOPE_DECODING_LANES
#else
#define ULPSCOPE_DECODING_LANES
#endif

#include "kernels/plans/decoding_plan.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Turns codes in 32-bit lanes (zero-extended) into floats, as decodeToFloat in core/formats/codec.h does.
///
/// The fraction moves to the top of float's and the exponent field gets the difference of the biases. A subnormal code
/// of fraction f is read as if its exponent field were 1, which gives 2^smallest * (1 + f), and 2^smallest is taken off
/// again: exact, as the result is a multiple of the last place of both. With float's own exponent field none of this is
/// needed.
template <bool kFloatExponent, class D>
class DecodingLanes {
  using DI = hn::RebindToSigned<D>;
  using VI = hn::Vec<DI>;

 public:
  explicit DecodingLanes(const DecodingPlan& plan) : m_plan(plan) {}

  hn::Vec<D> decode(VI code) const {
    const VI magnitude = hn::And(code, hn::Set(DI(), m_plan.magnitudeMask));
    const VI sign = hn::And(hn::ShiftLeftSame(code, 32 - m_plan.codeBits), hn::Set(DI(), INT32_MIN));
    VI bits = hn::ShiftLeftSame(magnitude, 23 - m_plan.fractionBits);
    if constexpr (!kFloatExponent) {
      const VI normal = hn::Add(bits, hn::Set(DI(), m_plan.exponentOffset));
      const VI one = hn::Set(DI(), m_plan.exponentOffset + (1 << 23));  // the bits of 2^smallest
      const auto subnormal = hn::Sub(hn::BitCast(D(), hn::Add(bits, one)), hn::BitCast(D(), one));
      const auto isSubnormal = hn::Lt(magnitude, hn::Set(DI(), 1 << m_plan.fractionBits));
      bits = hn::IfThenElse(isSubnormal, hn::BitCast(DI(), subnormal), normal);
      const auto isInfinity = hn::Eq(magnitude, hn::Set(DI(), m_plan.infinity));
      bits = hn::IfThenElse(isInfinity, hn::Set(DI(), 0x7F800000), bits);
    }
    const VI lastNumber = hn::Set(DI(), m_plan.infinity >= 0 ? m_plan.infinity : m_plan.largest);
    bits = hn::IfThenElse(hn::Gt(magnitude, lastNumber), hn::Set(DI(), 0x7FC00000), bits);
    return hn::BitCast(D(), hn::Or(bits, sign));
  }

 private:
  DecodingPlan m_plan;
};

template <class D, class Work>
HWY_INLINE void withDecodingLanes(D, const DecodingPlan& plan, const Work& work) {
  if (plan.floatExponent)
    work(DecodingLanes<true, D>(plan));
  else
    work(DecodingLanes<false, D>(plan));
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
