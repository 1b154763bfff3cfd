// SPDX-License-Identifier: Apache-2.0
//
// What the golden files of ggml's types do not show: the table itself, and the pieces that decoding is made of.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/checkpoint/ggml/ggml_decoders.h"
#include "core/checkpoint/ggml/ggml_types.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "core/tensor/element_type.h"

namespace ulpscope {
namespace {

std::vector<std::byte> randomBlocks(const GgmlType& type, std::size_t blocks) {
  std::mt19937 generator(type.id);
  std::vector<std::byte> bytes(blocks * type.blockBytes);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(generator());
  return bytes;
}

std::vector<std::byte> readAll(const ByteSource& source) {
  std::vector<std::byte> bytes(source.size());
  EXPECT_TRUE(source.read(0, bytes));
  return bytes;
}

TEST(GgmlTypes, HaveNamesOfTheirOwnAndFieldsWithinTheirBlocks) {
  std::set<std::uint32_t> ids;
  std::set<std::string_view> names;
  for (const GgmlType& type : ggmlTypes()) {
    SCOPED_TRACE(type.name);
    EXPECT_TRUE(ids.insert(type.id).second && names.insert(type.name).second);
    EXPECT_EQ(findGgmlType(type.id), &type);
    for (const GgmlType::Words& words : type.words)
      EXPECT_LE(words.offset + words.bytes * words.count, type.blockBytes);
    if (type.isPlain()) {
      ASSERT_NE(findElementType(type.name), nullptr);
      EXPECT_EQ(type.bitsPerWeight(), findElementType(type.name)->bits);
    } else {
      EXPECT_EQ(findGgmlType(type.packing), &type);
    }
  }
  EXPECT_EQ(findGgmlType("q4_k")->bitsPerWeight(), 4.5);
  EXPECT_EQ(findGgmlType("q6_k")->bitsPerWeight(), 6.5625);
  EXPECT_EQ(findGgmlType("iq1_s")->bitsPerWeight(), 1.5625);
  EXPECT_EQ(findGgmlType("mxfp4")->bitsPerWeight(), 4.25);
  EXPECT_EQ(findGgmlType(""), nullptr);
}

TEST(GgmlTypes, ScalesAreTheValuesOfBinary16) {
  const ElementType& half = *findElementType("F16");
  for (std::uint32_t code = 0; code < 65'536; ++code) {
    const auto narrow = static_cast<std::uint16_t>(code);
    float value = 0;
    decodeElements(half, std::as_bytes(std::span(&narrow, 1)), std::span(&value, 1));
    const float found = fromHalf(narrow);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(found)) << code;
    else
      EXPECT_EQ(std::bit_cast<std::uint32_t>(found), std::bit_cast<std::uint32_t>(value)) << code;
  }
}

TEST(GgmlTypes, ScalesOfFp4AreThoseOfTheirFormats) {
  // Code 2 of an element is 1, so its value is the scale: E2M1 doubled times half the scale.
  for (unsigned code = 0; code < 256; ++code) {
    std::vector<std::byte> nvfp4(36, std::byte{0x22});
    std::fill_n(nvfp4.begin(), 4, static_cast<std::byte>(code));
    std::vector<float> values(64);
    decodeNVFP4(nvfp4.data(), 1, reinterpret_cast<std::byte*>(values.data()));
    const double scale = toDouble(findFormat("float8_ue4m3")->decode(code & 127));
    // ggml takes 0x7F for zero, and its other NaN, 0xFF, for what the bits would say.
    EXPECT_EQ(values[0], code == 0x7F ? 0 : code == 0xFF ? 480 : scale) << code;

    std::vector<std::byte> mxfp4(17, std::byte{0x22});
    mxfp4[0] = static_cast<std::byte>(code);
    decodeMXFP4(mxfp4.data(), 1, reinterpret_cast<std::byte*>(values.data()));
    EXPECT_EQ(values[0], std::ldexp(1.0, static_cast<int>(code) - 128) * 2 > std::numeric_limits<float>::max()
                             ? std::numeric_limits<float>::infinity()
                             : std::ldexp(1.0F, static_cast<int>(code) - 127))
        << code;
  }
}

/// Q8_1 has no decoder in ggml to be compared with: d, the sum that it does not need, and 32 signed bytes.
TEST(GgmlTypes, Q8_1IsItsScaleTimesItsBytes) {
  std::vector<std::byte> block(36);
  const std::uint16_t scale = 0x3800;  // 0.5
  std::memcpy(block.data(), &scale, 2);
  for (int i = 0; i < 32; ++i) block[4 + static_cast<std::size_t>(i)] = static_cast<std::byte>(i * 8 - 128);
  std::vector<float> values(32);
  decodeQ8_1(block.data(), 1, reinterpret_cast<std::byte*>(values.data()));
  for (int i = 0; i < 32; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], 0.5F * static_cast<float>(i * 8 - 128));
}

TEST(GgmlTypes, ElementsAreTheSameReadAloneAndTogether) {
  for (const GgmlType& type : ggmlTypes()) {
    if (type.isPlain()) continue;
    SCOPED_TRACE(type.name);
    // More blocks than are read at once.
    const std::size_t blocks = 200'000 / type.blockBytes;
    const auto source = decodedSource(type, memorySource("t", randomBlocks(type, blocks)), false);
    const std::vector<std::byte> all = readAll(*source);
    ASSERT_EQ(all.size(), blocks * type.blockElements * sizeof(float));
    for (std::size_t at = 4; at + 1'000 < all.size(); at += 99'996) {
      std::vector<std::byte> some(1'000);
      ASSERT_TRUE(source->read(at, some));
      EXPECT_EQ(std::memcmp(some.data(), all.data() + at, some.size()), 0) << at;
    }
  }
}

TEST(GgmlTypes, BlocksOfTheOtherByteOrderGiveTheSameValues) {
  for (const GgmlType& type : ggmlTypes()) {
    if (type.isPlain()) continue;
    SCOPED_TRACE(type.name);
    std::vector<std::byte> blocks = randomBlocks(type, 3);
    const auto plain = readAll(*decodedSource(type, memorySource("t", blocks), false));
    for (std::size_t block = 0; block < 3; ++block)
      for (const auto [offset, bytes, count] : type.words)
        for (std::size_t i = 0; i < count; ++i) {
          const auto first = blocks.begin() + static_cast<std::ptrdiff_t>(block * type.blockBytes + offset + i * bytes);
          std::reverse(first, first + bytes);
        }
    const auto turned = readAll(*decodedSource(type, memorySource("t", blocks), true));
    EXPECT_EQ(turned, plain);
  }
}

}  // namespace
}  // namespace ulpscope
