// SPDX-License-Identifier: Apache-2.0
#include "core/formats/brief_decimal.h"

#include <gtest/gtest.h>

namespace ulpscope {
namespace {

TEST(BriefDecimal, KeepsWhatIsShortAndRoundsTheRest) {
  EXPECT_EQ(briefDecimal("-0.03125", 6).text, "-0.03125");
  EXPECT_TRUE(briefDecimal("-0.03125", 6).exact);
  EXPECT_EQ(briefDecimal("5.5511151231257827e-18", 6).text, "5.55112e-18");
  EXPECT_FALSE(briefDecimal("5.5511151231257827e-18", 6).exact);
  EXPECT_EQ(briefDecimal("", 6).text, "");
  EXPECT_EQ(briefDecimal("-inf", 6).text, "-inf");
}

TEST(BriefDecimal, RoundsTiesToEvenAndCarries) {
  EXPECT_EQ(briefDecimal("1.25", 2).text, "1.2");
  EXPECT_EQ(briefDecimal("1.35", 2).text, "1.4");
  EXPECT_EQ(briefDecimal("1.2501", 2).text, "1.3");
  EXPECT_EQ(briefDecimal("9.99", 2).text, "10");
  EXPECT_EQ(briefDecimal("999.96", 3).text, "1000");
}

}  // namespace
}  // namespace ulpscope
