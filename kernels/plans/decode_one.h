// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

#include "kernels/plans/decoding_plan.h"

namespace ulpscope::kernels {

/// The value of one code along a DecodingPlan, as decodeToFloat in core/formats/codec.h gives it. Constexpr, for host
/// and CUDA kernels; DecodingLanes in kernels/cpu/decoding_lanes.inl.h says why it is exact.
constexpr float decodeOne(const DecodingPlan& plan, std::uint32_t code) {
  using Kind = DecodingPlan::Kind;
  const bool isAny = plan.kind == Kind::Any;
  const auto magnitude = static_cast<std::int32_t>(code >> (isAny ? plan.paddingBits : 0)) & plan.magnitudeMask;
  const auto sign = static_cast<std::int32_t>(code << (32 - plan.codeBits)) & (isAny ? plan.signMask : INT32_MIN);
  if (isAny && (magnitude | sign) == plan.nan) return std::bit_cast<float>(0x7FC00000);
  if (plan.kind != Kind::FloatField && magnitude == plan.infinity) return std::bit_cast<float>(sign | 0x7F800000);
  if (magnitude > (plan.infinity >= 0 ? plan.infinity : plan.largest)) return std::bit_cast<float>(sign | 0x7FC00000);
  std::int32_t bits = magnitude << (23 - plan.fractionBits);
  if (plan.kind == Kind::FloatField) return std::bit_cast<float>(sign | bits);
  const std::int32_t normal = bits + plan.exponentOffset;
  if (plan.kind == Kind::Rebiased) {
    const std::int32_t one = plan.exponentOffset + (1 << 23);  // the bits of 2^smallest
    const float subnormal = std::bit_cast<float>(bits + one) - std::bit_cast<float>(one);
    bits = magnitude < 1 << plan.fractionBits ? std::bit_cast<std::int32_t>(subnormal) : normal;
  } else if (magnitude < plan.firstNormal) {
    bits = std::bit_cast<std::int32_t>(static_cast<float>(magnitude) * plan.subnormalUnit);
  } else if (magnitude < plan.firstWithin) {
    const float raised = std::bit_cast<float>(normal + DecodingPlan::kRaiseBits);
    bits = std::bit_cast<std::int32_t>(raised * DecodingPlan::kLower);
  } else {
    bits = normal;
  }
  return std::bit_cast<float>(sign | bits);
}

}  // namespace ulpscope::kernels
