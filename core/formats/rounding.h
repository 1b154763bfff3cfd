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
};

/// Where a value beyond the largest finite one goes, once rounded as if the exponent had no limit.
enum class Overflow : std::uint8_t {
  Format,    ///< infinity if the format has one, else NaN if it has one, else the largest finite value
  Saturate,  ///< the largest finite value, for infinite inputs too
  Infinity,  ///< infinity; where there is none, as Format
  Nan,       ///< NaN; where there is none, as Format
};

}  // namespace ulpscope
