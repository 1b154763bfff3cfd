// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

using testing::Each;
using testing::ElementsAre;
using Kind = BlockCodec::Kind;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Block {
  std::vector<int> codes;  ///< as two's complement
  BlockScale stored;
  std::vector<float> restored;
};

Block throughBlock(const BlockCodec& codec, const std::vector<float>& values) {
  std::vector<std::uint8_t> codes(values.size());
  Block block;
  block.stored = quantizeBlock(codec, values, codes);
  block.restored.resize(values.size());
  dequantizeBlock(codec, codes, block.stored, block.restored);
  for (const std::uint8_t code : codes) block.codes.push_back(static_cast<std::int8_t>(code));
  return block;
}

const std::vector<float> kFive = {2.1f, 3.1f, 2.5f, 3.7f, 3.3f};

TEST(BlockCodec, AbsmaxGivesTheCodesOfTheWorkedExample) {
  const Block block = throughBlock({.kind = Kind::Absmax, .blockSize = 5}, kFive);
  EXPECT_THAT(block.codes, ElementsAre(72, 106, 86, 127, 113));
  const std::vector<double> back = {2.0976, 3.0882, 2.5055, 3.7000, 3.2921};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(block.restored[i], back[i], 5e-5);
}

TEST(BlockCodec, AffineAsGivenHasAZeroPointOutsideItsCodes) {
  const Block block =
      throughBlock({.kind = Kind::Affine, .blockSize = 5, .low = -128, .high = 127, .includeZero = false}, kFive);
  EXPECT_FLOAT_EQ(block.stored.scale, 1.6f / 255);
  EXPECT_EQ(block.stored.zeroPoint, -463);
  EXPECT_EQ(block.codes.front(), -128);
  EXPECT_EQ(block.codes[3], 127);
}

TEST(BlockCodec, AffineWithZeroWidensTheRange) {
  const Block block = throughBlock({.kind = Kind::Affine, .blockSize = 5, .low = -128, .high = 127}, kFive);
  EXPECT_FLOAT_EQ(block.stored.scale, 3.7f / 255);
  EXPECT_EQ(block.stored.zeroPoint, -128);
  EXPECT_EQ(block.codes[3], 127);
}

TEST(BlockCodec, TheThreeAbsmaxConventionsClipTheMaximumDifferently) {
  const std::vector<float> values = {127.5f, -127.5f, 32.0f};
  const BlockCodec compressed{.kind = Kind::CompressedInt, .blockSize = 3, .divisor = 127.5f, .low = -128};
  const BlockCodec eetq{.kind = Kind::EetqInt8, .blockSize = 3};
  EXPECT_THAT(throughBlock({.kind = Kind::BnbInt8, .blockSize = 3}, values).codes, ElementsAre(127, -127, 32));
  // Divided by a scale of one, both ends are ties that go to the even 128; the positive one is clipped.
  EXPECT_THAT(throughBlock(compressed, values).codes, ElementsAre(127, -128, 32));
  EXPECT_THAT(throughBlock(compressed, values).restored, ElementsAre(127, -128, 32));
  EXPECT_THAT(throughBlock(eetq, values).codes, ElementsAre(127, -128, 32));
  EXPECT_FLOAT_EQ(throughBlock(eetq, values).restored[0], 127.5f * 127 / 128);
}

TEST(BlockCodec, BnbInt8StoresTheMaximumItself) {
  const Block block = throughBlock({.kind = Kind::BnbInt8, .blockSize = 2}, {3.7f, -1.0f});
  EXPECT_EQ(block.stored.scale, 3.7f);
  EXPECT_EQ(block.restored[0], 127.0f * 3.7f * 0.007874015718698502f);
}

TEST(BlockCodec, EetqStoresBinary16ButDividesByBinary32) {
  const float maximum = 1.0f + 0x1p-12f;  // lost in binary16
  const Block block = throughBlock({.kind = Kind::EetqInt8, .blockSize = 1}, {-maximum});
  EXPECT_EQ(block.codes[0], -128);
  EXPECT_EQ(block.restored[0], -1.0f);
}

TEST(BlockCodec, Nf4TiesGoToTheLowerCodeAndShortBlocksDivide) {
  const auto midpoints = nf4Midpoints();
  std::vector<float> values(midpoints.begin(), midpoints.end());
  values.push_back(1.0f);
  const Block full = throughBlock({.kind = Kind::Nf4, .blockSize = 16}, values);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(full.codes[i], static_cast<int>(i)) << i;
  for (float& value : values) value = std::nextafter(value, 2.0f);
  values.back() = 1.0f;
  const Block above = throughBlock({.kind = Kind::Nf4, .blockSize = 64}, values);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(above.codes[i], static_cast<int>(i) + 1) << i;
}

TEST(BlockCodec, Nf4StoresTheClampedMaximumOfAShortZeroBlockOnly) {
  EXPECT_EQ(throughBlock({.kind = Kind::Nf4, .blockSize = 2}, {0, 0}).stored.scale, 0);
  const Block block = throughBlock({.kind = Kind::Nf4, .blockSize = 64}, {0, 0});
  EXPECT_EQ(block.stored.scale, 1e-38f);
  EXPECT_THAT(block.restored, Each(0));
}

TEST(BlockCodec, Q8TiesGoAwayFromZeroInTheReferenceAndToEvenInAvx2) {
  const std::vector<float> values = {127, 0.5f, -0.5f, 1.5f, 2.5f};
  EXPECT_THAT(throughBlock({.kind = Kind::Q8_0, .blockSize = 32}, values).codes, ElementsAre(127, 1, -1, 2, 3));
  EXPECT_THAT(throughBlock({.kind = Kind::Q8_0Avx2, .blockSize = 32}, values).codes, ElementsAre(127, 0, 0, 2, 2));
}

TEST(BlockCodec, Q4TakesTheSignOfTheFirstOfEqualMagnitudes) {
  const Block block = throughBlock({.kind = Kind::Q4_0, .blockSize = 32}, {-1, 1, 0, 0.5f});
  EXPECT_EQ(block.stored.scale, 0.125f);
  EXPECT_THAT(block.codes, ElementsAre(0, 15, 8, 12));
  EXPECT_THAT(block.restored, ElementsAre(-1, 0.875f, 0, 0.5f));
}

TEST(BlockCodec, ScaledFloat8PutsTheMaximumAtTheLargestValue) {
  const Block e4m3 = throughBlock({.kind = Kind::ScaledFloat8, .blockSize = 3, .divisor = 448}, {2, -1, 0});
  EXPECT_THAT(e4m3.codes, ElementsAre(0x7E, static_cast<std::int8_t>(0xF6), 0));
  EXPECT_FLOAT_EQ(e4m3.stored.scale, 2.0f / 448);
  const Block e5m2 = throughBlock({.kind = Kind::ScaledFloat8, .blockSize = 3, .divisor = 57344}, {2, -1, 0});
  EXPECT_EQ(e5m2.codes[0], 0x7B);
}

TEST(BlockCodec, FewBitsUseTheirWholeRange) {
  const BlockCodec codec{.kind = Kind::Absmax, .blockSize = 4, .divisor = 1, .low = -1, .high = 1};
  EXPECT_THAT(throughBlock(codec, {1, -1, 0.6f, 0.4f}).codes, ElementsAre(1, -1, 1, 0));
  const BlockCodec affine{.kind = Kind::Affine, .blockSize = 4, .low = -2, .high = 1};
  EXPECT_THAT(throughBlock(affine, {0, 1, 2, 3}).restored, ElementsAre(0, 1, 2, 3));
}

const std::vector<BlockCodec> kAll = {
    {.kind = Kind::Absmax, .blockSize = 4},
    {.kind = Kind::Affine, .blockSize = 4, .low = -128, .high = 127},
    {.kind = Kind::Affine, .blockSize = 4, .low = -128, .high = 127, .includeZero = false},
    {.kind = Kind::Nf4, .blockSize = 4},
    {.kind = Kind::Q8_0, .blockSize = 4},
    {.kind = Kind::Q8_0Avx2, .blockSize = 4},
    {.kind = Kind::Q4_0, .blockSize = 4},
    {.kind = Kind::ScaledFloat8, .blockSize = 4, .divisor = 448},
    {.kind = Kind::ScaledFloat8, .blockSize = 4, .divisor = 57344},
    {.kind = Kind::BnbInt8, .blockSize = 4},
    {.kind = Kind::CompressedInt, .blockSize = 4, .divisor = 127.5f, .low = -128},
    {.kind = Kind::EetqInt8, .blockSize = 4},
};

TEST(BlockCodec, RestoresAZeroBlockToZeros) {
  for (const BlockCodec& codec : kAll)
    EXPECT_THAT(throughBlock(codec, {0, -0.0f, 0, 0}).restored, Each(0)) << static_cast<int>(codec.kind);
}

TEST(BlockCodec, OneNanPoisonsItsBlock) {
  for (const BlockCodec& codec : kAll) {
    const Block block = throughBlock(codec, {1, kNan, -2, 0.5f});
    EXPECT_TRUE(std::isnan(block.stored.scale)) << static_cast<int>(codec.kind);
    for (const float y : block.restored) EXPECT_TRUE(std::isnan(y)) << static_cast<int>(codec.kind);
  }
}

TEST(BlockCodec, NanCodesAreThoseOfTheContract) {
  const auto nanCode = [](const BlockCodec& codec) { return throughBlock(codec, {kNan, 1}).codes.front(); };
  EXPECT_EQ(nanCode({.kind = Kind::Absmax, .blockSize = 2}), 0);
  EXPECT_EQ(nanCode({.kind = Kind::Nf4, .blockSize = 2}), 15);
  EXPECT_EQ(nanCode({.kind = Kind::Q8_0Avx2, .blockSize = 2}), -128);
  EXPECT_EQ(nanCode({.kind = Kind::EetqInt8, .blockSize = 2}), 127);
  EXPECT_EQ(nanCode({.kind = Kind::ScaledFloat8, .blockSize = 2, .divisor = 448}), 0x7F);
  EXPECT_EQ(nanCode({.kind = Kind::ScaledFloat8, .blockSize = 2, .divisor = 57344}), 0x7E);
  EXPECT_EQ(nanCode({.kind = Kind::Affine, .blockSize = 2, .low = 3, .high = 7}), 3);
}

TEST(BlockCodec, OneInfinityLeavesNoFiniteValueWhereTheScaleIsInfinite) {
  for (const BlockCodec& codec : kAll) {
    const Block block = throughBlock(codec, {1, kInfinity, -2, 0.5f});
    EXPECT_EQ(std::fabs(block.stored.scale), kInfinity) << static_cast<int>(codec.kind);
    for (const float y : block.restored) EXPECT_FALSE(std::isfinite(y)) << static_cast<int>(codec.kind);
  }
}

TEST(BlockCodec, BlocksTooSmallForAReciprocalSaturateAsTheirReferencesDo) {
  const std::vector<float> tiny = {1e-38f, -1e-38f, 0, 1e-39f};  // 127 / 1e-38 overflows
  EXPECT_THAT(throughBlock({.kind = Kind::Absmax, .blockSize = 4}, tiny).codes, ElementsAre(127, -127, 0, 127));
  EXPECT_THAT(throughBlock({.kind = Kind::Q8_0, .blockSize = 4}, tiny).codes, ElementsAre(127, -128, 0, 127));
  EXPECT_THAT(throughBlock({.kind = Kind::Q8_0Avx2, .blockSize = 4}, tiny).codes, Each(-128));
  EXPECT_THAT(throughBlock({.kind = Kind::EetqInt8, .blockSize = 4}, tiny).codes, ElementsAre(127, -128, 0, 13));
  for (const BlockCodec& codec : kAll)
    for (const float y : throughBlock(codec, tiny).restored)
      EXPECT_LE(std::fabs(y), 1.01e-38f) << static_cast<int>(codec.kind);
}

}  // namespace
}  // namespace ulpscope
