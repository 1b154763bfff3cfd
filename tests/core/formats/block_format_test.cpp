// SPDX-License-Identifier: Apache-2.0
#include "core/formats/block_format.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/formats/value_text.h"
#include "tests/core/formats/golden_file.h"

namespace ulpscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const BlockFormat& block(std::string_view id) { return *findBlockFormat(id); }

std::vector<float> goldenFloats(const std::string& name) {
  const GoldenArray bits = readGoldenArray(name, "blocks");
  std::vector<float> values(bits.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits[i]));
  return values;
}

std::vector<std::uint64_t> codesOf(const QuantizedBlock& quantized) {
  std::vector<std::uint64_t> codes;
  for (const BlockElement& element : quantized.elements) codes.push_back(element.outcome.code);
  return codes;
}

std::vector<double> restored(const QuantizedBlock& quantized) {
  std::vector<double> values;
  for (const BlockElement& element : quantized.elements) values.push_back(element.restored);
  return values;
}

struct Case {
  const BlockFormat* format;
  ScaleMode mode;
};

std::vector<Case> everyCase() {
  std::vector<Case> cases;
  for (const BlockFormat& format : blockFormats())
    for (const ScaleMode mode : format.modes) cases.push_back({&format, mode});
  return cases;
}

struct CaseName {
  std::string operator()(const testing::TestParamInfo<Case>& info) const {
    return std::string(info.param.format->id) + "_" + std::string(idOf(info.param.mode));
  }
};

class EveryBlockFormat : public testing::TestWithParam<Case> {
 protected:
  const BlockFormat& format() const { return *GetParam().format; }
  ScaleMode mode() const { return GetParam().mode; }
  std::string golden(const char* part) const {
    return std::string(format().id) + "." + std::string(idOf(mode())) + "." + part + ".npy";
  }
};
INSTANTIATE_TEST_SUITE_P(Registry, EveryBlockFormat, testing::ValuesIn(everyCase()), CaseName());

TEST_P(EveryBlockFormat, GivesTheScalesAndCodesOfTheOracle) {
  const auto size = static_cast<std::size_t>(format().blockSize);
  const std::vector<float> inputs = goldenFloats(format().hasTensorScale ? "nvfp4.input.npy" : "input.npy");
  const GoldenArray scales = readGoldenArray(golden("scale"), "blocks");
  const GoldenArray codes = readGoldenArray(golden("code"), "blocks");
  ASSERT_EQ(scales.size(), inputs.size() / size);
  ASSERT_EQ(codes.size(), inputs.size());
  ASSERT_GT(scales.size(), 80u);
  constexpr std::size_t kRow = 32;  // a tensor of its own
  for (std::size_t row = 0; row < inputs.size() / kRow; ++row) {
    const auto tensor = std::span(inputs).subspan(row * kRow, kRow);
    const std::vector<QuantizedBlock> blocks = quantizeBlocks(format(), tensor, mode());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::size_t index = row * (kRow / size) + i;
      ASSERT_EQ(blocks[i].scaleCode, scales[index]) << "block " << index;
      for (std::size_t j = 0; j < size; ++j)
        ASSERT_EQ(blocks[i].elements[j].outcome.code, codes[index * size + j])
            << "block " << index << " element " << j << ", " << blocks[i].elements[j].input;
    }
  }
}

TEST_P(EveryBlockFormat, BoundsTheErrorByHalfAStepUnlessItSaturates) {
  const std::vector<float> values{0.11F, -0.7F, 1.0F, 3.3F, -5.3F, 0.0F, 6.7F, -6.9F};
  const QuantizedBlock quantized = quantizeBlock(format(), values, mode(), tensorScaleOf(format(), mode(), values));
  for (const BlockElement& element : quantized.elements) {
    // The widest step of an element format lies below its largest value, and none is wider than half of that.
    EXPECT_LE(std::fabs(element.error), 0.25 * format().largestElement() * quantized.scale * quantized.tensorScale)
        << element.input;
    EXPECT_EQ(element.error, element.restored - double{element.input});
  }
}

TEST_P(EveryBlockFormat, MakesZerosOfZerosAndNanOfNan) {
  const std::vector<float> zeros(static_cast<std::size_t>(format().blockSize), 0.0F);
  const QuantizedBlock zero = quantizeBlock(format(), zeros, mode(), tensorScaleOf(format(), mode(), zeros));
  EXPECT_THAT(restored(zero), testing::Each(0.0));
  EXPECT_EQ(zero.squaredError, 0);
  EXPECT_FALSE(zero.isNan());

  const QuantizedBlock nan = quantizeBlock(format(), std::vector{1.0F, kNan, kInfinity}, mode());
  EXPECT_TRUE(nan.isNan());
  EXPECT_EQ(format().scale->classify(nan.scaleCode), NumberClass::Nan);
  EXPECT_EQ(nan.largestAt, 1u);
  EXPECT_THAT(restored(nan), testing::Each(testing::IsNan()));
}

TEST_P(EveryBlockFormat, TakesExtremeBlocksWithoutLeavingItsCodes) {
  for (const float huge : {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(), 1e-38F}) {
    const std::vector<float> values{huge, -huge};
    const QuantizedBlock quantized = quantizeBlock(format(), values, mode(), tensorScaleOf(format(), mode(), values));
    EXPECT_FALSE(quantized.isNan()) << huge;
    for (const BlockElement& element : quantized.elements)
      EXPECT_LT(element.outcome.code, std::uint64_t{1} << format().element->info().codeBits);
  }
}

class Nvfp4Golden : public testing::TestWithParam<ScaleMode> {};
INSTANTIATE_TEST_SUITE_P(Modes, Nvfp4Golden, testing::Values(ScaleMode::Plain, ScaleMode::FourOverSix),
                         [](const auto& each) { return std::string(idOf(each.param)); });

TEST_P(Nvfp4Golden, HasTheTensorScalesAndRestoredValuesOfTheOracleToTheBit) {
  const std::string name = "nvfp4." + std::string(idOf(GetParam()));
  const std::vector<float> inputs = goldenFloats("nvfp4.input.npy");
  const std::vector<float> tensorScales = goldenFloats(name + ".tensor.npy");
  const std::vector<float> expected = goldenFloats(name + ".restored.npy");
  for (std::size_t row = 0; row < tensorScales.size(); ++row) {
    const auto tensor = std::span(inputs).subspan(row * 32, 32);
    const std::vector<QuantizedBlock> blocks = quantizeBlocks(block("nvfp4"), tensor, GetParam());
    ASSERT_EQ(blocks[0].tensorScale, tensorScales[row]) << row;
    for (std::size_t i = 0; i < 32; ++i)
      ASSERT_EQ(blocks[i / 16].elements[i % 16].restored, expected[row * 32 + i]) << row << ' ' << i;
  }
}

TEST(BlockFormats, SaveWhatTheirStandardsSay) {
  const std::pair<const char*, double> expected[] = {{"mxfp8_e4m3", 8.25}, {"mxfp8_e5m2", 8.25}, {"mxfp6_e3m2", 6.25},
                                                     {"mxfp6_e2m3", 6.25}, {"mxfp4", 4.25},      {"mxint8", 8.25},
                                                     {"nvfp4", 4.5}};
  ASSERT_EQ(blockFormats().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(blockFormats()[i].id, expected[i].first);
    EXPECT_EQ(blockFormats()[i].bitsPerElement(), expected[i].second);
  }
  EXPECT_EQ(block("mxint8").largestElement(), 127.0 / 64);
  EXPECT_EQ(findBlockFormat("mxfp5"), nullptr);
}

TEST(ScaleModes, DifferOnceTheMaximumIsNoPowerOfTwo) {
  const auto scale = [](float largest, ScaleMode mode) {
    return quantizeBlock(block("mxfp4"), std::vector{largest}, mode).scale;
  };
  // 7 = 1.75 * 2^2, beyond E2M1's 6 and, rounded half up to one fraction bit, 8.
  EXPECT_EQ(scale(7, ScaleMode::Floor), 1);
  EXPECT_EQ(scale(7, ScaleMode::Ceil), 2);
  EXPECT_EQ(scale(7, ScaleMode::Even), 2);
  EXPECT_EQ(scale(7, ScaleMode::Rceil), 2);
  // 5 = 1.25 * 2^2 fits.
  EXPECT_EQ(scale(5, ScaleMode::Floor), 1);
  EXPECT_EQ(scale(5, ScaleMode::Ceil), 2);
  EXPECT_EQ(scale(5, ScaleMode::Even), 1);
  EXPECT_EQ(scale(5, ScaleMode::Rceil), 1);
  EXPECT_TRUE(quantizeBlock(block("mxfp4"), std::vector{7.0F}, ScaleMode::Floor).elements[0].outcome.overflowed);
}

TEST(ScaleModes, ReadBackFromTheirIds) {
  for (const BlockFormat& format : blockFormats())
    for (const ScaleMode mode : format.modes) EXPECT_EQ(findScaleMode(idOf(mode)), mode);
  EXPECT_EQ(findScaleMode("nearest"), std::nullopt);
}

TEST(Mxint8, CountsInSixtyFourthsAndReachesMinusTwo) {
  const QuantizedBlock quantized =
      quantizeBlock(block("mxint8"), std::vector{1.984375F, -1.999F, 0.0078125F, 0.0234375F}, ScaleMode::Floor);
  EXPECT_THAT(codesOf(quantized), testing::ElementsAre(127, 0x80, 0, 2));  // ties to even: 0.5 and 1.5 of 2^-6
  EXPECT_THAT(restored(quantized), testing::ElementsAre(1.984375, -2, 0, 0.03125));
}

TEST(Nvfp4, TakesFourWhereThatFitsTheBlockBetter) {
  // Scaled to 6, the second number becomes 4.5 or 5 and is far from 4 and 6; scaled to 4 it is 3.
  const std::vector<float> values{4.0F, 3.0F, 1.0F};
  const QuantizedBlock plain = quantizeBlock(block("nvfp4"), values, ScaleMode::Plain);
  const QuantizedBlock chosen = quantizeBlock(block("nvfp4"), values, ScaleMode::FourOverSix);
  EXPECT_TRUE(chosen.usesFour);
  EXPECT_EQ(chosen.squaredError, 0);
  EXPECT_EQ(chosen.otherSquaredError, plain.squaredError);
  EXPECT_GT(plain.squaredError, 0);
  EXPECT_FALSE(quantizeBlock(block("nvfp4"), std::vector{6.0F, 3.0F}, ScaleMode::FourOverSix).usesFour);
}

TEST(Blocks, InfinityScalesAsItsExponentFieldReadsAndSaturates) {
  const QuantizedBlock quantized = quantizeBlock(block("mxfp4"), std::vector{kInfinity, 1.0F}, ScaleMode::Floor);
  EXPECT_EQ(quantized.scale, 0x1p126);
  EXPECT_EQ(quantized.elements[0].restored, 6 * 0x1p126);
  EXPECT_TRUE(std::isnan(quantized.elements[0].error));
}

}  // namespace
}  // namespace ulpscope
