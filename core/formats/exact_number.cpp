// SPDX-License-Identifier: Apache-2.0
#include "core/formats/exact_number.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cassert>
#include <cmath>

#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {

using boost::multiprecision::cpp_int;

namespace {

struct Floor {
  cpp_int quotient;
  bool exact;
};

int topBit(const cpp_int& positive) { return static_cast<int>(msb(positive)); }
int lowBit(const cpp_int& positive) { return static_cast<int>(lsb(positive)); }

cpp_int shifted(const cpp_int& number, int places) {
  return places >= 0 ? cpp_int(number << places) : cpp_int(number >> -places);
}

/// Of numerator / denominator * 2^places.
Floor floorOf(const cpp_int& numerator, const cpp_int& denominator, int places) {
  if (denominator == 1) return {shifted(numerator, places), places >= 0 || lowBit(numerator) >= -places};
  Floor floor;
  cpp_int remainder;
  divide_qr(shifted(numerator, std::max(places, 0)), shifted(denominator, std::max(-places, 0)), floor.quotient,
            remainder);
  floor.exact = remainder == 0;
  return floor;
}

std::string binaryText(const cpp_int& number) {
  if (number == 0) return "0";
  std::string digits;
  for (int bit = topBit(number); bit >= 0; --bit) digits += bit_test(number, static_cast<unsigned>(bit)) ? '1' : '0';
  return digits;
}

cpp_int power(int base, int exponent) { return pow(cpp_int(base), static_cast<unsigned>(exponent)); }

int takeTwos(cpp_int& number) {
  const int count = lowBit(number);
  number >>= count;
  return count;
}

int takeFives(cpp_int& number) {
  int count = 0;
  for (; number % 5 == 0; ++count) number /= 5;
  return count;
}

std::string withEllipsis(const ExactDecimal& decimal) {
  std::string text = toString(decimal);
  return text.insert(std::min(text.find('e'), text.size()), "…");
}

}  // namespace

/// (-1)^negative * numerator / denominator * 2^exponent, in lowest terms with both integers odd; or with `root` the
/// square root of that magnitude, irrational, the denominator 1 and the exponent even.
struct ExactNumber::Parts {
  bool negative = false;
  cpp_int numerator;
  cpp_int denominator = 1;
  int exponent = 0;
  bool root = false;
  bool approximate = false;

  /// Of the magnitude divided by 2^weight.
  Floor floorAt(int weight) const {
    if (!root) return floorOf(numerator, denominator, exponent - weight);
    // floor(sqrt(floor(x))) = floor(sqrt(x)): an integer is at most sqrt(x) exactly if its square is at most x.
    return {sqrt(floorOf(numerator, 1, exponent - 2 * weight).quotient), false};
  }

  /// Of the magnitude times 10^places.
  cpp_int floorTimesPowerOfTen(int places) const {
    const int factors = root ? 2 * places : places;
    const cpp_int scaled = numerator * power(10, std::max(factors, 0));
    const cpp_int divisor = denominator * power(10, std::max(-factors, 0));
    const cpp_int quotient = floorOf(scaled, divisor, exponent).quotient;
    return root ? cpp_int(sqrt(quotient)) : quotient;
  }
};

ExactNumber::ExactNumber(Parts parts) {
  if (!parts.root) {
    const cpp_int common = gcd(parts.numerator, parts.denominator);
    parts.numerator /= common;
    parts.denominator /= common;
    parts.exponent += takeTwos(parts.numerator) - takeTwos(parts.denominator);
  }
  m_parts = std::make_shared<const Parts>(std::move(parts));
}

ExactNumber::ExactNumber(const Unrounded& number)
    : ExactNumber(Parts{.negative = number.negative,
                        .numerator = number.significand,
                        .exponent = number.exponent,
                        .approximate = number.sticky}) {}

bool ExactNumber::negative() const { return m_parts->negative; }
bool ExactNumber::approximate() const { return m_parts->approximate; }

int ExactNumber::leading() const {
  const Parts& parts = *m_parts;
  const int weight = topBit(parts.numerator) - topBit(parts.denominator) + parts.exponent;
  if (parts.root) return weight >> 1;  // halves go down, also below zero
  return parts.floorAt(weight).quotient == 0 ? weight - 1 : weight;
}

std::optional<int> ExactNumber::trailing() const {
  if (m_parts->root || m_parts->denominator != 1) return std::nullopt;
  return m_parts->exponent;
}

Unrounded ExactNumber::unrounded() const {
  const int lowest = leading() - 63;
  const auto [quotient, exact] = m_parts->floorAt(lowest);
  Unrounded number = exactNumber(m_parts->negative, static_cast<std::uint64_t>(quotient), lowest);
  number.sticky = !exact || m_parts->approximate;
  return number;
}

CutBinary ExactNumber::digits(int lowest) const {
  const auto [quotient, exact] = m_parts->floorAt(lowest);
  return {binaryText(quotient), !exact || m_parts->approximate};
}

std::string ExactNumber::text() const {
  const Parts& parts = *m_parts;
  cpp_int denominator = parts.denominator;
  const int fives = takeFives(denominator);
  if (!parts.root && !parts.approximate && denominator == 1) {
    const int places = std::max({fives, -parts.exponent, 0});
    const cpp_int digits = (parts.numerator << (parts.exponent + places)) * power(5, places - fives);
    return toString(canonicalDecimal(parts.negative, digits.str(), -places));
  }
  constexpr int kDigits = 40;
  constexpr int kKnownDigits = 18;                                                                // of 64 bits
  const int integerDigits = static_cast<int>(std::floor((leading() + 1) * std::log10(2.0))) + 1;  // or one less
  const int places = (parts.approximate ? kKnownDigits : kDigits) - integerDigits;
  return withEllipsis(canonicalDecimal(parts.negative, parts.floorTimesPowerOfTen(places).str(), -places));
}

std::string ExactNumber::symbolicText() const {
  constexpr std::size_t kLongest = 60;
  constexpr int kMostBits = 200;  // of what could be short enough, 60 digits
  const Parts& parts = *m_parts;
  cpp_int withoutFives = parts.denominator;
  takeFives(withoutFives);
  if (parts.approximate || (!parts.root && withoutFives == 1) || std::abs(parts.exponent) > kMostBits) return {};

  std::string text = parts.negative ? "-" : "";
  if (parts.root) {
    Parts radicand = parts;
    radicand.root = false;
    text += "√" + ExactNumber(std::move(radicand)).text();
  } else {
    text += cpp_int(parts.numerator << std::max(parts.exponent, 0)).str() + "/" +
            cpp_int(parts.denominator << std::max(-parts.exponent, 0)).str();
  }
  return text.size() <= kLongest ? text : std::string();
}

double ExactNumber::toDouble() const { return ulpscope::toDouble(unrounded()); }

ExactNumber ExactNumber::operator-() const {
  Parts parts = *m_parts;
  parts.negative = !parts.negative;
  return ExactNumber(std::move(parts));
}

std::optional<ExactNumber> operator+(const ExactNumber& a, const ExactNumber& b) {
  const ExactNumber::Parts& x = *a.m_parts;
  const ExactNumber::Parts& y = *b.m_parts;
  assert(!x.root && !y.root);
  const int exponent = std::min(x.exponent, y.exponent);
  const cpp_int scaledX = (x.numerator << (x.exponent - exponent)) * y.denominator;
  const cpp_int scaledY = (y.numerator << (y.exponent - exponent)) * x.denominator;
  cpp_int sum = (x.negative ? cpp_int(-scaledX) : scaledX) + (y.negative ? cpp_int(-scaledY) : scaledY);
  if (sum == 0) return std::nullopt;
  const bool negative = sum < 0;
  if (negative) sum = -sum;
  return ExactNumber({.negative = negative,
                      .numerator = std::move(sum),
                      .denominator = x.denominator * y.denominator,
                      .exponent = exponent,
                      .approximate = x.approximate || y.approximate});
}

ExactNumber operator*(const ExactNumber& a, const ExactNumber& b) {
  const ExactNumber::Parts& x = *a.m_parts;
  const ExactNumber::Parts& y = *b.m_parts;
  assert(!x.root && !y.root);
  return ExactNumber({.negative = x.negative != y.negative,
                      .numerator = x.numerator * y.numerator,
                      .denominator = x.denominator * y.denominator,
                      .exponent = x.exponent + y.exponent,
                      .approximate = x.approximate || y.approximate});
}

ExactNumber operator/(const ExactNumber& a, const ExactNumber& b) {
  const ExactNumber::Parts& y = *b.m_parts;
  assert(!y.root);
  return a * ExactNumber(ExactNumber::Parts{.negative = y.negative,
                                            .numerator = y.denominator,
                                            .denominator = y.numerator,
                                            .exponent = -y.exponent,
                                            .approximate = y.approximate});
}

ExactNumber squareRoot(const ExactNumber& radicand) {
  ExactNumber::Parts parts = *radicand.m_parts;
  assert(!parts.negative && !parts.root && parts.denominator == 1);
  if (parts.exponent % 2 != 0) {
    parts.numerator <<= 1;
    --parts.exponent;
  }
  cpp_int remainder;
  cpp_int root = sqrt(parts.numerator, remainder);
  parts.root = remainder != 0;
  if (!parts.root) {
    parts.numerator = std::move(root);
    parts.exponent /= 2;
  }
  return ExactNumber(std::move(parts));
}

std::strong_ordering compare(const ExactNumber& a, const ExactNumber& b) {
  const ExactNumber::Parts& x = *a.m_parts;
  const ExactNumber::Parts& y = *b.m_parts;
  if (x.negative != y.negative) return x.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  // As squares, if one is a root: of two positive numbers the larger has the larger square.
  const bool squares = x.root || y.root;
  const auto side = [squares](const ExactNumber::Parts& parts) {
    ExactNumber::Parts value = parts;
    if (squares && !parts.root) {
      value.numerator *= parts.numerator;
      value.denominator *= parts.denominator;
      value.exponent *= 2;
    }
    return value;
  };
  const ExactNumber::Parts left = side(x), right = side(y);
  const int exponent = std::min(left.exponent, right.exponent);
  const int order = cpp_int((left.numerator << (left.exponent - exponent)) * right.denominator)
                        .compare((right.numerator << (right.exponent - exponent)) * left.denominator);
  return (x.negative ? -order : order) <=> 0;
}

ExactNumber ExactNumber::rational() const {
  if (!m_parts->root) return *this;
  constexpr int kBits = 256;
  const int lowest = leading() + 1 - kBits;
  return ExactNumber({.negative = m_parts->negative,
                      .numerator = m_parts->floorAt(lowest).quotient,
                      .exponent = lowest,
                      .approximate = m_parts->approximate});
}

std::optional<ExactNumber> ulpOf(const NumberFormat& format, std::uint64_t code) {
  const auto finite = [&format](std::optional<std::uint64_t> at) -> std::optional<Unrounded> {
    if (!at) return std::nullopt;
    const Unrounded value = format.decode(*at);
    return isFinite(value) ? std::optional(value) : std::nullopt;
  };
  const auto value = finite(code);
  if (!value) return std::nullopt;
  const auto up = finite(format.nextUp(code)), down = finite(format.nextDown(code));
  const auto outward = value->negative ? down : up, inward = value->negative ? up : down;
  const auto neighbour = outward ? outward : inward;
  if (!neighbour) return std::nullopt;
  const auto number = [](const Unrounded& from) {
    return from.kind == Unrounded::Kind::Finite ? std::optional(ExactNumber(from)) : std::nullopt;
  };
  const auto to = number(*neighbour), from = number(*value);
  const auto distance = !from ? to : !to ? from : *to + -*from;
  return distance ? std::optional(magnitudeOf(*distance)) : std::nullopt;
}

}  // namespace ulpscope
