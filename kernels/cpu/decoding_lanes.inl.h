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
/// The fraction moves to the top of float's and the exponent field gets the difference of the biases. With float's own
/// exponent field that is all.
///
/// Kind::Rebiased: a subnormal code of fraction f is read as if its exponent field were 1, which gives 2^smallest * (1
/// + f), and 2^smallest is taken off again: exact, as the result is a multiple of the last place of both.
///
/// Kind::Any: a subnormal code is an integer times the last place; converting and multiplying are both exact, as the
/// value is a float. So is a normal value below 2^-126 that was made 2^64 times larger and is multiplied back.
template <DecodingPlan::Kind kKind, class D>
class DecodingLanes {
  using Kind = DecodingPlan::Kind;
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;

 public:
  explicit DecodingLanes(const DecodingPlan& plan) : m_plan(plan) {}

  V decode(VI code) const {
    const VI mask = hn::Set(DI(), m_plan.magnitudeMask);
    const VI signMask = hn::Set(DI(), kKind == Kind::Any ? m_plan.signMask : INT32_MIN);
    const VI unpadded = kKind == Kind::Any ? hn::ShiftRightSame(code, m_plan.paddingBits) : code;
    const VI magnitude = hn::And(unpadded, mask);
    const VI sign = hn::And(hn::ShiftLeftSame(code, 32 - m_plan.codeBits), signMask);
    VI bits = hn::ShiftLeftSame(magnitude, 23 - m_plan.fractionBits);
    if constexpr (kKind == Kind::Rebiased) bits = rebiased(bits, magnitude);
    if constexpr (kKind == Kind::Any) bits = anyFinite(bits, magnitude);
    if constexpr (kKind != Kind::FloatField) {
      const auto isInfinity = hn::Eq(magnitude, hn::Set(DI(), m_plan.infinity));
      bits = hn::IfThenElse(isInfinity, hn::Set(DI(), 0x7F800000), bits);
    }
    const VI lastNumber = hn::Set(DI(), m_plan.infinity >= 0 ? m_plan.infinity : m_plan.largest);
    bits = hn::IfThenElse(hn::Gt(magnitude, lastNumber), hn::Set(DI(), 0x7FC00000), bits);
    bits = hn::Or(bits, sign);
    if constexpr (kKind == Kind::Any)
      bits =
          hn::IfThenElse(hn::Eq(hn::Or(magnitude, sign), hn::Set(DI(), m_plan.nan)), hn::Set(DI(), 0x7FC00000), bits);
    return hn::BitCast(D(), bits);
  }

 private:
  VI rebiased(VI bits, VI magnitude) const {
    const VI normal = hn::Add(bits, hn::Set(DI(), m_plan.exponentOffset));
    const VI one = hn::Set(DI(), m_plan.exponentOffset + (1 << 23));  // the bits of 2^smallest
    const V subnormal = hn::Sub(hn::BitCast(D(), hn::Add(bits, one)), hn::BitCast(D(), one));
    const auto isSubnormal = hn::Lt(magnitude, hn::Set(DI(), 1 << m_plan.fractionBits));
    return hn::IfThenElse(isSubnormal, hn::BitCast(DI(), subnormal), normal);
  }

  VI anyFinite(VI bits, VI magnitude) const {
    const VI normal = hn::Add(bits, hn::Set(DI(), m_plan.exponentOffset));
    const VI raised = hn::Add(normal, hn::Set(DI(), DecodingPlan::kRaiseBits));
    const V tiny = hn::Mul(hn::BitCast(D(), raised), hn::Set(D(), DecodingPlan::kLower));
    const V subnormal = hn::Mul(hn::ConvertTo(D(), magnitude), hn::Set(D(), m_plan.subnormalUnit));
    const auto isTiny = hn::Lt(magnitude, hn::Set(DI(), m_plan.firstWithin));
    const auto isSubnormal = hn::Lt(magnitude, hn::Set(DI(), m_plan.firstNormal));
    const VI finite = hn::IfThenElse(isTiny, hn::BitCast(DI(), tiny), normal);
    return hn::IfThenElse(isSubnormal, hn::BitCast(DI(), subnormal), finite);
  }

  DecodingPlan m_plan;
};

template <class D, class Work>
HWY_INLINE void withDecodingLanes(D, const DecodingPlan& plan, const Work& work) {
  using Kind = DecodingPlan::Kind;
  switch (plan.kind) {
    case Kind::FloatField:
      return work(DecodingLanes<Kind::FloatField, D>(plan));
    case Kind::Rebiased:
      return work(DecodingLanes<Kind::Rebiased, D>(plan));
    case Kind::Any:
      return work(DecodingLanes<Kind::Any, D>(plan));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
