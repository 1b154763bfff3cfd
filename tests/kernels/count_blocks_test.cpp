// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "core/analysis/code_table.h"
#include "core/analysis/quantiles.h"
#include "core/analysis/tensor_profile.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"

namespace ulpscope::kernels {
namespace {

struct Shape {
  std::size_t rows;
  std::size_t columns;
};
constexpr Shape kShapes[]{{1, 1},     {1, 16},    {1, 200'000}, {3, 100'001}, {50'000, 3}, {1000, 16},
                          {257, 255}, {300, 384}, {1001, 192},  {64, 4096},   {7, 1040}};

/// Of three kinds: any bits at all, weights in a few octaves, and mostly zeros.
std::vector<float> inputs(std::size_t count, int kind) {
  std::vector<float> values = randomBitPatterns(count, static_cast<std::uint32_t>(count));
  if (kind == 0) return values;
  std::mt19937 generator(static_cast<std::uint32_t>(count));
  for (float& value : values) {
    value = std::ldexp(static_cast<float>(static_cast<std::int32_t>(generator())), -36);
    if (kind == 2 && generator() % 64 != 0) value = 0;
  }
  return values;
}

TEST(CountBlocks, OfFloatsAgreeForEveryShape) {
  for (const auto [rows, columns] : kShapes)
    for (const int kind : {0, 1, 2}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << columns << ", kind " << kind);
      const std::vector<float> values = inputs(rows * columns, kind);
      BlockCounts expected;
      expected.bySize[2][128] = 5;  // counts are raised, not set
      BlockCounts start = expected;
      ASSERT_TRUE(makeReferenceBackend()->countBlocks(values, columns, expected));
      onEveryInstructionSet([&](const Backend& cpu) {
        BlockCounts counts = start;
        ASSERT_TRUE(cpu.countBlocks(values, columns, counts));
        EXPECT_EQ(expected.bySize, counts.bySize);
      });
    }
}

TEST(CountBlocks, OfCodesAgreeForEveryShapeAndAreThoseOfTheirValues) {
  for (const char* name : {"BF16", "F16"}) {
    const ElementType& type = *findElementType(name);
    const CodeTable& table = codeTable(type);
    for (const auto [rows, columns] : kShapes)
      for (const int kind : {0, 1, 2}) {
        SCOPED_TRACE(testing::Message() << name << ", " << rows << " x " << columns << ", kind " << kind);
        std::vector<std::uint16_t> codes;
        for (const float value : inputs(rows * columns, kind))
          codes.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
        std::vector<float> values(codes.size());
        decodeElements(type, std::as_bytes(std::span(codes)), values);
        BlockCounts expected, ofCodes;
        ASSERT_TRUE(makeReferenceBackend()->countBlocks(values, columns, expected));
        ASSERT_TRUE(makeReferenceBackend()->countBlocksOfCodes(codes, columns, *table.classes, ofCodes));
        EXPECT_EQ(expected.bySize, ofCodes.bySize);
        onEveryInstructionSet([&](const Backend& cpu) {
          BlockCounts counts;
          ASSERT_TRUE(cpu.countBlocksOfCodes(codes, columns, *table.classes, counts));
          EXPECT_EQ(expected.bySize, counts.bySize);
        });
      }
  }
}

TEST(OneRead, GivesTheSameBlocksAndExactQuantilesWithAnyNumberOfThreads) {
  const std::vector<float> values = inputs(3'000'003, 1);
  const TensorSource source = tensorFromFloats("t", {3, 1'000'001}, values);
  const std::vector<double> shares{0, 0.001, 0.25, 0.5, 0.99, 1};
  const auto reference = makeReferenceBackend();
  const auto expected = profileTensor(source, *reference, {});
  ASSERT_TRUE(expected);
  const auto expectedQuantiles = exactQuantiles(source, *expected, shares, *reference, {});
  ASSERT_TRUE(expectedQuantiles);
  for (const int threads : {1, 2, 3}) {
    const auto cpu = makeCpuBackend(threads);
    const auto profile = profileTensor(source, *cpu, {});
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->blockRanges, expected->blockRanges) << threads;
    const auto quantiles = exactQuantiles(source, *profile, shares, *cpu, {});
    ASSERT_TRUE(quantiles);
    for (std::size_t i = 0; i < shares.size(); ++i)
      EXPECT_EQ((*quantiles)[i].value, (*expectedQuantiles)[i].value) << threads << " threads, " << shares[i];
  }
}

}  // namespace
}  // namespace ulpscope::kernels
