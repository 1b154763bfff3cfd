// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/find_element.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace ulpscope {
namespace {

TensorSource grid() {  // 3 x 4: 0 1 2 3 / 4 5 -60 7 / 8 9 10 11
  std::vector<float> values(12);
  std::iota(values.begin(), values.end(), 0.0f);
  values[6] = -60;
  const std::vector<std::uint64_t> shape{3, 4};
  return tensorFromFloats("grid", shape, values);
}

TEST(FindInRange, GivesTheFirstElementBothEndsIncluded) {
  EXPECT_EQ(findInRange(grid(), 2, 5, {}).value(), 2u);
  EXPECT_EQ(findInRange(grid(), 10.5, 11, {}).value(), 11u);
  EXPECT_EQ(findInRange(grid(), 3.5, 3.9, {}).value(), std::nullopt);
}

TEST(FindInRange, SearchesPastTheFirstChunk) {
  std::vector<float> values(600'001);
  values[600'000] = 1;
  EXPECT_EQ(findInRange(tensorFromFloats("long", {600'001}, values), 1, 1, {}).value(), 600'000u);
}

TEST(FindInRange, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto found = findInRange(grid(), 100, 101, JobContext{stop.get_token(), nullptr});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::Cancelled);
}

TEST(FindNotFinite, FindsTheFirstOfEachKind) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const std::vector<float> values{1, -kInf, std::nanf(""), kInf, std::nanf("")};
  const auto found = findNotFinite(tensorFromFloats("odd", {5}, values), {}).value();
  EXPECT_EQ(found.nan, 2u);
  EXPECT_EQ(found.infinity, 1u);
  const auto none = findNotFinite(grid(), {}).value();
  EXPECT_FALSE(none.nan || none.infinity);
}

TEST(FindLargest, LooksAtMagnitudesWithinThePart) {
  EXPECT_EQ(findLargest(grid(), {0, 0, 3, 4}, {}).value(), 6u);
  EXPECT_EQ(findLargest(grid(), {1, 0, 2, 2}, {}).value(), 9u);
  EXPECT_EQ(findLargest(grid(), {0, 0, 1, 1}, {}).value(), 0u);
}

TEST(FindLargest, PutsNanAboveInfinity) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const std::vector<float> values{1, -kInf, std::nanf(""), kInf};
  EXPECT_EQ(findLargest(tensorFromFloats("odd", {4}, values), {0, 0, 1, 4}, {}).value(), 2u);
}

}  // namespace
}  // namespace ulpscope
