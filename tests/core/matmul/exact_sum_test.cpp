// SPDX-License-Identifier: Apache-2.0
// The long accumulator against MPFR with 5,000 bits.
#include <gtest/gtest.h>
#include <mpfr.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/matmul/exact_sum.h"

namespace ulpscope {
namespace {

class WideSum {
 public:
  WideSum() {
    mpfr_inits2(kBits, m_sum, m_product, nullptr);
    mpfr_set_zero(m_sum, 1);
  }
  ~WideSum() { mpfr_clears(m_sum, m_product, nullptr); }
  WideSum(const WideSum&) = delete;
  WideSum& operator=(const WideSum&) = delete;

  void addProduct(double a, double b) {
    mpfr_set_d(m_product, a, MPFR_RNDN);
    mpfr_mul_d(m_product, m_product, b, MPFR_RNDN);
    mpfr_add(m_sum, m_sum, m_product, MPFR_RNDN);
  }
  double toDouble() const {
    // To subnormal numbers, too, in one rounding.
    if (mpfr_zero_p(m_sum)) return 0;
    return mpfr_get_d(m_sum, MPFR_RNDN);
  }
  float toFloat() const { return mpfr_zero_p(m_sum) ? 0 : mpfr_get_flt(m_sum, MPFR_RNDN); }

 private:
  static constexpr mpfr_prec_t kBits = 5'000;
  mpfr_t m_sum, m_product;
};

double anyFinite(std::mt19937_64& generator, int spread) {
  const double significand = std::ldexp(static_cast<double>(generator() >> 11), -52);
  const int exponent = static_cast<int>(generator() % static_cast<unsigned>(2 * spread + 1)) - spread;
  return std::ldexp(generator() % 2 == 0 ? significand : -significand, exponent);
}

TEST(ExactSum, EqualsWideArithmetic) {
  std::mt19937_64 generator(3);
  for (const int spread : {0, 3, 60, 500, 1000}) {
    SCOPED_TRACE(spread);
    for (int round = 0; round < 40; ++round) {
      ExactSum found;
      WideSum expected;
      const int count = 1 + static_cast<int>(generator() % 60);
      for (int i = 0; i < count; ++i) {
        const double a = anyFinite(generator, spread);
        const double b = round % 3 == 0 ? 1 : anyFinite(generator, spread / 2);
        for (const double sign : {1.0, i % 4 == 1 ? -1.0 : 0.0}) {  // some are taken away again
          found.addProduct(a, sign * b);
          expected.addProduct(a, sign * b);
        }
        ASSERT_EQ(found.toDouble(), expected.toDouble());
        ASSERT_EQ(found.toFloat(), expected.toFloat());
      }
    }
  }
}

TEST(ExactSum, LosesNothingThatCancels) {
  ExactSum sum;
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  constexpr double kHuge = std::numeric_limits<double>::max();
  sum.addProduct(kHuge, kHuge);
  sum.addProduct(kTiny, kTiny);
  sum.add(3);
  sum.addProduct(-kHuge, kHuge);
  EXPECT_EQ(sum.toDouble(), 3);
  sum.add(-3);
  EXPECT_EQ(sum.total().exponent + 63, -2148);  // what is left is the product of the smallest numbers
  sum.addProduct(-kTiny, kTiny);
  EXPECT_EQ(sum.total(), Unrounded{});
}

TEST(ExactSum, InfinitiesAndNanWin) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ExactSum sum;
  sum.add(1);
  sum.add(-kInfinity);
  EXPECT_EQ(sum.toDouble(), -kInfinity);
  sum.add(kInfinity);
  EXPECT_TRUE(std::isnan(sum.toDouble()));
}

}  // namespace
}  // namespace ulpscope
