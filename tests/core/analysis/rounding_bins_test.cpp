// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/rounding_bins.h"

#include <cmath>
#include <limits>

#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

NumberLinePart binsOf(const char* id, double lower, double upper, Rounding rounding = Rounding::NearestEven,
                      std::size_t atMost = 1000) {
  const NumberFormat& format = *findFormat(id);
  return roundingBins(format, limitsOf(format), lower, upper, rounding, atMost);
}

const RoundingBin& binOf(const NumberLinePart& part, double value) {
  for (const RoundingBin& bin : part.bins)
    if (bin.value == value) return bin;
  ADD_FAILURE() << "no bin of " << value;
  return part.bins.front();
}

TEST(RoundingBinsOfFloat4E2m1, MeetAtTheMidpointsWhichGoToTheEvenCode) {
  const NumberLinePart part = binsOf("float4_e2m1fn", -7, 7);
  ASSERT_EQ(part.bins.size(), 15u);
  const auto expect = [&](double value, double from, bool includesFrom, double to, bool includesTo) {
    const RoundingBin& bin = binOf(part, value);
    EXPECT_EQ(bin.from, from) << value;
    EXPECT_EQ(bin.to, to) << value;
    EXPECT_EQ(bin.includesFrom, includesFrom) << value;
    EXPECT_EQ(bin.includesTo, includesTo) << value;
  };
  expect(0, -0.25, true, 0.25, true);
  expect(0.5, 0.25, false, 0.75, false);
  expect(1, 0.75, true, 1.25, true);
  expect(1.5, 1.25, false, 1.75, false);
  expect(4, 3.5, true, 5, true);
  EXPECT_EQ(binOf(part, 6).to, kInfinity) << "there is neither infinity nor NaN";
  EXPECT_EQ(binOf(part, -6).from, -kInfinity);
}

TEST(RoundingBins, OfTheDirectedModesBeginOrEndAtTheValues) {
  const RoundingBin zero = binOf(binsOf("float4_e2m1fn", -1, 1, Rounding::TowardZero), 0);
  EXPECT_EQ(zero.from, -0.5);
  EXPECT_EQ(zero.to, 0.5);
  EXPECT_FALSE(zero.includesFrom || zero.includesTo);
  const RoundingBin up = binOf(binsOf("float4_e2m1fn", 0, 3, Rounding::TowardPositive), 1.5);
  EXPECT_EQ(up.from, 1);
  EXPECT_EQ(up.to, 1.5);
  EXPECT_FALSE(up.includesFrom);
  EXPECT_TRUE(up.includesTo);
}

TEST(RoundingBins, OfEvenCodesAreSinglePointsUnderRoundToOdd) {
  const RoundingBin one = binOf(binsOf("float4_e2m1fn", 0, 3, Rounding::ToOdd), 1);
  EXPECT_EQ(one.from, 1);
  EXPECT_EQ(one.to, 1);
}

TEST(RoundingBinsOfFloat8E4m3, EndAt464AndAreNanBeyond) {
  const NumberLinePart part = binsOf("float8_e4m3fn", 400, 500);
  const RoundingBin& last = binOf(part, 448);
  EXPECT_EQ(last.from, 432);
  EXPECT_EQ(last.to, 464);
  EXPECT_TRUE(last.includesTo) << "464 is a tie, and 448 even";
  EXPECT_TRUE(std::isnan(part.bins.back().value));
  EXPECT_EQ(part.bins.back().from, 464);
  EXPECT_FALSE(part.bins.back().includesFrom);
}

TEST(RoundingBinsOfFloat16, AreInfiniteFrom65520On) {
  const NumberLinePart part = binsOf("float16", 65400, 66000);
  EXPECT_EQ(part.bins.back().value, kInfinity);
  EXPECT_EQ(part.bins.back().from, 65520);
  EXPECT_TRUE(part.bins.back().includesFrom);
}

TEST(RoundingBinsOfNf4, MeetAtTheThresholdsOfTheLibraryWhichGoDown) {
  const NumberLinePart part = binsOf("nf4", -1.2, 1.2);
  ASSERT_EQ(part.bins.size(), 16u);
  const RoundingBin& zero = binOf(part, 0);
  EXPECT_EQ(zero.to, double(0.039790149778127670F));
  EXPECT_TRUE(zero.includesTo);
  // (0.16093020141124725f + 0.24611230194568634f) / 2 in float32 is off the exact midpoint.
  EXPECT_EQ(binOf(part, double(0.16093020141124725F)).to, double((0.16093020141124725F + 0.24611230194568634F) / 2));
}

TEST(RoundingBins, SayWhenThereAreTooMany) {
  const NumberLinePart part = binsOf("float16", 0, 1, Rounding::NearestEven, 100);
  EXPECT_FALSE(part.complete);
  EXPECT_TRUE(part.bins.empty());
}

TEST(RoundingBins, OfAWindowHoldItAndNoMore) {
  const NumberLinePart part = binsOf("float32", 1, 1 + 0x1p-20);
  EXPECT_EQ(part.bins.size(), 9u);
  EXPECT_EQ(part.bins.front().value, 1);
  EXPECT_EQ(part.bins.back().value, 1 + 0x1p-20);
  const NumberLinePart beyond = binsOf("float4_e2m1fn", 10, 20);
  ASSERT_EQ(beyond.bins.size(), 1u);
  EXPECT_EQ(beyond.bins.front().value, 6);
}

TEST(ValuesBetween, AreThoseInTheWindowOrNoneWhereThereAreTooMany) {
  const NumberFormat& format = *findFormat("float4_e2m1fn");
  EXPECT_EQ(valuesBetween(format, limitsOf(format), -0.5, 1.2, 10), (std::vector<double>{-0.5, 0, 0.5, 1}));
  EXPECT_EQ(valuesBetween(format, limitsOf(format), 7, 8, 10), std::vector<double>());
  EXPECT_EQ(valuesBetween(format, limitsOf(format), -9, 9, 14), std::nullopt);
}

class EveryRoundingBin : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryRoundingBin,
                         testing::ValuesIn(formatRegistry().begin(), formatRegistry().end()), FormatName());

/// The oracle is the encoder itself, asked at the borders and beside them.
TEST_P(EveryRoundingBin, HoldsWhatTheEncoderPutsThere) {
  const NumberFormat& format = this->format();
  const FormatLimits limits = limitsOf(format);
  for (const Rounding rounding : kEveryRounding) {
    const NumberLinePart part = roundingBins(format, limits, -1 - 0x1p-16, 1 + 0x1p-16, rounding, 4000);
    const NumberLinePart nearOne = roundingBins(format, limits, 1, 1 + 0x1p-40, rounding, 8000);
    const auto value = [&](double number) {
      return toDouble(format.decode(format.encode(unrounded(number), rounding, Overflow::Format).code));
    };
    for (const auto& bins : {part.bins, nearOne.bins})
      for (std::size_t i = 1; i + 1 < bins.size(); ++i) {
        const RoundingBin& bin = bins[i];
        EXPECT_EQ(bin.from, bins[i - 1].to);
        EXPECT_NE(bin.includesFrom, bins[i - 1].includesTo);
        ASSERT_LE(bin.from, bin.to);
        const double first = bin.includesFrom ? bin.from : std::nextafter(bin.from, kInfinity);
        const double last = bin.includesTo ? bin.to : std::nextafter(bin.to, -kInfinity);
        if (first > last) continue;  // two doubles with nothing between them
        EXPECT_EQ(value(first), bin.value) << idOf(rounding) << " " << first;
        EXPECT_EQ(value(last), bin.value) << idOf(rounding) << " " << last;
        EXPECT_EQ(value(first / 2 + last / 2), bin.value);
      }
  }
}

}  // namespace
}  // namespace ulpscope
