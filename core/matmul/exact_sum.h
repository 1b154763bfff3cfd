// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "core/formats/unrounded.h"

namespace ulpscope {

/// A sum of products of doubles without any rounding: one fixed-point number wide enough for all of them (Kulisch's
/// long accumulator). Up to 2^31 finite products; infinities and NaN are kept apart and win.
class ExactSum {
 public:
  /// a * b, any doubles.
  void addProduct(double a, double b);
  void add(double value) { addProduct(value, 1); }

  /// To be rounded to a format. Zero is positive.
  Unrounded total() const;
  /// To nearest even.
  double toDouble() const;
  float toFloat() const;

 private:
  // Bit 0 weighs 2^-2148, below the product of two smallest subnormal numbers; products end below 2^2048, and 31 bits
  // more are carries.
  static constexpr int kLastPlace = -2176;
  static constexpr std::size_t kLimbs = 133;  ///< of 32 bits: up to 2^2080

  void addShifted(std::uint64_t low, std::uint64_t high, int lastPlace, bool negative);

  std::array<std::int64_t, kLimbs> m_limbs{};  ///< 32 bits each, and carries above them, of either sign
  std::uint32_t m_sinceCarry = 0;
  bool m_isNan = false, m_isPositive = false, m_isNegative = false;

  void carry();
};

/// The sum of products, rounded once to float64. Precondition: equal sizes.
template <class T>
double exactDot(std::span<const T> a, std::span<const T> b) {
  ExactSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum.addProduct(static_cast<double>(a[i]), static_cast<double>(b[i]));
  return sum.toDouble();
}

}  // namespace ulpscope
