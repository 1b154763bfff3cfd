// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "core/formats/number_format.h"
#include "core/formats/tapered_code.h"

namespace ulpscope {

/// A code of a binary float taken apart. Where the code is finite, its value is
/// (-1)^negative * significand * 2^exponent.
struct FloatAnatomy {
  bool negative;
  std::uint64_t storedExponent;
  std::uint64_t storedFraction;
  int bias;
  int exponent;  ///< storedExponent - bias; of zero and subnormal values that of field one
  /// "1.1011001010", with all the fraction bits; "0.…" where the stored exponent is zero; empty for infinity and NaN.
  std::string significandBits;
  std::string significand;  ///< the same as an exact decimal
};

/// Two's complement or unsigned: the value is topWeight + rest.
struct IntegerAnatomy {
  std::int64_t topWeight;  ///< -2^(n - 1) if a sign bit is set, else 0
  std::uint64_t rest;      ///< the bits below it
};

/// The value is entry `index` of a table of `size`.
struct IndexAnatomy {
  std::uint64_t index;
  std::uint64_t size;
};

/// A posit or takum; TaperedParts says what value they make.
struct TaperedAnatomy {
  Taper taper;
  TaperedParts parts;
  std::string fractionBits;  ///< "0.011", with all of them; "0" where there are none
  std::string fraction;      ///< the same as an exact decimal
};

using Anatomy = std::variant<FloatAnatomy, IntegerAnatomy, IndexAnatomy, TaperedAnatomy>;

/// How the bit fields of `code` make its value. `code` has no bits above the format's.
Anatomy anatomyOf(const NumberFormat& format, std::uint64_t code);

}  // namespace ulpscope
