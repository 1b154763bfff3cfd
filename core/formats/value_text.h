// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/formats/exact_decimal.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// How one code is written. "inf", "-inf" and "nan" where there is no number.
/// Every digit of the value. The digits of an irrational one never end: as many as its 64 bits make certain and "…".
std::string exactText(const NumberFormat& format, std::uint64_t code);
/// The first digits of a number of which no more are known, at most that many, and "…": "4.48168907…", "1.5…e-20".
std::string cutText(ExactDecimal decimal, std::size_t digits);
inline constexpr std::size_t kIrrationalErrorDigits = 6;  ///< of an error of an irrational value
/// The fewest digits that round back to the code (to nearest even), of those the nearest to its value: "65500" is
/// float16's 65504. Integers and code books: the fewest that read back as the float32 of the same value.
std::string shortestText(const NumberFormat& format, std::uint64_t code);
/// The exact value where it takes at most 17 digits, else the shortest text: binary16 shows -27.15625, not -27.16.
std::string readableText(const NumberFormat& format, std::uint64_t code);
/// "-0x1.b28p+4", subnormals normalized too. Of an irrational value the leading 64 bits, cut, and "…".
std::string hexFloatText(const NumberFormat& format, std::uint64_t code);
std::string codeText(const NumberFormat& format, std::uint64_t code);  ///< "0xCECA", padded to the format's width
std::string bitsText(const NumberFormat& format, std::uint64_t code);  ///< "1 10011 1011001010", a space between fields

/// The value as a double, to nearest even: exact for every value of the registry's formats that is rational. NaN
/// becomes quiet.
double toDouble(const Unrounded& number);
Unrounded unrounded(double value);
Unrounded unrounded(float value);

}  // namespace ulpscope
