// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

/// What the codes with an all-ones exponent mean.
enum class Specials : std::uint8_t {
  Ieee,     ///< infinity with fraction zero, NaN otherwise
  NanOnly,  ///< finite, but for the all-ones fraction, which is NaN (OCP "fn")
  None,     ///< finite throughout
};

/// A binary floating-point layout as data, at most 64 bits: sign, exponent, fraction from the top, then `paddingBits`
/// zero bits (tfloat32 sits in the upper 19 bits of a 32-bit container).
struct FloatSpec {
  int signBits = 1;
  int exponentBits = 0;
  int fractionBits = 0;
  int bias = 0;
  Specials specials = Specials::Ieee;
  bool subnormals = true;
  int paddingBits = 0;

  constexpr int codeBits() const { return signBits + exponentBits + fractionBits + paddingBits; }
  constexpr int smallestExponent() const { return 1 - bias; }  ///< of normal values; subnormals share it

  friend constexpr bool operator==(const FloatSpec&, const FloatSpec&) = default;
};

/// The layouts of `float` and `double`, which numbers come in from and go out to.
inline constexpr FloatSpec kFloat32Spec{.exponentBits = 8, .fractionBits = 23, .bias = 127};
inline constexpr FloatSpec kFloat64Spec{.exponentBits = 11, .fractionBits = 52, .bias = 1023};

}  // namespace ulpscope
