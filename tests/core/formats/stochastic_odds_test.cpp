// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stochastic_odds.h"

#include <gtest/gtest.h>

#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

StochasticOdds odds(const char* number, const char* id, int count = 32) {
  return stochasticOdds(unrounded(*parseNumber(number)), *findFormat(id), Overflow::Format, count);
}

TEST(StochasticOdds, AreTheShareOfTheWayToTheUpperValue) {
  const StochasticOdds quarter = odds("1.25", "int8");
  EXPECT_EQ(quarter.lower, 1u);
  EXPECT_EQ(quarter.upper, 2u);
  EXPECT_EQ(quarter.probabilityUpper(), 0.25);
  const StochasticOdds negative = odds("-1.25", "int8");
  EXPECT_EQ(negative.lower, 0xFEu);
  EXPECT_EQ(negative.upper, 0xFFu);
  EXPECT_EQ(negative.probabilityUpper(), 0.75);
  // float8_e4m3fn has 26 and 28, and 27.15625 lies 1.15625 of these 2 above 26.
  EXPECT_EQ(odds("27.15625", "float8_e4m3fn").probabilityUpper(), 0.578125);
}

TEST(StochasticOdds, LeaveAValueOfTheFormatAlone) {
  const StochasticOdds none = odds("1.5", "float16");
  EXPECT_EQ(none.lower, none.upper);
  EXPECT_EQ(none.probabilityUpper(), 0);
}

TEST(StochasticOdds, CountEveryDrawOfFewBits) {
  for (const NumberFormat* format : formatRegistry()) {
    SCOPED_TRACE(format->info().id);
    for (const char* text : {"0.3", "-0.3", "1.1", "-27.15625", "1e-9", "300.7"}) {
      const Unrounded number = unrounded(*parseNumber(text));
      const StochasticOdds found = stochasticOdds(number, *format, Overflow::Saturate, 4);
      std::uint64_t upper = 0;
      for (std::uint64_t draw = 0; draw < 16; ++draw) {
        const RoundingChoice choice(Rounding::Stochastic, {draw, 4});
        const std::uint64_t code = format->encode(number, choice, Overflow::Saturate).code;
        EXPECT_TRUE(code == found.lower || code == found.upper);
        if (found.lower != found.upper && code == found.upper) ++upper;
      }
      EXPECT_EQ(found.drawsUpper, upper) << text;
    }
  }
}

}  // namespace
}  // namespace ulpscope
