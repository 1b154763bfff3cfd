// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

namespace ulpscope {

/// A number before it is rounded to a format: +-significand * 2^exponent, exact unless `sticky`, in which case the true
/// magnitude lies strictly between `significand` and `significand + 1` at that exponent. 64 bits and sticky are enough
/// to round correctly, in every mode, to any format whose significand has at most 62 bits.
struct Unrounded {
  enum class Kind : std::uint8_t { Zero, Finite, Infinity, Nan };

  Kind kind = Kind::Zero;
  bool negative = false;
  std::uint64_t significand = 0;  ///< bit 63 is set if Finite, else 0
  int exponent = 0;               ///< weight of bit 0
  bool sticky = false;

  friend constexpr bool operator==(const Unrounded&, const Unrounded&) = default;
};

constexpr bool isFinite(Unrounded::Kind kind) {
  return kind == Unrounded::Kind::Zero || kind == Unrounded::Kind::Finite;
}
constexpr bool isFinite(const Unrounded& number) { return isFinite(number.kind); }

/// +-magnitude * 2^exponent, exact and normalized; Zero where magnitude is 0.
constexpr Unrounded exactNumber(bool negative, std::uint64_t magnitude, int exponent) {
  if (magnitude == 0) return {.kind = Unrounded::Kind::Zero, .negative = negative};
  const int shift = std::countl_zero(magnitude);
  return {.kind = Unrounded::Kind::Finite,
          .negative = negative,
          .significand = magnitude << shift,
          .exponent = exponent - shift};
}

}  // namespace ulpscope
