// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <memory>
#include <optional>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

/// The first bits of a number, its leading 1 in front.
struct CutBinary {
  std::string digits;
  bool cut;  ///< more bits that are not all zero follow
};

/// A finite number other than zero, exactly: a ratio of integers times a power of two, or the square root of a dyadic
/// number. Cheap to copy; the integers are as long as they need to be.
class ExactNumber {
 public:
  /// Precondition: finite and not zero. Where `number` is sticky, what is computed from it is approximate.
  explicit ExactNumber(const Unrounded& number);

  bool negative() const;
  /// Some operand was sticky: digits beyond the 64 bits that were known mean nothing.
  bool approximate() const;
  /// The weight of the leading bit: 2^leading <= |this| < 2^(leading + 1).
  int leading() const;
  /// The weight of the last bit that is set; nullopt where the bits never end.
  std::optional<int> trailing() const;

  /// 64 bits and whether anything follows: ready to be rounded to a format.
  Unrounded unrounded() const;
  /// The bits from the leading one down to weight `lowest`, or "0" where all are below it.
  CutBinary digits(int lowest) const;

  /// Exact decimal; the first 40 digits and an ellipsis where it never ends ("0.3333…").
  std::string text() const;
  /// "1/3" in lowest terms, "√2"; empty where the decimal ends, or where this would be longer than 60 characters.
  std::string symbolicText() const;
  /// To nearest even.
  double toDouble() const;

  ExactNumber operator-() const;
  /// nullopt: they cancel. Precondition of all that follow: no operand is an irrational root.
  friend std::optional<ExactNumber> operator+(const ExactNumber& a, const ExactNumber& b);
  friend ExactNumber operator*(const ExactNumber& a, const ExactNumber& b);
  friend ExactNumber operator/(const ExactNumber& a, const ExactNumber& b);
  /// Preconditions: positive, and made from values of formats by operators other than division.
  friend ExactNumber squareRoot(const ExactNumber& radicand);

  /// Of the values, signs included. Roots compare with anything that is none.
  friend std::strong_ordering compare(const ExactNumber& a, const ExactNumber& b);

  /// Itself; of a root that goes on forever its first 256 bits.
  ExactNumber rational() const;

 private:
  struct Parts;  // Boost's integers stay in the .cpp file
  explicit ExactNumber(Parts parts);

  std::shared_ptr<const Parts> m_parts;
};

inline ExactNumber magnitudeOf(const ExactNumber& number) { return number.negative() ? -number : number; }

/// From the finite value of `code` to the next one away from zero, positive; from the last one, to the one before it.
/// nullopt for codes that are not finite and where there is no other value.
std::optional<ExactNumber> ulpOf(const NumberFormat& format, std::uint64_t code);

}  // namespace ulpscope
