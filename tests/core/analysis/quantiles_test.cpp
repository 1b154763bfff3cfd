// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/quantiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "core/backend/backend.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

template <class Stored>
TensorSource tensorOf(std::string_view type, std::span<const Stored> stored) {
  const auto bytes = std::as_bytes(stored);
  TensorInfo info;
  info.name = "tensor";
  info.storedType = type;
  info.type = findElementType(type);
  info.elements = bytes.size() * 8 / static_cast<std::uint64_t>(info.type->bits);
  info.shape = {info.elements};
  info.bytes = bytes.size();
  return {std::move(info), memorySource("memory", {bytes.begin(), bytes.end()})};
}

/// numpy.quantile's arithmetic over a full sort: the oracle.
double sortedQuantile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double a = sorted[below];
  const double b = sorted[std::min(below + 1, sorted.size() - 1)];
  const double t = position - std::floor(position);
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

std::vector<double> sortedFinite(const TensorSource& source) {
  std::vector<double> values(source.info().elements);
  EXPECT_TRUE(source.readDoubles(0, values));
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  std::ranges::sort(values);
  return values;
}

const std::vector<double> kShares{0, 0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999, 1, 1.0 / 3, 0.123456789};

void expectQuantiles(const TensorSource& source, const std::vector<double>& shares = kShares) {
  const auto backend = makeReferenceBackend();
  const auto profile = profileTensor(source, *backend, {});
  ASSERT_TRUE(profile);
  const std::vector<double> sorted = sortedFinite(source);
  Progress progress;
  const auto exact = exactQuantiles(source, *profile, shares, *backend, {{}, &progress});
  ASSERT_TRUE(exact) << describe(exact.error());
  const auto estimated = quantilesOf(source, *profile, shares);
  ASSERT_EQ(exact->size(), shares.size());
  ASSERT_EQ(estimated.size(), shares.size());
  EXPECT_EQ(progress.done(), sorted.empty() ? 0 : exactQuantileReads(source.type(), shares.size()) * source.size());
  const double bin = profile->folded.binWidth();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    SCOPED_TRACE(testing::Message() << source.type().name << ", " << shares[i]);
    EXPECT_EQ((*exact)[i].share, shares[i]);
    EXPECT_TRUE((*exact)[i].isExact());
    if (sorted.empty()) {
      EXPECT_TRUE(std::isnan((*exact)[i].value));
      EXPECT_TRUE(std::isnan(estimated[i].value));
      continue;
    }
    const double expected = sortedQuantile(sorted, shares[i]);
    EXPECT_EQ((*exact)[i].value, expected);
    EXPECT_LE(std::fabs(estimated[i].value - expected), estimated[i].within);
    EXPECT_LE(estimated[i].within, bin);
    if (source.type().bits <= 16) {
      EXPECT_TRUE(estimated[i].isExact());
    }
  }
}

class EveryElementType : public testing::TestWithParam<std::string> {};

TEST_P(EveryElementType, HasTheQuantilesOfAFullSort) {
  const ElementType& type = *findElementType(GetParam());
  std::mt19937 generator(3);
  for (const std::size_t elements : {8U, 16U, 800U, 100'000U}) {
    std::vector<std::uint8_t> bytes(elements * static_cast<std::size_t>(type.bits) / 8);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator());
    expectQuantiles(tensorOf<std::uint8_t>(type.name, bytes));
  }
}

std::vector<std::string> readableTypes() {
  std::vector<std::string> names;
  for (const ElementType& type : elementTypes())
    if (type.readable) names.emplace_back(type.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Quantiles, EveryElementType, testing::ValuesIn(readableTypes()),
                         [](const auto& each) { return each.param; });

template <class Float>
void expectOddFloats(std::string_view type) {
  using Limits = std::numeric_limits<Float>;
  const Float tiny = Limits::denorm_min();
  for (const std::vector<Float>& values :
       std::vector<std::vector<Float>>{{},
                                       {Float(-2.5)},
                                       {1, 2},
                                       {-1, 1},
                                       std::vector<Float>(999, Float(0.1)),
                                       {-0.0F, 0.0F, -0.0F, 0.0F, 0.0F},
                                       {tiny, -tiny, 3 * tiny, 0, 2 * tiny, -7 * tiny},
                                       {Limits::infinity(), -Limits::infinity(), 3, Limits::quiet_NaN(), 5, 4},
                                       {Limits::infinity(), Limits::quiet_NaN()},
                                       {Limits::max() / 4, -Limits::max() / 4, Limits::min(), 1, -1},
                                       {1, 1 + Limits::epsilon(), 1 + 2 * Limits::epsilon(), 1 - Limits::epsilon()}})
    expectQuantiles(tensorOf<Float>(type, values));
}

TEST(Quantiles, OfOddFloatsAreThoseOfAFullSort) {
  expectOddFloats<float>("F32");
  expectOddFloats<double>("F64");
}

TEST(Quantiles, OfIntegersReachTheirEnds) {
  using Limits = std::numeric_limits<std::int64_t>;
  expectQuantiles(tensorOf<std::int64_t>("I64", std::vector<std::int64_t>{Limits::max(), 0, -1, 7, 1, Limits::max()}));
  expectQuantiles(tensorOf<std::int64_t>("I64", std::vector<std::int64_t>(5, Limits::min())));
  expectQuantiles(tensorOf<std::int64_t>("I64", std::vector<std::int64_t>{Limits::min(), -2, -1, 0, Limits::max()}));
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  expectQuantiles(tensorOf<std::uint64_t>("U64", std::vector<std::uint64_t>{kMost, 0, kMost - 1, kMost, 5}));
  expectQuantiles(tensorOf<std::int32_t>("I32", std::vector<std::int32_t>{INT32_MIN, INT32_MAX, 0, -1, 1}));
}

TEST(Quantiles, BetweenNumbersWhoseDistanceIsBeyondDoubleStayFinite) {
  const double largest = std::numeric_limits<double>::max();
  const std::vector<double> values{-largest, largest};
  const TensorSource source = tensorOf<double>("F64", values);
  const auto backend = makeReferenceBackend();
  const auto profile = profileTensor(source, *backend, {});
  const std::vector<double> shares{0, 0.5, 1};
  const auto exact = exactQuantiles(source, *profile, shares, *backend, {});
  ASSERT_TRUE(exact);
  EXPECT_EQ((*exact)[0].value, -largest);
  EXPECT_EQ((*exact)[1].value, 0);
  EXPECT_EQ((*exact)[2].value, largest);
}

TEST(Quantiles, OfSeveralPiecesAndManySharesNeedMoreReads) {
  std::vector<double> shares;
  for (int i = 0; i <= 40; ++i) shares.push_back(i / 40.0);
  EXPECT_EQ(exactQuantileReads(*findElementType("F32"), 16), 2u);
  EXPECT_EQ(exactQuantileReads(*findElementType("F32"), 41), 6u);
  EXPECT_EQ(exactQuantileReads(*findElementType("I64"), 7), 4u);
  EXPECT_EQ(exactQuantileReads(*findElementType("BF16"), 7), 0u);
  const std::vector<float> values = cubedNoise((1 << 20) + 70'001);
  expectQuantiles(tensorOf<float>("F32", values), shares);
}

TEST(Quantiles, StopWhenAsked) {
  const std::vector<float> values = cubedNoise(1000);
  const TensorSource source = tensorOf<float>("F32", values);
  const auto backend = makeReferenceBackend();
  const auto profile = profileTensor(source, *backend, {});
  std::stop_source stop;
  stop.request_stop();
  const auto exact = exactQuantiles(source, *profile, kShares, *backend, {stop.get_token(), nullptr});
  ASSERT_FALSE(exact);
  EXPECT_EQ(exact.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
