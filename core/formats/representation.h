// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/formats/exact_decimal.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// What is worth a word about a stored value, beside its error.
enum class StorageMark : std::uint8_t {
  None,
  Largest,      ///< in range, and stored as the largest finite magnitude
  Saturated,    ///< out of range, stored as the largest finite magnitude
  Infinity,     ///< out of range, stored as infinity
  Nan,          ///< out of range, stored as NaN
  Underflowed,  ///< not zero, stored as zero
  NoNan,        ///< NaN, which the format does not have
};

/// One number as one format stores it.
struct Representation {
  const NumberFormat* format;
  Encoded outcome;
  std::string stored;     ///< readableText
  std::string exact;      ///< every digit
  std::string error;      ///< stored - number, exact; empty where either is not finite
  double errorMagnitude;  ///< |error| rounded to double, to sort by; 0 where exact, infinity where `error` is empty
  std::string code;       ///< "0xCECA"
  StorageMark mark;
};

Representation represent(const ParsedNumber& number, const NumberFormat& format, const RoundingChoice& rounding,
                         Overflow overflow);

/// In every format of the registry, in its order.
std::vector<Representation> representEverywhere(const ParsedNumber& number, const RoundingChoice& rounding,
                                                Overflow overflow);

}  // namespace ulpscope
