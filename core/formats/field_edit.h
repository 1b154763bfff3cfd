// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// A code with one part of it written anew, the other fields as they were. All end in Usage where the text is no number
/// or the part cannot hold it.

/// The bits of `field` as a number: decimal, "0x…" or "0b…".
Result<std::uint64_t> withField(std::uint64_t code, const BitField& field, std::string_view number);

/// The power of two of a finite value, an integer. A subnormal value whose power is given anew becomes normal.
/// Precondition: format.floatSpec().
Result<std::uint64_t> withExponent(const NumberFormat& format, std::uint64_t code, std::string_view number);

/// The significand, from 1 to below 2 where the stored exponent makes the value normal, else from 0 to below 1; any
/// number that parseNumber reads, rounded to the nearest fraction. Precondition: format.floatSpec().
Result<std::uint64_t> withSignificand(const NumberFormat& format, std::uint64_t code, std::string_view number);

}  // namespace ulpscope
