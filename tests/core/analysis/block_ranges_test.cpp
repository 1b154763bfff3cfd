// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/block_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "core/analysis/tensor_profile.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

template <class Stored>
TensorSource tensorOf(std::string_view type, std::vector<std::uint64_t> shape, const std::vector<Stored>& stored) {
  const auto bytes = std::as_bytes(std::span(stored));
  TensorInfo info;
  info.name = "tensor";
  info.storedType = type;
  info.type = findElementType(type);
  info.elements = checkedProduct(shape).value();
  info.shape = std::move(shape);
  info.bytes = bytes.size();
  return {std::move(info), memorySource("memory", {bytes.begin(), bytes.end()})};
}

BlockRanges rangesOf(const TensorSource& source) {
  auto profile = profileTensor(source, *makeReferenceBackend(), {});
  EXPECT_TRUE(profile);
  return profile ? profile->blockRanges : BlockRanges{};
}

/// By the definition in docs/numerics.md, over all values at once: the oracle.
BlockRanges naive(const TensorSource& source) {
  std::vector<double> values(source.info().elements);
  EXPECT_TRUE(source.readDoubles(0, values));
  const MatrixShape matrix = source.matrix();
  BlockRanges ranges;
  for (std::size_t which = 0; which < kBlockSizes.size(); ++which) {
    BlockRange& range = ranges.bySize[which];
    std::map<int, std::uint64_t> octaves;
    for (std::uint64_t row = 0; row < matrix.rows; ++row)
      for (std::uint64_t begin = 0; begin < matrix.columns; begin += kBlockSizes[which]) {
        double largest = 0;
        bool isFinite = true;
        for (std::uint64_t c = begin; c < std::min(begin + kBlockSizes[which], matrix.columns); ++c) {
          const double value = std::fabs(static_cast<double>(static_cast<float>(values[row * matrix.columns + c])));
          isFinite = isFinite && std::isfinite(value);
          largest = std::max(largest, value);
        }
        ++range.blocks;
        if (!isFinite)
          ++range.notFinite;
        else if (largest == 0)
          ++range.zero;
        else
          ++octaves[std::max(std::ilogb(largest), BlockRange::kSubnormalOctave)];
      }
    if (octaves.empty()) continue;
    range.lowest = octaves.begin()->first;
    range.counts.resize(static_cast<std::size_t>(octaves.rbegin()->first - range.lowest + 1));
    for (const auto& [octave, count] : octaves) range.counts[static_cast<std::size_t>(octave - range.lowest)] = count;
  }
  return ranges;
}

/// With zeros, subnormals and what is not finite sown in.
std::vector<float> oddFloats(std::size_t count) {
  std::vector<float> values = cubedNoise(count);
  std::mt19937 generator(5);
  for (std::size_t i = 0; i < count; i += 1 + generator() % 900) {
    constexpr float kOdd[]{
        0,     1e-42F,   -3e-39F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
        1e30F, -1.5e-38F};
    values[i] = kOdd[generator() % std::size(kOdd)];
  }
  for (std::size_t i = count / 3; i < count / 3 + count / 8; ++i) values[i] = -0.0F;
  return values;
}

TEST(BlockRanges, OfFloatsFollowTheirDefinitionForEveryShape) {
  for (const auto& [rows, columns] : {std::pair{1, 1},
                                      {1, 15},
                                      {1, 16},
                                      {1, 17},
                                      {3, 5},
                                      {7, 256},
                                      {5, 384},
                                      {4, 1000},
                                      {200'000, 1},
                                      {1, 200'001},
                                      {700, 300},
                                      {300, 768}}) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns);
    const auto shape = std::vector{static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns)};
    const TensorSource source = tensorOf("F32", shape, oddFloats(static_cast<std::size_t>(rows * columns)));
    EXPECT_EQ(rangesOf(source), naive(source));
  }
}

TEST(BlockRanges, OfRowsThatPiecesCutFollowTheirDefinition) {
  for (const auto& [rows, columns] : {std::pair{3, 500'001}, {1500, 1001}, {1, 1'100'000}}) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns);
    const auto shape = std::vector{static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns)};
    const std::vector<float> floats = oddFloats(static_cast<std::size_t>(rows * columns));
    const TensorSource source = tensorOf("F32", shape, floats);
    EXPECT_EQ(rangesOf(source), naive(source));
    std::vector<std::uint16_t> codes;
    for (const float x : floats) codes.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16));
    for (const char* type : {"BF16", "F16"}) {
      const TensorSource narrow = tensorOf(type, shape, codes);
      EXPECT_EQ(rangesOf(narrow), naive(narrow)) << type;
    }
  }
}

TEST(BlockRanges, OfEveryElementTypeFollowTheirDefinition) {
  std::mt19937 generator(11);
  for (const ElementType& type : elementTypes()) {
    if (!type.readable) continue;
    std::vector<std::uint8_t> bytes(std::size_t{24} * 1000 * static_cast<std::size_t>(type.bits) / 8);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator() % 8 == 0 ? generator() : 0);
    const TensorSource source = tensorOf(type.name, {24, 10, 100}, bytes);
    EXPECT_EQ(rangesOf(source), naive(source)) << type.name;
  }
}

TEST(BlockRanges, OfNothingAreEmpty) {
  const BlockRanges ranges = rangesOf(tensorOf("F32", {0, 64}, std::vector<float>()));
  EXPECT_EQ(ranges, BlockRanges{});
  EXPECT_FALSE(octaveQuantile(ranges.bySize[0], 0.5));
}

TEST(BlockRanges, SayWhereAShareOfTheBlocksIsReached) {
  const BlockRange range{.blocks = 13, .zero = 2, .notFinite = 1, .lowest = -3, .counts = {1, 0, 8, 1}};
  EXPECT_EQ(octaveQuantile(range, 0), -3);
  EXPECT_EQ(octaveQuantile(range, 0.11), -3);
  EXPECT_EQ(octaveQuantile(range, 0.12), -1);
  EXPECT_EQ(octaveQuantile(range, 0.5), -1);
  EXPECT_EQ(octaveQuantile(range, 0.99), -1);
  EXPECT_EQ(octaveQuantile(range, 1), 0);
}

}  // namespace
}  // namespace ulpscope
