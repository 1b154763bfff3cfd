// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

/// The outcome of rounding one number: the code and what happened on the way.
struct Encoded {
  std::uint64_t code = 0;
  bool exact = true;         ///< the code stands for the very number given
  bool overflowed = false;   ///< the number was outside the range of the finite values, `Overflow` decided
  bool underflowed = false;  ///< a number other than zero was rounded to zero
  bool lostNan = false;      ///< NaN was asked of a format without one; `code` is its zero

  friend constexpr bool operator==(const Encoded&, const Encoded&) = default;
};

}  // namespace ulpscope
