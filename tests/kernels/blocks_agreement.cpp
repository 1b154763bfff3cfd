// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/formats/number_format.h"
#include "core/quantization/narrow_blocks.h"
#include "core/quantization/narrow_codes.h"
#include "core/quantization/scheme.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/named_codecs.h"
#include "tests/kernels/quantized.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

using Kind = BlockCodec::Kind;

void compareBlocks(const Backend& tested, const NamedCodec& named, std::uint64_t blockSize,
                   std::span<const float> values) {
  SCOPED_TRACE(testing::Message() << named.name << ", " << values.size() << " values in blocks of " << blockSize);
  const BlockCodec codec = named.withBlockSize(blockSize);
  const Quantized expected = quantize(*makeReferenceBackend(), codec, values);
  const Quantized got = quantize(tested, codec, values);
  EXPECT_TRUE(sameBits(expected.codes, got.codes));
  EXPECT_TRUE(sameBitsButNan(expected.scales, got.scales));
  EXPECT_TRUE(sameBits(expected.zeroPoints, got.zeroPoints));
  EXPECT_TRUE(sameBitsButNan(expected.restored, got.restored));
  const bool isShort = std::min<std::size_t>(blockSize, values.size()) <= 8192;
  executedElements()[std::string(isShort ? "quantizeShortBlocks " : "findBlockFacts, encodeLongBlocks ") +
                     named.name] += values.size();
  executedElements()["dequantizeKernel"] += values.size();
}

/// Multiples of halves of steps, with the maximum that makes the step 1: ties of every codec that divides by it.
std::vector<float> ties(float largest) {
  std::vector<float> values{largest};
  for (int i = -300; i <= 300; ++i) values.push_back(std::clamp(static_cast<float>(i) / 2, -largest, largest));
  for (int i = -512; i <= 512; ++i) values.push_back(largest * static_cast<float>(i) / 512);
  for (const float midpoint : nf4Midpoints())
    for (const float near : {midpoint, std::nextafter(midpoint, 2.0F), std::nextafter(midpoint, -2.0F)})
      values.push_back(near * largest);
  return values;
}

void compareKind(const Backend& tested, const NamedCodec& named, Effort effort) {
  const bool isSmall = effort == Effort::Small;
  const std::vector<float> weights = normalValues(isSmall ? 2'003 : 1'000'003, 0.02F, 1);
  for (const std::uint64_t blockSize : {1U, 3U, 4U, 16U, 17U, 32U, 64U, 100U, 128U, 500U, 1024U, 5000U})
    compareBlocks(tested, named, blockSize, weights);
  compareBlocks(tested, named, 32, std::span(weights).first(1));
  compareBlocks(tested, named, 32, {});
  for (const float largest : {127.0F, 127.5F, 128.0F, 8.0F, 448.0F, 57344.0F, 1.0F}) {
    std::vector<float> values = ties(largest);
    compareBlocks(tested, named, values.size(), values);
    for (float& value : values) value = -value;
    if (!isSmall) compareBlocks(tested, named, values.size(), values);
  }
  compareBlocks(tested, named, 7, extremeBlocks(7));
  compareBlocks(tested, named, 32, extremeBlocks(32));
  compareBlocks(tested, named, 32, randomBitPatterns(3'200, 3));
  // Long blocks: several, a short last one, one that is shorter than it might be, special ones.
  std::vector<float> longer = normalValues(isSmall ? 20'007 : 3'000'007, 0.02F, 6);
  compareBlocks(tested, named, 9'001, longer);
  longer[100] = -1;  // the first of the largest, another in a later part
  longer[19'000] = 1;
  compareBlocks(tested, named, longer.size(), longer);
  if (!isSmall) compareBlocks(tested, named, 1'000'000, longer);
  longer[15'000] = std::numeric_limits<float>::quiet_NaN();
  longer[100] = std::numeric_limits<float>::infinity();
  compareBlocks(tested, named, 10'000'000, longer);
}

/// The codecs that the schemes hand to a backend.
std::vector<NarrowBlockCodec> narrowCodecs() {
  std::vector<NarrowBlockCodec> codecs;
  const auto add = [&](const char* element, int largestExponent) {
    codecs.push_back({.kind = NarrowBlockCodec::Kind::MxFloor,
                      .element = *findFormat(element)->floatSpec(),
                      .blockSize = 32,
                      .largestExponent = largestExponent});
  };
  add("float8_e4m3fn", 8);
  add("float8_e5m2", 15);
  add("float6_e2m3fn", 2);
  add("float6_e3m2fn", 4);
  add("float4_e2m1fn", 2);
  return codecs;
}

/// x times the power of two, to nearest even, by the schemes' own coder.
void compareMxBlocks(const Backend& tested, const NarrowBlockCodec& codec, std::span<const float> values) {
  const std::size_t blocks = values.size() / codec.blockSize;
  std::vector<std::uint8_t> codes(values.size());
  std::vector<float> scales(blocks), restored(values.size());
  ASSERT_TRUE(tested.encodeNarrowBlocks(codec, values, codes, scales));
  ASSERT_TRUE(tested.decodeNarrowBlocks(codec, codes, scales, restored));
  const NarrowFloatCoder coder(codec.element);
  for (std::size_t block = 0; block < blocks; ++block) {
    const auto in = values.subspan(block * codec.blockSize, codec.blockSize);
    std::vector<std::uint8_t> expected(codec.blockSize);
    const std::uint32_t largest = largestMagnitudeBits(in);
    float scale = std::numeric_limits<float>::quiet_NaN();
    if (largest <= 0x7F800000) {
      const int field = static_cast<int>(largest >> 23);  // 0 has the exponent of no number: less than any scale's
      const int exponent = std::max(field - 127 - codec.largestExponent, -127);
      scale = powerOfTwo(exponent);
      coder.encode(in, powerOfTwo(-exponent), expected);
    }
    ASSERT_TRUE(sameBitsButNan(std::span(&scale, 1), std::span(scales).subspan(block, 1)));
    ASSERT_TRUE(sameBits(std::span<const std::uint8_t>(expected),
                         std::span<const std::uint8_t>(codes).subspan(block * codec.blockSize, codec.blockSize)));
    std::vector<float> values2(codec.blockSize);
    coder.decode(expected, scale, values2);
    ASSERT_TRUE(sameBitsButNan(values2, std::span(restored).subspan(block * codec.blockSize, codec.blockSize)));
  }
  executedElements()["encodeNarrowKernel<MxFloor>"] += values.size();
  executedElements()["decodeNarrowKernel"] += values.size();
}

/// A scheme's result on the tested backend and on the reference, which has no kernels: that is the scheme's own code.
void compareScheme(const Backend& tested, const char* id, MatrixShape shape, std::span<const float> values) {
  const Scheme* scheme = nullptr;
  for (const Scheme* each : schemeRegistry())
    if (each->info().id == id) scheme = each;
  ASSERT_TRUE(scheme) << id;
  const SchemeInput input{MatrixView{shape, values}, nullptr};
  const auto expected = scheme->quantize(input, {}, *makeReferenceBackend(), {});
  const auto found = scheme->quantize(input, {}, tested, {});
  ASSERT_TRUE(expected);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->codes, expected->codes) << id;
  EXPECT_TRUE(sameBitsButNan(expected->scales, found->scales)) << id;
  EXPECT_TRUE(sameBitsButNan(expected->restored, found->restored)) << id;
}

}  // namespace

void expectSameBlocks(const Backend& tested, Effort effort) {
  for (const NamedCodec& named : kCodecs) compareKind(tested, named, effort);
}

void expectSameNarrowBlocks(const Backend& tested, Effort effort) {
  const std::size_t size = effort == Effort::Small ? 96 * 32 : 100'000 * 32;
  std::vector<float> values = normalValues(size, 0.02F, 7);
  const std::vector<float> extreme = extremeBlocks(32);
  const std::vector<float> any = randomBitPatterns(32 * 50, 8);
  values.insert(values.end(), extreme.begin(), extreme.end());
  values.insert(values.end(), any.begin(), any.end());
  for (const NarrowBlockCodec& codec : narrowCodecs()) compareMxBlocks(tested, codec, values);
  compareMxBlocks(tested, narrowCodecs().front(), std::span(values).first(32));
  compareMxBlocks(tested, narrowCodecs().front(), {});

  // NVFP4's blocks of 16, whose scales of E4M3 are below and above its subnormal numbers and saturate.
  std::vector<float> weights = normalValues(64 * 128, 0.02F, 9);
  for (std::size_t row = 0; row < 64; ++row)
    for (std::size_t i = 0; i < 128; ++i) weights[row * 128 + i] *= std::ldexp(1.0F, static_cast<int>(row % 20) - 19);
  std::fill_n(weights.begin() + 128, 128, -0.0F);
  compareScheme(tested, "nvfp4", {64, 128}, weights);
  executedElements()["encodeNarrowKernel<ModelOpt>"] += weights.size();
  executedElements()["decodeNarrowKernel"] += weights.size();
}

}  // namespace ulpscope::kernels
