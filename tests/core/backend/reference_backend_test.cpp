// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr FloatSpec kBfloat16{.exponentBits = 8, .fractionBits = 7, .bias = 127};
constexpr FloatSpec kE2m1{.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None};

const std::unique_ptr<Backend> kBackend = makeReferenceBackend();

TEST(ReferenceBackend, RoundsInPlaceAndKeepsTheSignOfNan) {
  std::vector<float> values = {1.00390625f, 3.5f, -kNan, 1e30f};
  ASSERT_TRUE(kBackend->round({.spec = kE2m1}, values, values));
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], 4) << "a tie to the even significand";
  EXPECT_EQ(std::bit_cast<std::uint32_t>(values[2]), 0xFFC00000u);
  EXPECT_EQ(values[3], 6) << "no infinity, no NaN: saturates";
}

TEST(ReferenceBackend, EncodesToBothWidths) {
  const std::vector<float> values = {1, -27.15625f, kInfinity, kNan};
  std::vector<std::uint16_t> wide(4);
  ASSERT_TRUE(kBackend->encode({.spec = kBfloat16}, values, wide));
  EXPECT_THAT(wide, ElementsAre(0x3F80, 0xC1D9, 0x7F80, 0x7FC0));
  std::vector<std::uint8_t> narrow(4);
  ASSERT_TRUE(kBackend->encode({.spec = kE2m1}, values, narrow));
  EXPECT_THAT(narrow, ElementsAre(0x2, 0xF, 0x7, 0x0));
}

TEST(ReferenceBackend, ProfilesInChunksWhateverTheSizeOfACall) {
  std::vector<float> values = cubedNoise(3 * ProfileAccumulator::kChunk + 123);
  values[70'000] = kNan;
  values[70'001] = kInfinity;
  values[5] = 1e-40f;
  const std::span<const float> all = values;
  const float smallestNormal = std::numeric_limits<float>::min();
  ProfileAccumulator whole, parts;
  ASSERT_TRUE(kBackend->profile(all, smallestNormal, whole));
  ASSERT_TRUE(kBackend->profile(all.first(2 * ProfileAccumulator::kChunk), smallestNormal, parts));
  ASSERT_TRUE(kBackend->profile(all.subspan(2 * ProfileAccumulator::kChunk), smallestNormal, parts));
  EXPECT_EQ(whole.moments.mean, parts.moments.mean);
  EXPECT_EQ(whole.moments.m4, parts.moments.m4);
  EXPECT_EQ(whole.histogram.counts, parts.histogram.counts);
  EXPECT_EQ(whole.moments.count, values.size() - 2);
  EXPECT_EQ(whole.kinds.nan, 1u);
  EXPECT_EQ(whole.kinds.positiveInfinity, 1u);
  EXPECT_EQ(whole.kinds.subnormal, 1u);
}

TEST(ReferenceBackend, ProfilesNothingToNothing) {
  ProfileAccumulator nothing;
  ASSERT_TRUE(kBackend->profile({}, 0, nothing));
  ASSERT_TRUE(kBackend->profile(std::vector<float>(70'000, kNan), 0, nothing));
  EXPECT_EQ(nothing.moments.count, 0u);
  EXPECT_EQ(nothing.min, kInfinity);
  EXPECT_EQ(nothing.max, -kInfinity);
  EXPECT_THAT(nothing.histogram.counts, Each(0u));
}

TEST(ReferenceBackend, RaisesMaximaAndNeverLowersThem) {
  std::vector<float> rows = {5, 0};
  std::vector<float> columns = {0, 0, 9};
  const std::vector<float> values = {1, -2, kNan, -kInfinity, 3, 4};
  ASSERT_TRUE(kBackend->absMaxima(values, rows, columns));
  EXPECT_THAT(rows, ElementsAre(5, kInfinity));
  EXPECT_THAT(columns, ElementsAre(kInfinity, 3, 9));
}

TEST(ReferenceBackend, CountsCodes) {
  std::vector<std::uint64_t> counts(65'536);
  ASSERT_TRUE(kBackend->countCodes(std::vector<std::uint16_t>{7, 65'535, 7}, counts));
  EXPECT_EQ(counts[7], 2u);
  EXPECT_EQ(counts[65'535], 1u);
}

TEST(ReferenceBackend, CutsBlocksWithAShortLastOne) {
  const BlockCodec codec{.kind = BlockCodec::Kind::Affine, .blockSize = 2, .low = -128};
  const std::vector<float> values = {0, 255, 0, 510, 0};
  std::vector<std::uint8_t> codes(5);
  std::vector<float> scales(3);
  std::vector<std::int32_t> zeroPoints(3);
  ASSERT_TRUE(kBackend->quantizeBlocks(codec, values, {codes, scales, zeroPoints}));
  EXPECT_THAT(scales, ElementsAre(1, 2, 1));
  EXPECT_THAT(zeroPoints, ElementsAre(-128, -128, -128));
  std::vector<float> restored(5);
  ASSERT_TRUE(kBackend->dequantizeBlocks(codec, {codes, scales, zeroPoints}, restored));
  EXPECT_EQ(restored, values);
}

TEST(ReferenceBackend, SaysWhoItIs) {
  EXPECT_EQ(kBackend->id(), "reference");
  EXPECT_EQ(kBackend->description(), "reference, 1 thread");
}

}  // namespace
}  // namespace ulpscope
