// SPDX-License-Identifier: Apache-2.0
#include "core/formats/exact_decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cctype>
#include <cstdlib>
#include <optional>

namespace ulpscope {
namespace {

using boost::multiprecision::cpp_int;

constexpr std::size_t kMaxDecimalDigits = 100'000;
constexpr std::size_t kMaxHexDigits = 20'000;
constexpr int kMaxPowerOfTen = 20'000;
constexpr int kMaxPowerOfTwo = 60'000;

cpp_int powerOfFive(int exponent) {
  cpp_int power = 1, square = 5;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 != 0) power *= square;
    if (exponent > 1) square *= square;
  }
  return power;
}

/// magnitude * 2^exponent.
ExactDecimal decimalOf(bool negative, cpp_int magnitude, int exponent) {
  if (magnitude == 0) return {.negative = negative};
  if (exponent >= 0) return canonicalDecimal(negative, cpp_int(magnitude << exponent).str(), 0);
  // Even factors first: 2^-n costs n digits.
  const int even = std::min(static_cast<int>(boost::multiprecision::lsb(magnitude)), -exponent);
  magnitude >>= even;
  exponent += even;
  return canonicalDecimal(negative, cpp_int(magnitude * powerOfFive(-exponent)).str(), exponent);
}

/// The part of a number text around its point, without the point.
struct Digits {
  std::string digits;
  int afterPoint = 0;
};

/// Takes digits with at most one point from the front of `text`; nullopt if there is no digit.
std::optional<Digits> takeDigits(std::string_view& text, bool (*isDigit)(char)) {
  Digits taken;
  bool point = false;
  while (!text.empty() && (isDigit(text[0]) || (text[0] == '.' && !point))) {
    if (text[0] == '.') {
      point = true;
    } else {
      taken.digits += text[0];
      taken.afterPoint += point ? 1 : 0;
    }
    text.remove_prefix(1);
  }
  if (taken.digits.empty()) return std::nullopt;
  return taken;
}

/// Takes "e-12" or "p+4" from the front: 0 if `marker` is not there, nullopt if no integer follows it. Integers beyond
/// `limit` come back as +-(limit + 1).
std::optional<int> takeExponent(std::string_view& text, char marker, int limit) {
  if (text.empty() || text[0] != marker) return 0;
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  int exponent = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    exponent = std::min(exponent * 10 + (text[0] - '0'), limit + 1);
    text.remove_prefix(1);
  }
  return negative ? -exponent : exponent;
}

bool isDecimalDigit(char c) { return c >= '0' && c <= '9'; }
bool isHexDigit(char c) { return isDecimalDigit(c) || (c >= 'a' && c <= 'f'); }

/// The notation: base of the digits, marker and base of the exponent, limits.
struct Notation {
  bool (*isDigit)(char);
  char exponentMarker;
  std::size_t maxDigits;
  int maxExponent;
};

constexpr Notation kDecimal{isDecimalDigit, 'e', kMaxDecimalDigits, kMaxPowerOfTen};
constexpr Notation kHexadecimal{isHexDigit, 'p', kMaxHexDigits, kMaxPowerOfTwo};

struct Literal {
  Digits digits;
  int exponent;
};

/// The whole of `rest` in `notation`; `text` is the whole number, for the message.
Result<Literal> parseLiteral(std::string_view rest, const Notation& notation, std::string_view text) {
  auto digits = takeDigits(rest, notation.isDigit);
  const auto exponent = digits ? takeExponent(rest, notation.exponentMarker, notation.maxExponent) : std::nullopt;
  if (!exponent || !rest.empty())
    return fail(Errc::Usage, R"(a number such as "-27.15625", "1e-46", "0x1.8p+3", "inf" or "nan" expected)",
                std::string(text));
  if (digits->digits.size() > notation.maxDigits)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} digits expected, {} found", notation.maxDigits, digits->digits.size()));
  const bool isZero = digits->digits.find_first_not_of('0') == std::string::npos;
  if (std::abs(*exponent) > notation.maxExponent && !isZero)
    return fail(Errc::LimitExceeded,
                fmt::format("an exponent from -{0} to {0} expected, a larger one found", notation.maxExponent),
                std::string(text));
  return Literal{std::move(*digits), *exponent};
}

}  // namespace

ExactDecimal canonicalDecimal(bool negative, std::string digits, int exponent10) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return {.negative = negative};
  const std::size_t significant = digits.find_last_not_of('0') + 1;
  exponent10 += static_cast<int>(digits.size() - significant);
  digits.resize(significant);
  return {negative, std::move(digits), exponent10};
}

Result<ParsedNumber> parseNumber(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view rest = lower;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);

  using Kind = Unrounded::Kind;
  if (rest == "inf" || rest == "infinity") return ParsedNumber{Kind::Infinity, {.negative = negative}};
  if (rest == "nan") return ParsedNumber{Kind::Nan, {.negative = negative}};
  const bool hexadecimal = rest.starts_with("0x");
  if (hexadecimal) rest.remove_prefix(2);
  auto literal = parseLiteral(rest, hexadecimal ? kHexadecimal : kDecimal, text);
  if (!literal) return tl::unexpected(std::move(literal.error()));

  auto& [digits, exponent] = *literal;
  ExactDecimal decimal = hexadecimal
                             ? decimalOf(negative, cpp_int("0x" + digits.digits), exponent - 4 * digits.afterPoint)
                             : canonicalDecimal(negative, std::move(digits.digits), exponent - digits.afterPoint);
  const Kind kind = decimal.digits == "0" ? Kind::Zero : Kind::Finite;
  return ParsedNumber{kind, std::move(decimal)};
}

Unrounded unrounded(const ParsedNumber& number) {
  const ExactDecimal& decimal = number.decimal;
  if (number.kind != Unrounded::Kind::Finite) return {.kind = number.kind, .negative = decimal.negative};

  // digits * 10^e = digits * 5^e * 2^e; for negative e the division is carried to at least 65 bits.
  cpp_int numerator(decimal.digits);
  int exponent = decimal.exponent10;
  bool sticky = false;
  if (decimal.exponent10 >= 0) {
    numerator *= powerOfFive(decimal.exponent10);
  } else {
    const cpp_int divisor = powerOfFive(-decimal.exponent10);
    const int missing = static_cast<int>(msb(divisor)) - static_cast<int>(msb(numerator)) + 66;
    if (missing > 0) {
      numerator <<= missing;
      exponent -= missing;
    }
    cpp_int quotient, remainder;
    boost::multiprecision::divide_qr(numerator, divisor, quotient, remainder);
    sticky = remainder != 0;
    numerator = std::move(quotient);
  }
  const int excess = static_cast<int>(msb(numerator)) - 63;
  if (excess > 0) {
    sticky = sticky || static_cast<int>(lsb(numerator)) < excess;
    numerator >>= excess;
    exponent += excess;
  }
  Unrounded result = exactNumber(decimal.negative, static_cast<std::uint64_t>(numerator), exponent);
  result.sticky = sticky;
  return result;
}

ExactDecimal exactDecimal(const Unrounded& number) {
  return decimalOf(number.negative, cpp_int(number.significand), number.exponent);
}

ExactDecimal subtract(const ExactDecimal& a, const ExactDecimal& b) {
  const int exponent = std::min(a.exponent10, b.exponent10);
  const auto scaled = [exponent](const ExactDecimal& value) {
    cpp_int integer(value.digits + std::string(static_cast<std::size_t>(value.exponent10 - exponent), '0'));
    return value.negative ? cpp_int(-integer) : integer;
  };
  cpp_int difference = scaled(a) - scaled(b);
  const bool negative = difference < 0;
  if (negative) difference = -difference;
  return canonicalDecimal(negative, difference.str(), exponent);
}

std::string toPlainString(const ExactDecimal& value) {
  const std::string sign = value.negative ? "-" : "";
  const auto zeros = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
  if (value.exponent10 >= 0) return sign + value.digits + zeros(value.exponent10);
  const int point = static_cast<int>(value.digits.size()) + value.exponent10;
  if (point <= 0) return sign + "0." + zeros(-point) + value.digits;
  return sign + std::string(value.digits).insert(static_cast<std::size_t>(point), ".");
}

std::string toScientificString(const ExactDecimal& value) {
  const std::string& digits = value.digits;
  const int exponent = static_cast<int>(digits.size()) - 1 + value.exponent10;
  return fmt::format("{}{}{}{}e{:+03}", value.negative ? "-" : "", digits[0], digits.size() > 1 ? "." : "",
                     digits.substr(1), exponent);
}

std::string toString(const ExactDecimal& value) {
  constexpr int kMostIntegerDigits = 40;  // of float32's largest value, 39, and one more
  constexpr int kMostLeadingZeros = 5;    // after the point
  const int point = static_cast<int>(value.digits.size()) + value.exponent10;
  return point > kMostIntegerDigits || point < -kMostLeadingZeros ? toScientificString(value) : toPlainString(value);
}

}  // namespace ulpscope
