// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <optional>
#include <string>

#include "core/formats/exact_number.h"

// How an exact number lies among the values of a format, in binary.
namespace ulpscope {

/// The weight of the last bit that the format keeps of `number`: values there are multiples of 2^lastPlace, neighbours
/// one apart. nullopt where the distance of neighbours is no power of two, as in code books and at the thin ends of
/// posits.
std::optional<int> lastPlaceAt(const NumberFormat& format, const ExactNumber& number);

/// The bits of a magnitude that are kept, "0" where there are none, and the first that fall off.
struct BinaryCut {
  std::string kept;
  char guard, round;  ///< '0' or '1'
  bool sticky;        ///< anything is set below the round bit

  bool isExact() const { return guard == '0' && round == '0' && !sticky; }
};

BinaryCut cutAt(const ExactNumber& number, int lastPlace);

/// Bits with the point behind the first: "1.011".
std::string pointed(std::string bits);

/// Whether a number between two finite values is nearer to the lower one (less), to the upper one, or in the middle.
/// Precondition: it is no irrational root.
std::strong_ordering compareWithMiddle(const ExactNumber& number, const Unrounded& below, const Unrounded& above);

}  // namespace ulpscope
