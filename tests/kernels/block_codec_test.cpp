// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cpu/quantize_blocks.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/named_codecs.h"
#include "tests/kernels/quantized.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

using Kind = BlockCodec::Kind;

void expectSame(const Quantized& expected, const Quantized& got) {
  EXPECT_TRUE(sameBits(expected.codes, got.codes));
  EXPECT_TRUE(sameBitsButNan(expected.scales, got.scales));
  EXPECT_TRUE(sameBits(expected.zeroPoints, got.zeroPoints));
  EXPECT_TRUE(sameBitsButNan(expected.restored, got.restored));
}

class EveryBlockCodec : public testing::TestWithParam<NamedCodec> {
 protected:
  BlockCodec codec(std::uint64_t blockSize) const { return GetParam().withBlockSize(blockSize); }

  /// By the reference, and by every instruction set.
  void compareWithReference(const BlockCodec& codec, std::span<const float> values, int threads = 1) const {
    const Quantized expected = quantize(*m_reference, codec, values);
    onEveryInstructionSet([&](const Backend& cpu) { expectSame(expected, quantize(cpu, codec, values)); }, threads);
  }

 private:
  std::unique_ptr<Backend> m_reference = makeReferenceBackend();
};

TEST_P(EveryBlockCodec, AgreesOnWeightsInBlocksOfAnySize) {
  const std::vector<float> values = normalValues(40'003, 0.02F, 1);
  for (const std::uint64_t blockSize : {1U, 5U, 16U, 17U, 32U, 64U, 100U, 128U, 1000U, 1024U, 4096U, 100'000U}) {
    SCOPED_TRACE(blockSize);
    compareWithReference(codec(blockSize), values);
  }
}

TEST_P(EveryBlockCodec, AgreesOnTies) {
  // Multiples of halves of steps, with the maximum that makes the step 1: ties of every codec that divides by it.
  for (const float largest : {127.0F, 127.5F, 128.0F, 8.0F, 7.0F, 255.0F, 448.0F, 57344.0F, 1.0F}) {
    std::vector<float> values{largest};
    for (int i = -300; i <= 300; ++i) values.push_back(std::clamp(static_cast<float>(i) / 2, -largest, largest));
    for (int i = -512; i <= 512; ++i) values.push_back(largest * static_cast<float>(i) / 512);
    for (const float midpoint : nf4Midpoints()) {
      values.push_back(midpoint * largest);
      values.push_back(std::nextafter(midpoint, 2.0F) * largest);
      values.push_back(std::nextafter(midpoint, -2.0F) * largest);
    }
    SCOPED_TRACE(largest);
    compareWithReference(codec(values.size()), values);
    std::vector<float> negated = values;
    for (float& value : negated) value = -value;
    compareWithReference(codec(values.size()), negated);
  }
}

TEST_P(EveryBlockCodec, AgreesOnEveryFloatNextToATie) {
  // x / a takes many values around (k + 1/2) / 127 and the like.
  std::vector<float> values;
  for (int k = 0; k <= 300; ++k) {
    float x = (static_cast<float>(k) + 0.5F) * 0.0123F;
    for (int i = 0; i < 8; ++i) x = std::nextafter(x, 0.0F);
    for (int i = 0; i < 16; ++i) values.push_back(x = std::nextafter(x, 10.0F));
  }
  for (const float steps : {127.0F, 127.5F, 128.0F, 8.0F, 448.0F}) {
    std::vector<float> block;
    for (const float x : values)
      if (x < steps * 0.0123F) block.push_back(x);
    block.push_back(steps * 0.0123F);
    compareWithReference(codec(block.size()), block);
  }
}

TEST_P(EveryBlockCodec, AgreesOnTheFirstOfEqualMagnitudes) {
  std::vector<float> values = normalValues(64, 0.1F, 2);
  values[3] = -1;
  values[40] = 1;
  compareWithReference(codec(64), values);
  values[3] = 1;
  values[40] = -1;
  compareWithReference(codec(64), values);
}

TEST_P(EveryBlockCodec, AgreesOnBlocksThatAreZeroTinyHugeOrNotFinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  const std::vector<std::vector<float>> specials{{0, -0.0F},        {kTiny},      {1e-44F},
                                                 {1e-40F},          {1e-38F},     {1e-37F, -1e-38F},
                                                 {1e-12F},          {kMax},       {kMax, -kMax},
                                                 {1e30F},           {kNan},       {-kNan},
                                                 {kInfinity},       {-kInfinity}, {kInfinity, -kInfinity},
                                                 {kNan, kInfinity}, {5, 5}};
  for (const std::uint64_t blockSize : {7U, 32U, 64U}) {
    std::vector<float> values;
    for (const auto& special : specials) {
      for (const float filler : {0.0F, 1.0F, 1e-40F, special.front()}) {
        std::vector<float> block(blockSize, filler);
        std::copy(special.begin(), special.end(), block.begin() + 2);
        values.insert(values.end(), block.begin(), block.end());
      }
    }
    compareWithReference(codec(blockSize), values);
    compareWithReference(codec(values.size()), values);
  }
}

TEST_P(EveryBlockCodec, AgreesOnRandomBitPatterns) {
  compareWithReference(codec(32), randomBitPatterns(32'000, 3));
  std::vector<float> finite = randomBitPatterns(64'000, 4);
  for (float& value : finite)
    if (!std::isfinite(value)) value = 0;
  compareWithReference(codec(8), finite);
  compareWithReference(codec(64), finite);
}

TEST_P(EveryBlockCodec, AgreesOnSmallBlocksOfAllSortsBesideEachOther) {
  // Blocks that kernels take together: zeros of either sign, ties of magnitude in either order, ties of rounding, steps
  // from half the smallest to nearly the largest, all among weights; later one block of an infinity or NaN.
  for (const std::uint64_t blockSize : {32U, 64U, 128U}) {
    SCOPED_TRACE(blockSize);
    constexpr std::size_t kBlocks = 16 * 9 + 5;
    std::vector<float> values = normalValues(kBlocks * blockSize - 7, 0.02F, 6);
    for (std::size_t block = 0; block + 1 < kBlocks; ++block) {
      const auto part = std::span(values).subspan(block * blockSize, blockSize);
      if (block % 7 == 1) std::fill(part.begin(), part.end(), block % 2 == 0 ? 0.0F : -0.0F);
      if (block % 7 == 2) part[block % 5 + 3] = -(part[block % 3 + 20] = block % 2 == 0 ? 0.5F : -0.5F);
      if (block % 7 == 3) {
        for (std::size_t i = 0; i < blockSize; ++i) part[i] = (static_cast<float>((i * 37 + block) % 255) - 127) / 2;
        part[block % blockSize] = block % 2 == 0 ? 127 : -8;
      }
      if (block % 7 == 4) {
        for (float& value : part) value = std::ldexp(value, static_cast<int>(block) - 72);
      }
      if (block % 7 == 5) part[block % blockSize] = std::nextafter(0.0123F * static_cast<float>(block), 10.0F);
    }
    compareWithReference(codec(blockSize), values);
    values[20 * blockSize + 31] = std::numeric_limits<float>::infinity();
    values[70 * blockSize] = -std::numeric_limits<float>::infinity();
    values[100 * blockSize + 17] = std::numeric_limits<float>::quiet_NaN();
    values[120 * blockSize + 5] = -std::numeric_limits<float>::quiet_NaN();
    compareWithReference(codec(blockSize), values);
  }
}

TEST_P(EveryBlockCodec, AgreesOnTensorsInOneBlockWithAnyNumberOfThreads) {
  std::vector<float> values = normalValues(200'001, 0.02F, 5);
  values[100] = -1;  // the first of the largest, another in a later chunk
  values[190'000] = 1;
  for (const int threads : {1, 2, 3}) {
    compareWithReference(codec(values.size()), values, threads);
    compareWithReference(codec(70'000), values, threads);  // long blocks that no chunk ends with, the last one short
    compareWithReference(codec(32), values, threads);
  }
  values[150'000] = std::numeric_limits<float>::quiet_NaN();
  compareWithReference(codec(values.size()), values, 2);
}

TEST_P(EveryBlockCodec, WritesCodesPastTheCachesWithTheSameResult) {
  const std::vector<float> values = normalValues(70'001, 0.02F, 6);
  onEveryInstructionSet([&](const Backend& cpu) {
    for (const std::uint64_t blockSize : {1U, 20U, 32U, 64U, 4096U, 70'001U}) {
      const BlockCodec blocks = codec(blockSize);
      const Quantized expected = quantize(cpu, blocks, values);
      for (const std::size_t offset : {0U, 1U}) {
        Quantized streamed = expected;
        std::vector<std::uint8_t> codes(values.size() + 64);
        const std::size_t aligned = (64 - reinterpret_cast<std::uintptr_t>(codes.data()) % 64) % 64;
        const auto out = std::span(codes).subspan((aligned + offset) % 64, values.size());
        kernels::quantizeBlocks(blocks, values, {out, streamed.scales, streamed.zeroPoints}, true);
        std::ranges::copy(out, streamed.codes.begin());
        expectSame(expected, streamed);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Codecs, EveryBlockCodec, testing::ValuesIn(kCodecs),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Dequantize, WritesLargeOutputsPastTheCachesWithTheSameResult) {
  const BlockCodec codec{.kind = Kind::Q8_0, .blockSize = 32};
  const std::size_t size = std::size_t{8} << 20;  // the backend streams from here on
  std::vector<std::uint8_t> codes(size);
  std::vector<float> scales(size / 32);
  for (std::size_t i = 0; i < size; ++i) codes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = static_cast<float>(i % 100);
  std::vector<float> streamed(size + 1);
  std::vector<float> expected(size);
  const auto out = std::span(streamed).subspan(1);  // out of step with the vectors
  ASSERT_TRUE(makeCpuBackend(2)->dequantizeBlocks(codec, {codes, scales, {}}, out));
  ASSERT_TRUE(makeReferenceBackend()->dequantizeBlocks(codec, {codes, scales, {}}, expected));
  EXPECT_TRUE(sameBits(std::span<const float>(expected), std::span<const float>(out)));
}

}  // namespace
}  // namespace ulpscope::kernels
