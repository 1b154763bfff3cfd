// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "core/formats/codec.h"

namespace ulpscope::kernels {

/// A FloatSpec of up to 16 bits worked out for decoding in 32-bit lanes.
struct DecodingPlan {
  bool floatExponent;  ///< the code is the upper part of a float
  std::int32_t codeBits;
  std::int32_t magnitudeMask;
  std::int32_t fractionBits;
  std::int32_t exponentOffset;  ///< (127 - bias) << 23, from the code's exponent field to float's
  std::int32_t largest;         ///< largest finite magnitude
  std::int32_t infinity;        ///< magnitude of infinity, -1 if there is none
};

/// nullopt: the lanes do not cover this format.
constexpr std::optional<DecodingPlan> makeDecodingPlan(const FloatSpec& spec) {
  const bool floatExponent = spec.exponentBits == 8 && spec.bias == 127 && spec.specials == Specials::Ieee;
  // Values whose smallest and largest powers of two are normal floats, or float's own.
  const bool withinFloat = spec.exponentBits < 8 && spec.bias > 0 && spec.bias < 127;
  if (spec.codeBits() > 16 || spec.signBits != 1 || spec.paddingBits != 0) return std::nullopt;
  if (spec.bottom != Bottom::Subnormal || nanIsNegativeZero(spec)) return std::nullopt;
  if (!floatExponent && !withinFloat) return std::nullopt;
  const auto largest = static_cast<std::int32_t>(largestFiniteMagnitude(spec));
  return DecodingPlan{.floatExponent = floatExponent,
                      .codeBits = spec.codeBits(),
                      .magnitudeMask = static_cast<std::int32_t>(allOnesMagnitude(spec)),
                      .fractionBits = spec.fractionBits,
                      .exponentOffset = (127 - spec.bias) << 23,
                      .largest = largest,
                      .infinity = hasInfinity(spec) ? largest + 1 : -1};
}

}  // namespace ulpscope::kernels
