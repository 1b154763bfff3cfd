// SPDX-License-Identifier: Apache-2.0
#include "core/formats/value_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

const NumberFormat& format(std::string_view id) { return *findFormat(id); }

double value(const NumberFormat& of, std::uint64_t code) { return toDouble(of.decode(code)); }

std::vector<double> positions(const std::vector<LinePoint>& points) {
  std::vector<double> result;
  for (const LinePoint& point : points) result.push_back(point.position);
  return result;
}

TEST(ValueOrder, CountsWhatIsLargerThanTheWorkedExample) {
  const ValueOrder order(format("float16"));
  EXPECT_EQ(order.nanCodes(), 2046u);
  // Sign and magnitude: of the 31745 negative codes that are numbers, 0xFC00 - 0xCECA = 11574 are smaller.
  ASSERT_EQ(order.rankOf(0xCECA), 11574u);
  EXPECT_EQ(order.codes().size() - 1 - 11574, 51915u);
  EXPECT_EQ(order.rankOf(0x7E00), std::nullopt);
}

TEST(ValueOrder, RisesThroughEveryFormatAndPlacesEveryNumber) {
  for (const NumberFormat* each : formatRegistry()) {
    if (each->info().codeBits > kEnumerableBits) continue;
    SCOPED_TRACE(each->info().id);
    const ValueOrder order(*each);
    EXPECT_EQ(order.codes().size() + order.nanCodes(), std::size_t{1} << each->info().codeBits);
    for (std::size_t rank = 0; rank < order.codes().size(); ++rank) {
      ASSERT_EQ(order.rankOf(order.codes()[rank]), rank);
      if (rank > 0) {
        ASSERT_LE(value(*each, order.codes()[rank - 1]), value(*each, order.codes()[rank]));
      }
    }
  }
}

TEST(ValueOrder, PutsNegativeZeroBeforeZero) {
  const ValueOrder order(format("float8_e5m2"));
  EXPECT_EQ(*order.rankOf(0x80) + 1, *order.rankOf(0x00));
}

TEST(Neighbourhood, IsEvenInsideABinade) {
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0xCECA, 2)), (std::vector{-2.0, -1.0, 0.0, 1.0, 2.0}));
}

TEST(Neighbourhood, IsHalfAsWideBelowAPowerOfTwo) {
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0x3C00, 2)), (std::vector{-1.0, -0.5, 0.0, 1.0, 2.0}));
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0xBC00, 2)), (std::vector{-2.0, -1.0, 0.0, 0.5, 1.0}));
}

TEST(Neighbourhood, EndsWithInfinityOneStepBeyondTheLargest) {
  const auto points = neighbourhood(format("float16"), 0x7BFF, 3);
  EXPECT_EQ(positions(points), (std::vector{-3.0, -2.0, -1.0, 0.0, 1.0}));
  EXPECT_TRUE(points.back().infinite);
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0x7C00, 2)), (std::vector{-2.0, -1.0, 0.0}));
}

TEST(Neighbourhood, EndsAtTheLargestWhereThereIsNoInfinity) {
  EXPECT_EQ(positions(neighbourhood(format("float8_e4m3fn"), 0x7E, 2)), (std::vector{-2.0, -1.0, 0.0}));
  EXPECT_EQ(positions(neighbourhood(format("int8"), 0x80, 2)), (std::vector{0.0, 1.0, 2.0}));
}

TEST(Neighbourhood, TheTwoZerosAreOne) {
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0x8000, 1)), (std::vector{-1.0, 0.0, 1.0}));
  EXPECT_EQ(positions(neighbourhood(format("float16"), 0x0001, 2)), (std::vector{-2.0, -1.0, 0.0, 1.0, 2.0}));
}

TEST(Neighbourhood, OfNanIsEmpty) { EXPECT_TRUE(neighbourhood(format("float16"), 0x7E00, 2).empty()); }

TEST(Neighbourhood, IsExactAtTheEndsOfFloat64) {
  EXPECT_EQ(positions(neighbourhood(format("float64"), 0x7FEFFFFFFFFFFFFF, 2)), (std::vector{-2.0, -1.0, 0.0, 1.0}));
  EXPECT_EQ(positions(neighbourhood(format("float64"), 1, 2)), (std::vector{-2.0, -1.0, 0.0, 1.0, 2.0}));
}

TEST(ExponentSteps, DoubleAndHalveWithinTheFormat) {
  const NumberFormat& half = format("float16");
  EXPECT_EQ(doubled(half, 0xCECA), 0xD2CAu);
  EXPECT_EQ(halved(half, 0xCECA), 0xCACAu);
  EXPECT_EQ(doubled(half, 0x7BFF), 0x7BFFu) << "stays at the largest";
  EXPECT_EQ(halved(half, 0x0001), 0x0000u);
  EXPECT_EQ(halved(half, 0x7C00), 0x7BFFu) << "from infinity to the largest";
  EXPECT_EQ(doubled(half, 0x7E00), 0x7E00u);
}

TEST(ExponentSteps, AlwaysMoveWhereThereIsSomewhereToGo) {
  for (const NumberFormat* each : formatRegistry()) {
    if (each->info().codeBits > kEnumerableBits) continue;
    SCOPED_TRACE(each->info().id);
    const std::uint64_t codes = std::uint64_t{1} << each->info().codeBits;
    double nearestToZero = std::numeric_limits<double>::infinity();  // not zero in E8M0 and IQ4_NL
    for (std::uint64_t code = 0; code < codes; ++code)
      if (each->classify(code) != NumberClass::Nan)
        nearestToZero = std::min(nearestToZero, std::abs(value(*each, code)));
    for (std::uint64_t code = 0; code < codes; ++code) {
      if (each->decode(code).kind != Unrounded::Kind::Finite) continue;
      const double at = std::abs(value(*each, code));
      const double up = std::abs(value(*each, doubled(*each, code)));
      ASSERT_TRUE(at == nearestToZero || std::abs(value(*each, halved(*each, code))) < at) << code;
      ASSERT_TRUE(std::isfinite(up));
      const auto next = each->decode(code).negative ? each->nextDown(code) : each->nextUp(code);
      if (next && each->classify(*next) != NumberClass::Infinity) {
        ASSERT_GT(up, at) << code;
      }
    }
  }
}

}  // namespace
}  // namespace ulpscope
