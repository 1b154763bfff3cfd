// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/cast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CastResult cast(const std::vector<double>& values, const CastRule& rule) {
  auto result = castArray(std::span<const double>(values), rule, {});
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : CastResult{};
}

TEST(Cast, CountsWhatHappenedToEachElement) {
  const double infinity = std::numeric_limits<double>::infinity();
  const CastResult result =
      cast({1, 0.1, 1e6, -1e6, 1e-9, 0, infinity, std::nan("")}, {.format = *findFormat("float16")});
  EXPECT_EQ(result.elements, 8u);
  EXPECT_EQ(result.exact, 4u) << "1, 0, infinity and NaN";
  EXPECT_EQ(result.overflowed, 2u);
  EXPECT_EQ(result.underflowed, 1u);
  EXPECT_EQ(result.nonFinite, 2u);
  EXPECT_EQ(result.metrics.included, 4u);
  EXPECT_EQ(result.metrics.excluded, 4u);
  EXPECT_EQ(result.codeBytes, 2);
  std::vector<std::uint16_t> codes(8);
  ASSERT_EQ(result.codes.size(), 16u);
  std::memcpy(codes.data(), result.codes.data(), 16);
  EXPECT_EQ(codes[0], 0x3C00);
  EXPECT_EQ(codes[2], 0x7C00);
  EXPECT_EQ(result.values[1], 0.0999755859375);
}

TEST(Cast, RoundsAndOverflowsAsAsked) {
  const NumberFormat& e4m3 = *findFormat("float8_e4m3fn");
  EXPECT_TRUE(std::isnan(cast({1000}, {.format = e4m3}).values[0]));
  EXPECT_EQ(cast({1000}, {.format = e4m3, .overflow = Overflow::Saturate}).values[0], 448);
  EXPECT_EQ(cast({1.99}, {.format = e4m3, .rounding = Rounding::TowardZero}).values[0], 1.875);
  EXPECT_EQ(cast({1.99}, {.format = e4m3}).codeBytes, 1);
}

TEST(Cast, SaysWhichNanCannotBeHeld) {
  const std::vector<double> values = {1, 2, std::nan("")};
  const NumberFormat& int4 = *findFormat("int4");
  const auto refused = castArray(std::span<const double>(values), {.format = int4}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Usage);
  EXPECT_THAT(refused.error().message, HasSubstr("element 2"));
  EXPECT_THAT(cast(values, {.format = int4, .nanBecomesZero = true}).values, ElementsAre(1, 2, 0));
}

TEST(Cast, FollowsAStackInPlaceOfRoundingAndOverflow) {
  const CastRule rule{.format = *findFormat("float4_e2m1fn"),
                      .rounding = Rounding::ToOdd,
                      .overflow = Overflow::Saturate,
                      .like = findStack("ggml")};
  EXPECT_THAT(cast({1.75, 2.5, -0.25, 100}, rule).values, ElementsAre(1.5, 2, 0, 6));
}

TEST(Cast, OfFloatsToDoubleLosesNothing) {
  const std::vector<float> values = {0.1f, 1e-45f, -3e38f};
  const auto result = castArray(std::span<const float>(values), {.format = *findFormat("float64")}, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exact, 3u);
  EXPECT_EQ(result->codeBytes, 8);
  EXPECT_THAT(result->values, ElementsAre(0.1f, 1e-45f, -3e38f));
}

TEST(Cast, CountsItsBytesAndStopsWhenAsked) {
  const std::vector<float> values(40'000);
  Progress progress;
  ASSERT_TRUE(
      castArray(std::span<const float>(values), {.format = *findFormat("int8")}, {.stop = {}, .progress = &progress}));
  EXPECT_EQ(progress.done(), 160'000u);
  std::stop_source stop;
  stop.request_stop();
  const auto stopped =
      castArray(std::span<const float>(values), {.format = *findFormat("int8")}, {.stop = stop.get_token()});
  EXPECT_EQ(stopped.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
