// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

/// How one code is written. "inf", "-inf" and "nan" where there is no number.
std::string exactText(const NumberFormat& format, std::uint64_t code);     ///< every digit of the value
std::string shortestText(const NumberFormat& format, std::uint64_t code);  ///< the fewest digits that encode back to it
std::string hexFloatText(const NumberFormat& format, std::uint64_t code);  ///< "-0x1.b28p+4"
std::string codeText(const NumberFormat& format, std::uint64_t code);      ///< "0xCECA", padded to the format's width
std::string bitsText(const NumberFormat& format, std::uint64_t code);  ///< "1 10011 1011001010", a space between fields

/// The value as a double: exact for formats of up to 53 significand bits, which are all the registry holds.
double toDouble(const Unrounded& number);
Unrounded unrounded(double value);
Unrounded unrounded(float value);

}  // namespace ulpscope
