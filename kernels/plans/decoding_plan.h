// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "core/formats/codec.h"

namespace ulpscope::kernels {

/// A FloatSpec of up to 16 bits worked out for decoding in 32-bit lanes.
struct DecodingPlan {
  enum class Kind : std::uint8_t {
    FloatField,  ///< the code is the upper part of a float
    Rebiased,    ///< a sign and subnormals as in IEEE 754, smallest and largest powers of two normal floats
    Any,
  };

  Kind kind;
  std::int32_t codeBits;
  std::int32_t magnitudeMask;
  std::int32_t fractionBits;
  std::int32_t exponentOffset;  ///< (127 - bias) << 23, from the code's exponent field to float's
  std::int32_t largest;         ///< largest finite magnitude
  std::int32_t infinity;        ///< magnitude of infinity, -1 if there is none

  // Kind::Any
  std::int32_t paddingBits;
  std::int32_t signMask;     ///< the sign bit, 0 in formats without
  std::int32_t nan;          ///< a NaN beside the magnitudes past the largest, its sign at the top; -1 if there is none
  std::int32_t firstNormal;  ///< magnitudes below it are `subnormalUnit` times themselves
  std::int32_t firstWithin;  ///< magnitudes from here on are normal floats
  float subnormalUnit;       ///< 0 where there are no subnormals

  /// Normal values below float's are made 2^64 times larger first.
  static constexpr std::int32_t kRaiseBits = 64 << 23;
  static constexpr float kLower = 1 / 0x1p64F;
};

/// nullopt: the lanes do not cover this format, which is wider than 16 bits or has values that are no floats.
constexpr std::optional<DecodingPlan> makeDecodingPlan(const FloatSpec& spec) {
  using Kind = DecodingPlan::Kind;
  if (spec.codeBits() > 16 || !valuesAreFloats(spec)) return std::nullopt;
  const int smallest = spec.smallestExponent();
  const bool hasSubnormals = spec.bottom == Bottom::Subnormal;
  const bool floatExponent = spec.exponentBits == 8 && spec.bias == 127 && spec.specials == Specials::Ieee;
  const bool isUsual = hasNegativeZero(spec) && hasSubnormals && spec.paddingBits == 0;
  // Subnormals are worked out with the fraction of 2^smallest, and infinity's field is one past the largest.
  const bool rebiases = smallest >= -126 && (1 << spec.exponentBits) - spec.bias <= 128;
  const auto largest = static_cast<std::int32_t>(largestFiniteMagnitude(spec));
  const int unit = smallest - spec.fractionBits;  // exponent of the last place

  DecodingPlan plan{};
  plan.kind = !isUsual ? Kind::Any : floatExponent ? Kind::FloatField : rebiases ? Kind::Rebiased : Kind::Any;
  plan.codeBits = spec.codeBits();
  plan.magnitudeMask = static_cast<std::int32_t>(allOnesMagnitude(spec));
  plan.fractionBits = spec.fractionBits;
  plan.exponentOffset = (127 - spec.bias) * (1 << 23);
  plan.largest = largest;
  plan.infinity = hasInfinity(spec) ? largest + 1 : -1;
  plan.paddingBits = spec.paddingBits;
  plan.signMask = spec.signBits != 0 ? INT32_MIN : 0;
  plan.nan = nanIsNegativeZero(spec) ? INT32_MIN : -1;
  plan.firstNormal = static_cast<std::int32_t>(hasSubnormals ? 1 << spec.fractionBits : smallestMagnitude(spec));
  plan.subnormalUnit = !hasSubnormals ? 0 : std::bit_cast<float>(unit >= -126 ? (unit + 127) << 23 : 1 << (unit + 149));
  // Field f is 2^(f - bias): from 2^-126 on they are normal floats.
  plan.firstWithin = std::max(plan.firstNormal, (spec.bias - 126) * (1 << spec.fractionBits));
  return plan;
}

}  // namespace ulpscope::kernels
