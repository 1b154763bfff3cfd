// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

/// Where a value between two neighbours goes. Overflow is a separate choice.
enum class Rounding : std::uint8_t {
  NearestEven,
  NearestAway,
  TowardZero,
  TowardPositive,
  TowardNegative,
  ToOdd,
  Stochastic,  ///< away from zero with a probability of the share of the way there
};

/// One draw for Rounding::Stochastic: `value` is uniform in [0, 2^count). A share p of the way to the next magnitude is
/// rounded up where p * 2^count > value + 1/2, so for round(p * 2^count) of the 2^count draws: exactly p where p is a
/// multiple of 2^-count, and otherwise off by 2^-(count + 1) at most, to either side alike.
struct RandomBits {
  std::uint64_t value = 0;
  int count = 32;  ///< 1 to 32

  friend constexpr bool operator==(const RandomBits&, const RandomBits&) = default;
};

/// The draw for element `index` of an array: the same wherever and in whatever order it is computed. Preconditions:
/// 1 <= count <= 32. Source: the SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014), of which the upper bits count.
constexpr RandomBits randomBits(std::uint64_t seed, std::uint64_t index, int count = 32) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return {(z ^ z >> 31) >> (64 - count), count};
}

/// A rounding mode with what it needs. The modes but Stochastic need nothing: `Rounding::ToOdd` is a choice by itself.
struct RoundingChoice {
  Rounding mode = Rounding::NearestEven;
  RandomBits random = {};

  constexpr RoundingChoice() = default;
  constexpr RoundingChoice(Rounding chosen, RandomBits draw = {}) : mode(chosen), random(draw) {}

  friend constexpr bool operator==(const RoundingChoice&, const RoundingChoice&) = default;
};

/// Where a value beyond the largest finite one goes, once rounded as if the exponent had no limit. The same choice
/// decides on what lies below a format's range: negative numbers where there is no sign, zero where there is no zero.
enum class Overflow : std::uint8_t {
  Format,    ///< infinity if the format has one, else NaN if it has one, else the end of the range; posits and takums
             ///< take the end for finite numbers, NaN for infinity
  Saturate,  ///< the end of the range, for infinite inputs too
  Infinity,  ///< infinity; where there is none, as Format
  Nan,       ///< NaN; where there is none, as Format
};

}  // namespace ulpscope
