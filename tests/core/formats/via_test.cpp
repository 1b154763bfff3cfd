// SPDX-License-Identifier: Apache-2.0
#include "core/formats/via.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "core/base/text.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

FormatPointer format(std::string_view id) { return makeFormat(id).value(); }

std::vector<ViaStage> stagesOf(std::initializer_list<const char*> ids) {
  std::vector<ViaStage> stages;
  for (const char* id : ids) stages.push_back({format(id), Rounding::NearestEven});
  return stages;
}

ChainedRounding rounded(std::string_view text, const std::vector<ViaStage>& stages) {
  auto chain = roundVia(text, stages, Overflow::Format);
  EXPECT_TRUE(chain.has_value()) << text;
  return std::move(chain).value();
}

struct Vector {
  const char* number;
  const char* via;
  Rounding rounding;  ///< to that format
  const char* target;
  const char* chained;
  const char* direct;
};

/// triton-lang/triton #11753 and FreeToken #85 name these numbers, as float32, and both results. 136.002075 and
/// 1.0625001 come out so through float16 rounded to nearest; the other two only where its step of 0.25 is cut off, or
/// through bfloat16: rounded to nearest, 400.199585 is 400.25 in float16, and no tie. The last one is the project's
/// own.
constexpr Vector kVectors[] = {
    {"136.002075", "float16", Rounding::NearestEven, "float8_e4m3fn", "128", "144"},
    {"1.0625001", "float16", Rounding::NearestEven, "float8_e4m3fn", "1", "1.125"},
    {"400.199585", "float16", Rounding::TowardZero, "float8_e4m3fn", "384", "416"},
    {"272.156555", "float16", Rounding::TowardZero, "float8_e4m3fn", "256", "288"},
    {"400.199585", "bfloat16", Rounding::NearestEven, "float8_e4m3fn", "384", "416"},
    {"272.156555", "bfloat16", Rounding::NearestEven, "float8_e4m3fn", "256", "288"},
    {"1.00390625000000000000001", "float64", Rounding::NearestEven, "bfloat16", "1", "1.0078125"},
};

TEST(RoundingVia, GivesTheVectorsOfDoubleRoundingThatOthersFound) {
  for (const Vector& vector : kVectors) {
    std::vector<ViaStage> stages{{format(vector.via), vector.rounding}, {format(vector.target), Rounding::NearestEven}};
    if (std::string_view(vector.via) != "float64") stages.insert(stages.begin(), stagesOf({"float32"}).front());
    const ChainedRounding chain = rounded(vector.number, stages);
    EXPECT_EQ(chain.stages.back().value, vector.chained) << vector.number << " via " << vector.via;
    EXPECT_EQ(chain.direct.value, vector.direct) << vector.number;
    EXPECT_TRUE(chain.doubleRounding);
    EXPECT_THAT(chain.verdict, HasSubstr("meets a tie"));
    EXPECT_THAT(chain.verdict, HasSubstr("Rounding to " + format(vector.via)->info().title));
  }
}

TEST(RoundingVia, LeavesTheFirstVectorsAloneInBinary16RoundedToNearest) {
  EXPECT_EQ(rounded("400.199585", stagesOf({"float32", "float16", "float8_e4m3fn"})).stages[1].value, "400.25");
  EXPECT_FALSE(rounded("400.199585", stagesOf({"float32", "float16", "float8_e4m3fn"})).doubleRounding);
  EXPECT_FALSE(rounded("272.156555", stagesOf({"float32", "float16", "float8_e4m3fn"})).doubleRounding);
}

TEST(RoundingVia, GivesTheCodesOfBothWays) {
  const ChainedRounding chain = rounded("1.00390625000000000000001", stagesOf({"float64", "bfloat16"}));
  EXPECT_EQ(chain.stages.back().outcome.code, 0x3F80u);
  EXPECT_EQ(chain.direct.outcome.code, 0x3F81u);
  EXPECT_EQ(chain.stages[0].loss, "-1e-23");
  EXPECT_EQ(chain.stages[1].loss, "-0.00390625");
  EXPECT_EQ(chain.stages[1].error, "-0.00390625000000000000001");
}

TEST(RoundingVia, TellsWhichStageLostTheNumber) {
  EXPECT_EQ(rounded("1.0625001", stagesOf({"float16", "float8_e4m3fn"})).verdict,
            "The number lies `1e-07` above `1.0625`, the middle between `1` and `1.125`. Rounding to FP16 loses just "
            "that, and what follows meets a tie. The way round ends in `1`; rounded once, the number goes to `1.125`.");
  EXPECT_THAT(rounded("1.1874999", stagesOf({"float16", "float8_e4m3fn"})).verdict,
              HasSubstr("lies `1e-07` below `1.1875`, the middle between `1.125` and `1.25`"));
  EXPECT_THAT(rounded("1e6", stagesOf({"float16", "float32"})).verdict, HasSubstr("FP16 does not reach as far"));
  EXPECT_THAT(rounded("1e-30", stagesOf({"float16", "float32"})).verdict, HasSubstr("too small for FP16"));
  EXPECT_THAT(rounded("1.4", stagesOf({"int8", "float32"})).verdict,
              HasSubstr("Rounding to INT8 moves the number by `0.4`"));
  EXPECT_EQ(rounded("0.5", stagesOf({"float32", "float16"})).verdict,
            "Every format on the way holds the number as it is, so both ways give `0.5`.");
  EXPECT_EQ(rounded("0.1", stagesOf({"float32", "float16"})).verdict,
            "FP32 drops something, but nothing that matters here: both ways give `0.0999755859375`.");
}

TEST(RoundingVia, WritesTheSignificandsUnderOneAnother) {
  EXPECT_EQ(rounded("136.125", stagesOf({"float16", "float8_e4m3fn"})).board,
            "given     1.0001000001\n"
            "FP16      1.0001000001\n"
            "FP8 E4M3  1.001\n");
  EXPECT_EQ(rounded("1.9999", stagesOf({"float16", "float8_e4m3fn"})).board.substr(0, 12), "given      1");
  EXPECT_EQ(rounded("1e6", stagesOf({"float16", "float32"})).board, "");
}

TEST(RoundingVia, RefusesWhatItCannotRead) {
  EXPECT_EQ(roundVia("1", stagesOf({"float16"}), Overflow::Format).error().code, Errc::Usage);
  EXPECT_EQ(roundVia("one", stagesOf({"float32", "float16"}), Overflow::Format).error().code, Errc::Usage);
  EXPECT_EQ(roundVia("1e9", stagesOf({"float8_e4m3fn", "int8"}), Overflow::Format).error().code, Errc::Usage);
}

/// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd" (IEEE
/// Transactions on Computers 57, 2008): to odd with two more bits keeps the second rounding right.
TEST(RoundingVia, IsHarmlessThroughAWiderFormatRoundedToOdd) {
  std::mt19937_64 random(2008);
  const std::vector<ViaStage> odd{{format("float16"), Rounding::ToOdd},
                                  {format("float8_e4m3fn"), Rounding::NearestEven}};
  const std::vector<ViaStage> even = stagesOf({"float16", "float8_e4m3fn"});
  int doubly = 0;
  for (int i = 0; i < 4'000; ++i) {
    // Around the middles between float8_e4m3fn's values, from its subnormal ones up.
    const double middle = std::ldexp(static_cast<double>(random() % 8) + 8.5, static_cast<int>(random() % 14) - 9);
    const double offset = std::ldexp(static_cast<double>(random() % 2001) - 1000, -24);
    const std::string text = shortest(middle * (1 + offset));
    EXPECT_FALSE(rounded(text, odd).doubleRounding) << text;
    doubly += rounded(text, even).doubleRounding ? 1 : 0;
  }
  EXPECT_GT(doubly, 100);
}

}  // namespace
}  // namespace ulpscope
