// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/formats/unrounded.h"

// The bit strings of posits and takums. A string of `bits` bits stands in the low bits of an integer, its sign bit on
// top; where a field runs past the end of the string, the bits it lacks count as zeros.
namespace ulpscope {

enum class Taper : std::uint8_t {
  Posit,  ///< Standard for Posit Arithmetic (2022): sign, regime run, two exponent bits, fraction
  Takum,  ///< linear takum, arXiv 2404.18603: sign, direction, 3 bits of regime r, r of characteristic, fraction
  LogarithmicTakum,  ///< the same fields; a power of sqrt(e) instead of two
};

/// The widest string that the functions below take: a format's code, and bits beyond it that rounding looks at.
inline constexpr int kWidestTaperedString = 40;

/// A string taken apart, as it stands: of a negative number without taking its two's complement first. With s = 1 for
/// negative and f = fraction / 2^fractionBits, the value is
///   ((1 - 3s) + f) * 2^((1 - 2s) * (scale + s)),
/// of a logarithmic takum (1 - 2s) * sqrt(e)^((1 - 2s) * (scale + f)). Neither holds for zero and the string 10...0.
struct TaperedParts {
  bool negative;
  int directionBits;       ///< takums: 1
  bool upward;             ///< takums: the direction bit
  int regimeBits;          ///< posits: the run and the bit that ends it, if there is room; takums: up to 3
  int regime;              ///< posits: run - 1 of ones, -run of zeros; takums: bits of the characteristic, 0 to 7
  int exponentBits;        ///< of exponent or characteristic, as far as there is room
  std::uint64_t exponent;  ///< that field, missing bits filled in
  int fractionBits;
  std::uint64_t fraction;
  int scale;  ///< posits: 4 * regime + exponent; takums: the characteristic
};

/// Precondition: 3 <= bits <= kWidestTaperedString.
TaperedParts takeApart(Taper taper, std::uint64_t string, int bits);

/// The value of a string whose sign bit is 0. Of a logarithmic takum other than 1, which is irrational, the leading 64
/// bits, and sticky.
Unrounded valueOfString(Taper taper, std::uint64_t string, int bits);

/// A positive number as an endless string, cut.
struct CutString {
  std::uint64_t string;  ///< of the largest value not above the number; all ones below the sign if it is beyond them
  bool rest;             ///< the number is larger than that value
};

/// The first `bits` bits of the string of |number|. Logarithmic takums: a sticky number whose 64 bits are those of a
/// value counts as that value, as it cannot be told from it. Precondition: `number` is Finite.
CutString cutToString(Taper taper, const Unrounded& number, int bits);

}  // namespace ulpscope
