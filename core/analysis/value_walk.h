// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <cstdint>
#include <optional>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// By value; the two zeros are equal. Both are Zero or Finite, and not sticky.
std::strong_ordering compareValues(const Unrounded& a, const Unrounded& b);

/// floor(log2(value)) of a Finite number.
int binadeOf(const Unrounded& number);

/// log2 of the magnitude of a Finite number, rounded to double. Reaches beyond the range of double.
double log2Magnitude(const Unrounded& number);

/// The code of the smallest finite value that is not below `number` (Zero or Finite); nullopt above the largest.
std::optional<std::uint64_t> firstAtLeast(const NumberFormat& format, const FormatLimits& limits,
                                          const Unrounded& number);

/// The code of the next larger finite value; nullopt at the largest.
std::optional<std::uint64_t> nextFinite(const NumberFormat& format, std::uint64_t code);

/// The code of the smallest positive value, normal or not; nullopt where no value is positive.
std::optional<std::uint64_t> smallestPositive(const NumberFormat& format, const FormatLimits& limits);

}  // namespace ulpscope
