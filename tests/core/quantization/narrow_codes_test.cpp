// SPDX-License-Identifier: Apache-2.0
// The loops for whole blocks against the scalar definition of core/formats, over floats of every exponent.
#include "core/quantization/narrow_codes.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/backend/backend.h"
#include "core/formats/block_format.h"
#include "core/formats/codec.h"
#include "core/quantization/scheme.h"

namespace ulpscope {
namespace {

/// Bits without NaN: random ones, and all values of the formats, the midpoints between them and the floats beside.
std::vector<float> probes(const FloatSpec& spec) {
  std::vector<float> values = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), -0.0F};
  std::mt19937 generator(5);
  for (int i = 0; i < 100'000; ++i) values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(generator())));
  for (std::uint64_t magnitude = 0; magnitude < largestFiniteMagnitude(spec); ++magnitude) {
    const float low = decodeToFloat(spec, magnitude);
    const float middle = (low + decodeToFloat(spec, magnitude + 1)) / 2;
    for (const float x : {low, middle, std::nextafter(middle, 0.0F), std::nextafter(middle, 1e9F)}) {
      values.push_back(x);
      values.push_back(-x);
    }
  }
  std::erase_if(values, [](float x) { return std::isnan(x); });
  return values;
}

class NarrowCodes : public testing::TestWithParam<const char*> {};

TEST_P(NarrowCodes, AreThoseOfTheDefinition) {
  const FloatSpec& spec = *findFormat(GetParam())->floatSpec();
  const std::vector<float> values = probes(spec);
  std::vector<std::uint8_t> codes(values.size());
  std::vector<float> restored(values.size());
  const NarrowFloatCoder coder(spec);
  for (const float factor : {1.0F, 0.25F}) {
    coder.encode(values, factor, codes);
    coder.decode(codes, 3, restored);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto code = encodeFloat(spec, values[i] * factor, Rounding::NearestEven, Overflow::Saturate).code;
      ASSERT_EQ(codes[i], code) << values[i];
      ASSERT_EQ(restored[i], decodeToFloat(spec, code) * 3);
    }
  }
  coder.encodeQuotients(values, 3, codes);
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(codes[i], encodeFloat(spec, values[i] / 3, Rounding::NearestEven, Overflow::Saturate).code) << values[i];
}

TEST_P(NarrowCodes, RoundHalfAwayFromZeroWhereAsked) {
  const FloatSpec& spec = *findFormat(GetParam())->floatSpec();
  std::vector<float> values = probes(spec);
  std::erase_if(values, [](float x) { return std::fabs(x) < 1e-30F; });  // half of the smallest value is far above
  std::vector<std::uint8_t> codes(values.size());
  NarrowFloatCoder(spec).encodeHalfAway(values, 1, codes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto code = encodeFloat(spec, values[i], Rounding::NearestAway, Overflow::Saturate).code;
    // Just below half the smallest value |y| + 0.5 is rounded to 1 in float32: the published arithmetic's own.
    const float smallest = decodeToFloat(spec, 1);
    if (std::fabs(values[i]) == std::nextafter(smallest / 2, 0.0F)) continue;
    ASSERT_EQ(codes[i], code) << values[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, NarrowCodes,
                         testing::Values("float8_e4m3fn", "float8_e5m2", "float6_e3m2fn", "float6_e2m3fn",
                                         "float4_e2m1fn"));

TEST(Fp4Codes, AreThoseOfTheDefinitionWithEachRule) {
  const FloatSpec& spec = *findFormat("float4_e2m1fn")->floatSpec();
  const std::vector<float> values = probes(spec);
  std::vector<std::uint8_t> codes(values.size());
  encodeFp4(values, 0.5F, codes);
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(codes[i], encodeFloat(spec, values[i] * 0.5F, Rounding::NearestEven, Overflow::Saturate).code);
  encodeFp4Quotients(values, 0.7F, codes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float y = values[i] / 0.7F;
    ASSERT_EQ(codes[i], encodeFloat(spec, y == 0 ? 0 : y, Rounding::NearestEven, Overflow::Saturate).code) << y;
  }
}

/// The nearest of 16 by trying all, the first of two.
TEST(Fp4Codes, TakeTheFirstOfTheNearestInGgml) {
  constexpr float kDoubled[] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  const std::vector<float> values = probes(*findFormat("float4_e2m1fn")->floatSpec());
  std::vector<std::uint8_t> codes(values.size());
  for (const float scale : {0.5F, 0.8125F, 0x1p-128F, 0x1p127F, 0.0F}) {
    encodeFp4ByDistance(values, scale, codes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      int best = 0;
      for (int code = 1; code < 16; ++code)
        if (std::fabs(kDoubled[code] * scale - values[i]) < std::fabs(kDoubled[best] * scale - values[i])) best = code;
      ASSERT_EQ(codes[i], best) << values[i] << " with " << scale;
    }
  }
}

/// The scheme of a block format gives what core/formats makes of single blocks.
TEST(MxSchemes, AgreeWithSingleBlocksInEveryScaleMode) {
  std::mt19937 generator(9);
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> exponent(-140, 120);
  std::vector<float> values(64 * 100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = normal(generator);
  for (std::size_t block = 0; block < values.size() / 32; ++block) {
    const int e = exponent(generator);
    for (std::size_t i = 0; i < 32; ++i) values[block * 32 + i] = std::ldexp(values[block * 32 + i], e);
  }
  const MatrixView view{{64, 100}, values};
  for (const BlockFormat& format : blockFormats()) {
    if (format.hasTensorScale) continue;
    for (const ScaleMode mode : format.modes) {
      const auto result =
          findScheme(format.id)->quantize(view, {{"scale_mode", std::string(idOf(mode))}}, *makeReferenceBackend(), {});
      ASSERT_TRUE(result);
      for (std::size_t row = 0; row < 64; ++row) {
        const auto blocks = quantizeBlocks(format, std::span(values).subspan(row * 100, 100), mode);
        for (std::size_t i = 0; i < 100; ++i) {
          const BlockElement& element = blocks[i / 32].elements[i % 32];
          ASSERT_EQ(result->codes[row * 100 + i], element.outcome.code) << format.id << ' ' << idOf(mode);
          ASSERT_EQ(result->restored[row * 100 + i], static_cast<float>(element.restored));
        }
      }
    }
  }
}

TEST(MxSchemes, SayThatAReferenceKnowsOneScaleModeOnly) {
  for (const char* reference : {"ggml", "microxcaling"}) {
    const auto result =
        findScheme("mxfp4")->bitsPerWeight({1, 32}, {{"reference", reference}, {"scale_mode", "rceil"}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::Unsupported);
  }
}

}  // namespace
}  // namespace ulpscope
