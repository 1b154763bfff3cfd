// SPDX-License-Identifier: Apache-2.0
// What sets bitsandbytes' paths apart, by hand; codes and values are golden cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/backend.h"
#include "core/quantization/dynamic8_codes.h"
#include "core/quantization/scheme.h"

namespace ulpscope {
namespace {

using testing::Each;

QuantizedTensor quantized(std::string_view scheme, const std::vector<float>& values, const Settings& settings) {
  auto result =
      findScheme(scheme)->quantize(MatrixView{{1, values.size()}, values}, settings, *makeReferenceBackend(), {});
  EXPECT_TRUE(result);
  return result ? *std::move(result) : QuantizedTensor{};
}

/// 64 zeros, then 64 values of which the largest is 0.7.
std::vector<float> zerosAndOthers() {
  std::vector<float> values(128);
  for (std::size_t i = 64; i < 128; ++i) values[i] = 0.7F * static_cast<float>(i - 63) / 64;
  return values;
}

TEST(BitsandbytesPaths, PriceOfDoubleQuantization) {
  // 4 bits, 8 for each 64, 32 for each 64 * 256, and 32 for the mean.
  EXPECT_DOUBLE_EQ(findScheme("bnb_nf4")->bitsPerWeight({4096, 4096}, {{"double_quantization", "yes"}}).value(),
                   4 + 8.0 / 64 + 32.0 / (64 * 256) + 32.0 / (4096.0 * 4096));
  EXPECT_DOUBLE_EQ(findScheme("bnb_fp4")->bitsPerWeight({1, 65}, {{"double_quantization", "yes"}}).value(),
                   (33 * 8 + 2 * 8 + 32 + 32) / 65.0);
}

TEST(BitsandbytesPaths, ABlockOfZerosIsZeroOnTheCpu) {
  const QuantizedTensor result = quantized("bnb_nf4", zerosAndOthers(), {});
  EXPECT_THAT(std::span(result.codes).first(64), Each(7));
  EXPECT_THAT(std::span(result.restored).first(64), Each(0));
}

TEST(BitsandbytesPaths, ABlockOfZerosIsMinusOneTimesItsScaleOnCuda) {
  const QuantizedTensor single = quantized("bnb_nf4", zerosAndOthers(), {{"path", "cuda"}});
  EXPECT_THAT(std::span(single.codes).first(64), Each(0));
  EXPECT_THAT(std::span(single.restored).first(64), Each(0));
  const QuantizedTensor twice =
      quantized("bnb_nf4", zerosAndOthers(), {{"path", "cuda"}, {"double_quantization", "yes"}});
  EXPECT_NE(twice.scales[0], 0) << "the scale comes back as -0.35 * 0.993 + 0.35";
  EXPECT_NEAR(twice.scales[0], 0.35 * (1 - 0.99296875), 1e-6);
  EXPECT_THAT(std::span(twice.restored).first(64), Each(-twice.scales[0]));
}

TEST(BitsandbytesPaths, SmallPositiveNumbersGetTheOtherZeroOfFp4OnTheCpu) {
  std::vector<float> values(64);
  values[0] = 1;
  values[1] = 0.001F;
  values[2] = -0.001F;
  const QuantizedTensor cpu = quantized("bnb_fp4", values, {});
  EXPECT_EQ(cpu.codes[1], 8);
  EXPECT_EQ(cpu.codes[2], 0);
  const QuantizedTensor cuda = quantized("bnb_fp4", values, {{"path", "cuda"}});
  EXPECT_EQ(cuda.codes[1], 0);
  EXPECT_EQ(cuda.codes[2], 8);
  for (const auto& result : {cpu, cuda})
    for (const std::size_t i : {1u, 2u}) EXPECT_FALSE(std::signbit(result.restored[i])) << "the table holds +0";
}

TEST(Dynamic8, TheCpuHasStepsCoarserThanTheMapAboutZero) {
  std::vector<float> values = {1, 0, -0.4F, NAN};
  std::vector<std::uint8_t> codes(4);
  EXPECT_EQ(encodeDynamic8(BnbPath::Cpu, values, codes), 1);
  EXPECT_EQ(codes[0], 255);
  EXPECT_EQ(codes[1], 131);
  EXPECT_EQ(codes[3], 0);
  encodeDynamic8(BnbPath::Cuda, values, codes);
  EXPECT_EQ(codes[1], 127);
  EXPECT_EQ(codes[3], 0);
}

/// dQuantize ends at an even code: a number in the middle of two goes there, up or down.
TEST(Dynamic8, OnCudaATieGoesToTheEvenCode) {
  const auto map = dynamic8Values();
  std::vector<float> values = {1};
  for (std::size_t code = 130; code < 240; ++code) values.push_back((map[code] + map[code + 1]) * 0.5F);
  std::vector<std::uint8_t> codes(values.size());
  encodeDynamic8(BnbPath::Cuda, values, codes);
  for (std::size_t i = 1; i < codes.size(); ++i) {
    const std::size_t lower = 129 + i;
    EXPECT_EQ(codes[i], lower % 2 == 0 ? lower : lower + 1);
  }
}

}  // namespace
}  // namespace ulpscope
