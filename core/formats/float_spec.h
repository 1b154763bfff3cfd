// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

/// Which codes are not finite numbers.
enum class Specials : std::uint8_t {
  Ieee,             ///< all-ones exponent: infinity with fraction zero, NaN otherwise
  NanOnly,          ///< the largest magnitude, all ones, is NaN (OCP "fn"; with a sign bit there are two)
  None,             ///< finite throughout
  NegativeZeroNan,  ///< the code of negative zero is the only NaN ("fnuz", IEEE P3109 finite); needs a sign bit
  Extended,         ///< IEEE P3109 extended: one NaN, negative zero's code, or all ones where there is no sign bit; the
                    ///< largest magnitude left is infinity
};

/// What exponent field zero means.
enum class Bottom : std::uint8_t {
  Subnormal,      ///< no hidden bit, exponent of field one: zero and the subnormal values
  Flushed,        ///< zero whatever the fraction
  Normal,         ///< hidden bit as in any other field: there is no zero (E8M0)
  NormalButZero,  ///< the same, except that fraction zero is zero (DLFloat16)
};

/// A binary floating-point layout as data, at most 64 bits: sign, exponent, fraction from the top, then `paddingBits`
/// zero bits (tfloat32 sits in the upper 19 bits of a 32-bit container).
struct FloatSpec {
  int signBits = 1;  ///< 1, or 0: no value is negative
  int exponentBits = 0;
  int fractionBits = 0;
  int bias = 0;
  Specials specials = Specials::Ieee;
  Bottom bottom = Bottom::Subnormal;
  int paddingBits = 0;

  constexpr int codeBits() const { return signBits + exponentBits + fractionBits + paddingBits; }
  constexpr int firstNormalField() const { return bottom == Bottom::Normal || bottom == Bottom::NormalButZero ? 0 : 1; }
  constexpr int smallestExponent() const {
    return firstNormalField() - bias;
  }  ///< of normal values; subnormals share it

  friend constexpr bool operator==(const FloatSpec&, const FloatSpec&) = default;
};

/// The layouts of `float` and `double`, which numbers come in from and go out to.
inline constexpr FloatSpec kFloat32Spec{.exponentBits = 8, .fractionBits = 23, .bias = 127};
inline constexpr FloatSpec kFloat64Spec{.exponentBits = 11, .fractionBits = 52, .bias = 1023};

}  // namespace ulpscope
