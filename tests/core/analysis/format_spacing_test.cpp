// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_spacing.h"

#include <cmath>
#include <set>

#include "core/analysis/value_walk.h"
#include "core/formats/float_format.h"
#include "core/formats/value_order.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

FormatSpacing spacingOfId(const char* id) {
  const NumberFormat& format = *findFormat(id);
  return spacingOf(format, limitsOf(format));
}

struct Stretch {
  double first, last, gap;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

std::vector<Stretch> runsOf(const char* id) {
  const NumberFormat& format = *findFormat(id);
  std::vector<Stretch> runs;
  for (const SpacingRun& run : spacingOfId(id).runs)
    runs.push_back({toDouble(format.decode(run.first)), toDouble(format.decode(run.last)), std::exp2(run.log2Gap)});
  return runs;
}

std::vector<std::pair<int, std::uint64_t>> countsOf(const char* id) {
  std::vector<std::pair<int, std::uint64_t>> counts;
  for (const BinadeCount& binade : spacingOfId(id).binades) counts.emplace_back(binade.exponent, binade.values);
  return counts;
}

TEST(SpacingOfFloat4E2m1, IsAHalfThenOneThenTwo) {
  EXPECT_EQ(runsOf("float4_e2m1fn"), (std::vector<Stretch>{{0.5, 2, 0.5}, {2, 4, 1}, {4, 6, 2}}));
  EXPECT_EQ(countsOf("float4_e2m1fn"), (std::vector<std::pair<int, std::uint64_t>>{{-1, 1}, {0, 2}, {1, 2}, {2, 2}}));
}

TEST(SpacingOfFloat8E4m3, DoublesWithEachBinadeAboveTheSubnormals) {
  const auto runs = runsOf("float8_e4m3fn");
  ASSERT_EQ(runs.size(), 15u);
  EXPECT_EQ(runs.front(), (Stretch{0x1p-9, 0x1p-5, 0x1p-9})) << "the subnormals and the first normal binade";
  EXPECT_EQ(runs[1], (Stretch{0x1p-5, 0x1p-4, 0x1p-8}));
  EXPECT_EQ(runs.back(), (Stretch{256, 448, 32}));
  const auto counts = countsOf("float8_e4m3fn");
  ASSERT_EQ(counts.size(), 18u);
  EXPECT_EQ(counts[0], std::pair(-9, std::uint64_t{1}));
  EXPECT_EQ(counts[2], std::pair(-7, std::uint64_t{4}));
  EXPECT_EQ(counts[3], std::pair(-6, std::uint64_t{8}));
  EXPECT_EQ(counts.back(), std::pair(8, std::uint64_t{7})) << "the code of 480 is NaN";
}

TEST(SpacingOfNf4, IsADistanceOfItsOwnBetweenAnyTwoValues) {
  const auto runs = runsOf("nf4");
  ASSERT_EQ(runs.size(), 7u);
  EXPECT_EQ(runs.front().first, double(0.07958029955625534F));
  EXPECT_EQ(runs.back(), (Stretch{double(0.7229568362236023F), 1, 1 - double(0.7229568362236023F)}));
  EXPECT_EQ(countsOf("nf4"), (std::vector<std::pair<int, std::uint64_t>>{{-4, 1}, {-3, 2}, {-2, 2}, {-1, 2}, {0, 1}}));
}

TEST(SpacingOfInt8, IsOneEverywhere) {
  EXPECT_EQ(runsOf("int8"), (std::vector<Stretch>{{1, 127, 1}}));
  EXPECT_EQ(countsOf("int8").back(), std::pair(6, std::uint64_t{64}));
}

TEST(SpacingOfFloat32, IsProbedBinadeByBinade) {
  const auto runs = runsOf("float32");
  ASSERT_EQ(runs.size(), 254u);
  EXPECT_EQ(runs.front(), (Stretch{0x1p-149, 0x1p-125, 0x1p-149}));
  EXPECT_EQ(runs[126], (Stretch{1, 2, 0x1p-23}));
  EXPECT_EQ(runs.back(), (Stretch{0x1p127, 0x1.fffffep127, 0x1p104}));
}

TEST(RangeOfFloat16, EndsAtThePowersThatEveryoneQuotes) {
  const NumberFormat& format = *findFormat("float16");
  const FormatRange range = rangeOf(format, limitsOf(format));
  EXPECT_EQ(range.smallestSubnormal, -24);
  EXPECT_EQ(range.smallestNormal, -14);
  EXPECT_DOUBLE_EQ(range.largest.value(), std::log2(65504));
}

TEST(SpacingByProbing, AgreesWithTheEnumerationOfANarrowFormatOfTheSameLayout) {
  // Padded beyond 16 bits, a narrow layout takes the path of the wide formats.
  for (const NumberFormat* narrow : formatsThat([](const auto& f) { return isNarrow(f) && isFloat(f); })) {
    FloatSpec padded = *narrow->floatSpec();
    padded.paddingBits = 17;
    const FloatFormat wide(narrow->info(), padded);
    const FormatSpacing probed = spacingOf(wide, limitsOf(wide));
    const FormatSpacing enumerated = spacingOf(*narrow, limitsOf(*narrow));
    ASSERT_EQ(probed.runs.size(), enumerated.runs.size()) << narrow->info().id;
    for (std::size_t i = 0; i < probed.runs.size(); ++i) {
      EXPECT_EQ(probed.runs[i].first >> 17, enumerated.runs[i].first);
      EXPECT_EQ(probed.runs[i].last >> 17, enumerated.runs[i].last);
      EXPECT_EQ(probed.runs[i].log2Gap, enumerated.runs[i].log2Gap);
    }
    ASSERT_EQ(probed.binades.size(), enumerated.binades.size());
    for (std::size_t i = 0; i < probed.binades.size(); ++i) {
      EXPECT_EQ(probed.binades[i].exponent, enumerated.binades[i].exponent);
      EXPECT_EQ(probed.binades[i].values, enumerated.binades[i].values);
    }
  }
}

class EverySpacing : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EverySpacing, testing::ValuesIn(formatRegistry().begin(), formatRegistry().end()),
                         FormatName());

TEST_P(EverySpacing, RunsFromTheSmallestPositiveValueToTheLargestWithoutAGap) {
  const NumberFormat& format = this->format();
  const FormatLimits limits = limitsOf(format);
  const auto runs = spacingOf(format, limits).runs;
  if (runs.empty()) GTEST_SKIP() << "fewer than two positive values";
  EXPECT_TRUE(compareValues(format.decode(runs.front().first), format.decode(*smallestPositive(format, limits))) == 0);
  EXPECT_TRUE(compareValues(format.decode(runs.back().last), format.decode(limits.largest)) == 0);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_LT(runs[i].log2First, runs[i].log2Last);
    if (i > 0) {
      EXPECT_EQ(runs[i].first, runs[i - 1].last);
    }
  }
}

TEST_P(EverySpacing, CountsEveryPositiveValueOnce) {
  const NumberFormat& format = this->format();
  const FormatLimits limits = limitsOf(format);
  std::uint64_t counted = 0;
  for (const BinadeCount& binade : spacingOf(format, limits).binades) counted += binade.values;
  if (format.info().codeBits > kEnumerableBits) {
    EXPECT_EQ(2 * counted + 1, limits.finiteValues);
    return;
  }
  std::set<double> positive;
  for (std::uint64_t code = 0; code < codeCount(); ++code) {
    const double value = toDouble(format.decode(code));
    if (std::isfinite(value) && value > 0) positive.insert(value);
  }
  EXPECT_EQ(counted, positive.size());
}

}  // namespace
}  // namespace ulpscope
