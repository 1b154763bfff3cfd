// SPDX-License-Identifier: Apache-2.0
#include "core/formats/block_bytes.h"

#include <gmock/gmock.h>

#include <bit>

#include "tests/core/formats/golden_file.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;

/// Blocks whose element i has code i modulo the number of codes.
std::vector<QuantizedBlock> countingBlocks(std::string_view id, std::size_t blocks) {
  const BlockFormat& format = *findBlockFormat(id);
  const auto size = static_cast<std::size_t>(format.blockSize);
  std::vector<QuantizedBlock> result(blocks);
  for (std::size_t i = 0; i < blocks * size; ++i) {
    QuantizedBlock& block = result[i / size];
    block.format = &format;
    block.scaleCode = 0x70 + i / size;
    BlockElement element{};
    element.outcome.code = i % (std::size_t{1} << format.element->info().codeBits);
    block.elements.push_back(element);
  }
  return result;
}

std::vector<int> bytesOf(const std::vector<ByteRow>& rows, std::string_view part) {
  std::vector<int> bytes;
  for (const ByteRow& row : rows)
    if (row.part == part) bytes.push_back(row.byte);
  return bytes;
}

std::vector<int> firstBytes(std::string_view id, BlockLayout layout, std::size_t blocks, std::string_view part) {
  auto bytes = bytesOf(layOut(countingBlocks(id, blocks), layout).value(), part);
  bytes.resize(6);
  return bytes;
}

TEST(BlockBytes, PutTheFirstElementWhereEachFrameworkHasIt) {
  EXPECT_THAT(firstBytes("mxfp4", BlockLayout::Ocp, 1, "elements"), ElementsAre(0x10, 0x32, 0x54, 0x76, 0x98, 0xBA));
  EXPECT_THAT(firstBytes("mxfp4", BlockLayout::Bitsandbytes, 1, "elements"),
              ElementsAre(0x01, 0x23, 0x45, 0x67, 0x89, 0xAB));
  // Scale, then element j low and j + 16 high: both have code j here.
  EXPECT_THAT(firstBytes("mxfp4", BlockLayout::Ggml, 1, "block"), ElementsAre(0x70, 0x00, 0x11, 0x22, 0x33, 0x44));
  EXPECT_EQ(layOut(countingBlocks("mxfp4", 1), BlockLayout::Ggml)->size(), 17u);
}

TEST(BlockBytes, AreThoseThatGgufPacks) {
  const GoldenArray inputs = readGoldenArray("input.npy", "blocks");
  const GoldenArray expected = readGoldenArray("mxfp4.floor.ggml.npy", "blocks");
  constexpr std::size_t kElements = 32, kBytes = 17;
  ASSERT_EQ(expected.size() % kBytes, 0u);
  for (std::size_t i = 0; i < expected.size() / kBytes; ++i) {
    std::vector<float> values(kElements);
    for (std::size_t j = 0; j < kElements; ++j)
      values[j] = std::bit_cast<float>(static_cast<std::uint32_t>(inputs[i * kElements + j]));
    auto blocks = quantizeBlocks(*findBlockFormat("mxfp4"), values, ScaleMode::Floor);
    constexpr std::uint64_t kNegativeZero = 8;  // ggml searches by value, and finds the other zero first
    for (BlockElement& element : blocks[0].elements)
      if (element.outcome.code == kNegativeZero) element.outcome.code = 0;
    const auto rows = layOut(blocks, BlockLayout::Ggml).value();
    for (std::size_t j = 0; j < kBytes; ++j) EXPECT_EQ(rows[j].byte, expected[i * kBytes + j]) << i << ' ' << j;
  }
}

TEST(BlockBytes, GatherFourBlocksOfNvfp4ForGgml) {
  const auto rows = layOut(countingBlocks("nvfp4", 4), BlockLayout::Ggml).value();
  EXPECT_EQ(rows.size(), 36u);
  const auto bytes = bytesOf(rows, "block");
  EXPECT_THAT(std::vector(bytes.begin(), bytes.begin() + 6), ElementsAre(0x70, 0x71, 0x72, 0x73, 0x80, 0x91));
  EXPECT_EQ(rows[4].holds, "element 0 low, 8 high");
  EXPECT_FALSE(layOut(countingBlocks("nvfp4", 3), BlockLayout::Ggml).has_value());
  auto scaled = countingBlocks("nvfp4", 4);
  for (QuantizedBlock& block : scaled) block.tensorScale = 0.5F;
  EXPECT_EQ(layOut(scaled, BlockLayout::Ggml).error().code, Errc::Unsupported);
}

TEST(BlockBytes, PackFourSixBitElementsInThreeBytes) {
  // 0, 1, 2, 3 = 000000, 000001, 000010, 000011 from the lowest bit up.
  const auto rows = layOut(countingBlocks("mxfp6_e3m2", 1), BlockLayout::Ocp).value();
  const auto bytes = bytesOf(rows, "elements");
  ASSERT_EQ(bytes.size(), 24u);
  EXPECT_EQ(bytes[0] | bytes[1] << 8 | bytes[2] << 16, 0 | 1 << 6 | 2 << 12 | 3 << 18);
  EXPECT_EQ(bytes[21] | bytes[22] << 8 | bytes[23] << 16, 28 | 29 << 6 | 30 << 12 | 31 << 18);
}

TEST(BlockBytes, KeepScalesInATensorOfTheirOwnExceptInGgml) {
  const auto rows = layOut(countingBlocks("mxfp8_e4m3", 2), BlockLayout::Ocp).value();
  EXPECT_THAT(bytesOf(rows, "scales"), ElementsAre(0x70, 0x71));
  EXPECT_EQ(bytesOf(rows, "elements").size(), 64u);
}

TEST(BlockBytes, CountMissingElementsAsCodeZero) {
  auto blocks = countingBlocks("mxfp4", 1);
  blocks[0].elements.resize(3);
  EXPECT_THAT(bytesOf(layOut(blocks, BlockLayout::Ocp).value(), "elements"),
              testing::AllOf(testing::SizeIs(16), testing::Contains(0x10), testing::Contains(0x02)));
}

TEST(BlockBytes, RefuseLayoutsThatKnowNoSuchBlocks) {
  for (const char* id : {"mxfp8_e4m3", "mxfp6_e2m3", "mxint8"}) {
    EXPECT_EQ(layOut(countingBlocks(id, 1), BlockLayout::Ggml).error().code, Errc::Unsupported);
    EXPECT_EQ(layOut(countingBlocks(id, 1), BlockLayout::Bitsandbytes).error().code, Errc::Unsupported);
  }
  for (const BlockLayout layout : blockLayouts()) EXPECT_EQ(findBlockLayout(idOf(layout)), layout);
}

}  // namespace
}  // namespace ulpscope
