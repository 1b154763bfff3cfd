// SPDX-License-Identifier: Apache-2.0
#include "core/formats/code_scale.h"

#include <gtest/gtest.h>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

TEST(CodeScale, GivesEveryCodeOfANarrowFormatItsPlace) {
  const CodeScale scale(*findFormat("float16"));
  EXPECT_EQ(scale.places(), 63490);
  EXPECT_EQ(scale.placeOf(0xCECA), 11574);
  EXPECT_EQ(scale.above(0xCECA), 51915u);
  EXPECT_EQ(scale.nanCodes(), 2046u);
  EXPECT_EQ(scale.placeOf(0x7E00), std::nullopt);
}

TEST(CodeScale, CountsTheCodesOfSixtyFourBits) {
  const CodeScale scale(*findFormat("float64"));
  EXPECT_EQ(scale.lowest(), 0xFFF0'0000'0000'0000u);
  EXPECT_EQ(scale.highest(), 0x7FF0'0000'0000'0000u);
  // Two times as many as magnitudes up to infinity, which is 0x7FF0000000000000 of them and zero.
  EXPECT_EQ(scale.numbers(), 2 * 0x7FF0'0000'0000'0001u);
  EXPECT_EQ(scale.above(0x0000'0000'0000'0000u), 0x7FF0'0000'0000'0000u);
  EXPECT_EQ(scale.above(0x8000'0000'0000'0000u), 0x7FF0'0000'0000'0001u) << "-0 comes before +0";
  EXPECT_EQ(scale.nanCodes(), 2 * 0x000F'FFFF'FFFF'FFFFu);
}

TEST(CodeScale, RisesThroughEveryFormatAndFindsItsPlacesAgain) {
  for (const NumberFormat* format : formatRegistry()) {
    SCOPED_TRACE(format->info().id);
    const CodeScale scale(*format);
    double before = toDouble(format->decode(scale.lowest()));
    EXPECT_FALSE(format->nextDown(scale.lowest()));
    EXPECT_FALSE(format->nextUp(scale.highest()));
    EXPECT_EQ(scale.above(scale.lowest()), scale.numbers() - 1);
    EXPECT_EQ(scale.above(scale.highest()), 0u);
    const int step = std::max(1, scale.places() / 997);
    for (int place = 0; place < scale.places(); place += step) {
      const std::uint64_t code = scale.codeAt(place);
      const double value = toDouble(format->decode(code));
      ASSERT_GE(value, before);
      ASSERT_EQ(scale.placeOf(code), place);
      before = value;
    }
  }
}

}  // namespace
}  // namespace ulpscope
