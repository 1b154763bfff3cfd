// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/formats/unrounded.h"

namespace ulpscope {

/// A finite number as decimal digits, exactly: +-digits * 10^exponent10. Every value of every binary format has such a
/// form (2^-n = 5^n * 10^-n). Canonical: no leading or trailing zeros in `digits`; zero is "0" with exponent 0.
struct ExactDecimal {
  bool negative = false;
  std::string digits = "0";
  int exponent10 = 0;

  friend bool operator==(const ExactDecimal&, const ExactDecimal&) = default;
};

/// +-digits * 10^exponent10, whatever zeros `digits` begins or ends with.
ExactDecimal canonicalDecimal(bool negative, std::string digits, int exponent10);

/// A number as a user writes it, before any rounding.
struct ParsedNumber {
  Unrounded::Kind kind;
  ExactDecimal decimal;  ///< of Zero and Finite; carries the sign of every kind
};

/// Decimal of any length ("-27.15625", "1e-46"), hex float ("-0x1.b28p+4"; the power may be missing), "inf",
/// "infinity", "nan", in either case, signs allowed. Usage error otherwise, and LimitExceeded beyond 100,000 decimal or
/// 20,000 hexadecimal digits, a power of ten outside +-20,000 or of two outside +-60,000.
Result<ParsedNumber> parseNumber(std::string_view text);

/// Ready for NumberFormat::encode: the leading 64 bits, and whether anything follows them. Never goes through double.
Unrounded unrounded(const ParsedNumber& number);

/// The exact value; `number` must be Zero or Finite. Of a sticky number that of its 64 bits alone.
ExactDecimal exactDecimal(const Unrounded& number);

/// a - b, exactly.
ExactDecimal subtract(const ExactDecimal& a, const ExactDecimal& b);

/// "-0.00003" and "-3e-05", all digits in both.
std::string toPlainString(const ExactDecimal& value);
std::string toScientificString(const ExactDecimal& value);

/// Plain digits while that stays readable ("-0.000030517578125"), else scientific ("4.9406564584124654e-324", all
/// digits).
std::string toString(const ExactDecimal& value);

}  // namespace ulpscope
