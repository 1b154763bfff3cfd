// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/formats/exact_decimal.h"
#include "core/formats/unrounded.h"

// What explanations of binary formats have in common: a number written in binary.
namespace ulpscope {

inline constexpr int kMostPlaces = 40;  ///< zeros, or integer digits, that are still written out

/// The significant bits of a number, the first of them 1, as far as they are shown.
struct BinaryDigits {
  std::string digits;
  bool cut;     ///< more bits follow
  int leading;  ///< weight of the first one
};

BinaryDigits binaryDigits(const Unrounded& number, int most);

/// With the point after `before` digits, which may be negative: "11011.00101", "0.00101…".
std::string withPoint(const BinaryDigits& binary, int before);

/// " × 2⁻⁴".
std::string times2To(int exponent);

/// The number of `decimal` in binary, its integer part and its fraction.
std::string binaryText(const ExactDecimal& decimal, const BinaryDigits& binary);

/// The point moved behind the first 1.
std::string normaliseText(const BinaryDigits& binary);

/// The lowest `bits` of `value`, empty where there are none.
std::string fieldBits(std::uint64_t value, int bits);

}  // namespace ulpscope
