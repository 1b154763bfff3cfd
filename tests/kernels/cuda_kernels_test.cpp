// SPDX-License-Identifier: Apache-2.0
// The source of the CUDA kernels, run on the CPU.
#include <gtest/gtest.h>

#include <array>
#include <iterator>
#include <limits>
#include <vector>

#include "core/formats/codec.h"
#include "tests/core/formats/every_format.h"
#include "tests/kernels/cuda_on_cpu.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/same_bits.h"

#include "kernels/cuda/absmax_int8.cuh"
#include "kernels/cuda/round.cuh"

namespace ulpscope::kernels {
namespace {

unsigned launches(std::size_t size, std::size_t each) { return static_cast<unsigned>((size + each - 1) / each); }

void compareRounding(const FloatRounding& rule, const std::vector<float>& inputs) {
  const auto plan = makeRoundingPlan(rule);
  ASSERT_TRUE(plan);
  std::vector<float> rounded(inputs.size());
  cuda_on_cpu::launch(launches(inputs.size(), kRoundThreads * kRoundValuesPerThread), kRoundThreads,
                      [&] { roundKernel(*plan, inputs.data(), rounded.data(), inputs.size()); });
  std::vector<float> expected(inputs.size());
  ASSERT_TRUE(makeReferenceBackend()->round(rule, inputs, expected));
  EXPECT_TRUE(sameBits(expected, rounded));
}

class EveryCudaRounding : public testing::TestWithParam<const NumberFormat*> {};

TEST_P(EveryCudaRounding, RoundsAsTheReferenceDoesInEveryMode) {
  const FloatSpec& spec = *GetParam()->floatSpec();
  std::vector<float> inputs = randomBitPatterns(5'001, 1);  // several blocks of threads; more are slow under sanitizers
  const std::vector<float> midpoints =
      spec.codeBits() <= 8 ? midpointsAndNeighbours(spec) : someMidpointsAndNeighbours(spec, 500, 2);
  inputs.insert(inputs.end(), midpoints.begin(), midpoints.end());
  for (const Rounding rounding : kEveryRounding)
    for (const Overflow overflow : {Overflow::Format, Overflow::Saturate, Overflow::Nan})
      compareRounding({spec, rounding, overflow}, inputs);
}

TEST(CudaRoundKernel, RoundsToEveryLayoutOfUpTo16Bits) {
  std::uint32_t seed = 0;
  for (const FloatSpec& spec : everyLayout()) {
    const std::vector<float> inputs = someMidpointsAndNeighbours(spec, 4, ++seed);
    const Overflow overflow = kEveryOverflow[seed % std::size(kEveryOverflow)];
    for (const Rounding rounding : kEveryRounding) {
      const auto plan = makeRoundingPlan({spec, rounding, overflow});
      ASSERT_TRUE(plan);
      for (const float x : inputs)
        ASSERT_EQ(bitsOf(roundFloat(spec, x, rounding, overflow)), bitsOf(roundValue(*plan, x)))
            << x << " to " << spec.signBits << '-' << spec.exponentBits << '-' << spec.fractionBits << ", bias "
            << spec.bias << ", " << idOf(rounding) << ", " << idOf(overflow);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryCudaRounding, testing::ValuesIn(formatsWithinFloat(32)), FormatName());

struct Quantized {
  explicit Quantized(std::size_t size, std::size_t blocks) : codes(size), scales(blocks), restored(size) {}
  std::vector<std::uint8_t> codes;
  std::vector<float> scales;
  std::vector<float> restored;
};

Quantized onCuda(const BlockCodec& codec, const std::vector<float>& values) {
  Quantized out(values.size(), launches(values.size(), codec.blockSize));
  const AbsmaxParameters parameters{.size = values.size(),
                                    .blockSize = codec.blockSize,
                                    .divisor = codec.divisor,
                                    .low = static_cast<float>(codec.low),
                                    .high = static_cast<float>(codec.high)};
  if (codec.blockSize <= kAbsmaxPiece) {
    cuda_on_cpu::launch(launches(out.scales.size(), kAbsmaxWarps), kAbsmaxThreads,
                        [&] { absmaxQuantizeShort(parameters, values.data(), out.codes.data(), out.scales.data()); });
  } else {
    std::vector<int> maxima(out.scales.size());
    const unsigned pieces = launches(codec.blockSize, kAbsmaxPiece);
    cuda_on_cpu::launch(static_cast<unsigned>(maxima.size()) * pieces, kAbsmaxThreads,
                        [&] { absmaxMaxima(parameters, pieces, values.data(), maxima.data()); });
    cuda_on_cpu::launch(launches(values.size(), kAbsmaxThreads), kAbsmaxThreads, [&] {
      absmaxQuantizeLong(parameters, values.data(), maxima.data(), out.codes.data(), out.scales.data());
    });
  }
  cuda_on_cpu::launch(launches(values.size(), kAbsmaxThreads), kAbsmaxThreads,
                      [&] { absmaxDequantize(parameters, out.codes.data(), out.scales.data(), out.restored.data()); });
  return out;
}

void compareQuantizing(const BlockCodec& codec, const std::vector<float>& values) {
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  Quantized expected(values.size(), launches(values.size(), codec.blockSize));
  ASSERT_TRUE(reference->quantizeBlocks(codec, values, {expected.codes, expected.scales, {}}));
  ASSERT_TRUE(reference->dequantizeBlocks(codec, {expected.codes, expected.scales, {}}, expected.restored));
  const Quantized got = onCuda(codec, values);
  EXPECT_TRUE(sameBits(expected.codes, got.codes));
  EXPECT_TRUE(sameBitsButNan(expected.scales, got.scales));
  EXPECT_TRUE(sameBitsButNan(expected.restored, got.restored));
}

TEST(CudaAbsmaxKernels, QuantizeBlocksOfAnySizeAsTheReferenceDoes) {
  const std::vector<float> values = normalValues(20'003, 0.02F, 2);
  for (const std::uint64_t blockSize : {1U, 31U, 32U, 33U, 64U, 1000U, 8192U, 8193U, 10'000U, 20'003U})
    compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = blockSize}, values);
}

TEST(CudaAbsmaxKernels, TakeOtherCodeRanges) {
  const std::vector<float> values = normalValues(1000, 0.02F, 3);
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = 32, .divisor = 7, .low = -7, .high = 7}, values);
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = 32, .divisor = 255, .low = 0, .high = 255}, values);
}

TEST(CudaAbsmaxKernels, TreatZeroTinyInfiniteAndNanBlocksAsTheReferenceDoes) {
  std::vector<float> values(32 * 8, 1.0F);
  constexpr std::array kSpecial{0.0F,
                                1e-45F,
                                1e-38F,
                                3e38F,
                                std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN()};
  for (std::size_t block = 0; block < kSpecial.size(); ++block) {
    if (block < 3) std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(block * 32), 32, 0.0F);
    values[block * 32 + 17] = kSpecial[block];
  }
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = 32}, values);
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = values.size()}, values);
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = 100'000}, values);
}

TEST(CudaAbsmaxKernels, RoundTiesToEven) {
  std::vector<float> values{127};
  for (int i = -254; i <= 254; ++i) values.push_back(static_cast<float>(i) / 2);
  compareQuantizing({.kind = BlockCodec::Kind::Absmax, .blockSize = values.size()}, values);
}

}  // namespace
}  // namespace ulpscope::kernels
