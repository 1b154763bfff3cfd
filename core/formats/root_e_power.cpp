// SPDX-License-Identifier: Apache-2.0
#include "core/formats/root_e_power.h"

#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cassert>
#include <cmath>
#include <numbers>

namespace ulpscope {
namespace {

namespace mp = boost::multiprecision;

// A product of at most 12 factors of 192 bits is good to 188 bits. The 64 that are kept are the right ones unless the
// 120 behind them are all zeros or all ones; of the values of formats of up to 16 bits, each of which the golden files
// hold, none comes near that.
using Real = mp::number<mp::cpp_bin_float<192, mp::digit_base_2>, mp::et_off>;

constexpr int kPlaces = 36;           ///< of the exponent l / 2
constexpr int kSmallestPower = -128;  ///< l / 2 is at least that
constexpr int kDigitBits = 4;
constexpr int kDigits = (kPlaces + 8) / kDigitBits;  ///< of l / 2 + 128, which is less than 2^8

/// e^(digit * 16^place / 2^36).
class Factors {
 public:
  Factors() : m_smallest(mp::exp(Real(kSmallestPower))) {
    for (int place = 0; place < kDigits; ++place)
      for (int digit = 1; digit < 1 << kDigitBits; ++digit)
        m_factors[index(place, digit)] = mp::exp(mp::ldexp(Real(digit), kDigitBits * place - kPlaces));
  }

  /// e^(exponent / 2^36 - 128).
  Real power(std::uint64_t exponent) const {
    Real product = m_smallest;
    for (int place = 0; exponent != 0; ++place, exponent >>= kDigitBits) {
      const int digit = static_cast<int>(exponent & ((1 << kDigitBits) - 1));
      if (digit != 0) product *= m_factors[index(place, digit)];
    }
    return product;
  }

 private:
  static std::size_t index(int place, int digit) { return static_cast<std::size_t>((place << kDigitBits) + digit); }

  Real m_smallest;
  std::array<Real, std::size_t{kDigits} << kDigitBits> m_factors;
};

}  // namespace

Unrounded rootEPower(std::int64_t numerator, int places) {
  static const Factors factors;
  if (numerator == 0) return exactNumber(false, 1, 0);
  const std::int64_t exponent = (numerator << (kPlaces - 1 - places)) - (std::int64_t{kSmallestPower} << kPlaces);
  assert(places >= 0 && places < kPlaces && exponent >= 0 && exponent < std::int64_t{256} << kPlaces);
  int leading = 0;
  const Real significand = mp::frexp(factors.power(static_cast<std::uint64_t>(exponent)), &leading);  // in [1/2, 1)
  return {.kind = Unrounded::Kind::Finite,
          .significand = static_cast<std::uint64_t>(mp::ldexp(significand, 64)),
          .exponent = leading - 64,
          .sticky = true};
}

double rootELogarithm(const Unrounded& number) {
  return 2 * (std::log(static_cast<double>(number.significand)) + number.exponent * std::numbers::ln2);
}

}  // namespace ulpscope
