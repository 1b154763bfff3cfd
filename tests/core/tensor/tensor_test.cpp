// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

TEST(MatrixShape, RowsAreDimensionZeroAndColumnsTheRest) {
  using Shape = std::vector<std::uint64_t>;
  EXPECT_EQ(matrixShape(Shape{}), (MatrixShape{1, 1}));
  EXPECT_EQ(matrixShape(Shape{7}), (MatrixShape{1, 7}));
  EXPECT_EQ(matrixShape(Shape{3, 4}), (MatrixShape{3, 4}));
  EXPECT_EQ(matrixShape(Shape{3, 4, 5}), (MatrixShape{3, 20}));
  EXPECT_EQ(matrixShape(Shape{0, std::uint64_t{1} << 40, std::uint64_t{1} << 40}), (MatrixShape{0, 0}));
}

TensorSource packed(std::string_view type, std::uint64_t elements, std::vector<std::byte> bytes) {
  TensorInfo info{.name = "t",
                  .storedType = std::string(type),
                  .type = findElementType(type),
                  .shape = {elements},
                  .elements = elements,
                  .bytes = bytes.size() - 1,
                  .offset = 1,  // behind a byte that is not its own
                  .file = 0};
  return {std::move(info), memorySource("m", std::move(bytes))};
}

TEST(TensorSource, ReadsAnyRangeOfElements) {
  std::vector<float> values(100);
  std::iota(values.begin(), values.end(), 0.0F);
  const TensorSource source = tensorFromFloats("t", {10, 10}, values);
  EXPECT_EQ(source.matrix(), (MatrixShape{10, 10}));
  std::vector<double> doubles(7);
  ASSERT_TRUE(source.readDoubles(93, doubles));
  EXPECT_EQ(doubles, (std::vector<double>{93, 94, 95, 96, 97, 98, 99}));
  EXPECT_EQ(*source.valueAt(42), 42.0);
  EXPECT_EQ(*source.codeAt(1), 0x3F800000u);
  EXPECT_TRUE(source.verifyUnchanged());
}

TEST(TensorSource, FloatsComeFromTheBackendAndAreThoseOfTheDoubles) {
  const auto backend = makeReferenceBackend();
  const TensorSource source = packed("BF16", 3,
                                     {std::byte{9}, std::byte{0x80}, std::byte{0x3F}, std::byte{0xD9}, std::byte{0xC1},
                                      std::byte{0x01}, std::byte{0x00}});
  std::vector<float> floats(3);
  ASSERT_TRUE(source.readFloats(0, floats, *backend));
  EXPECT_EQ(floats, (std::vector<float>{1.0F, -27.125F, 0x1p-133F}));
  std::vector<double> doubles(3);
  ASSERT_TRUE(source.readDoubles(0, doubles));
  EXPECT_EQ(std::vector<double>(floats.begin(), floats.end()), doubles);
}

TEST(TensorSource, RangesOfPackedTypesBeginAndEndAnywhere) {
  const auto backend = makeReferenceBackend();
  std::vector<std::byte> bytes{std::byte{9}};
  for (int i = 0; i < 15; ++i) bytes.push_back(static_cast<std::byte>(0x5A * i + 1));
  for (const auto& [type, elements] : {std::pair{"F4", 30u}, std::pair{"F6_E2M3", 20u}}) {
    const TensorSource source = packed(type, elements, bytes);
    for (std::uint64_t first = 0; first < elements; ++first)
      for (std::uint64_t count = 0; count <= elements - first; ++count) {
        std::vector<double> doubles(count);
        std::vector<float> floats(count);
        ASSERT_TRUE(source.readDoubles(first, doubles));
        ASSERT_TRUE(source.readFloats(first, floats, *backend));
        for (std::uint64_t i = 0; i < count; ++i) {
          EXPECT_EQ(doubles[i], *source.valueAt(first + i)) << type << " " << first << " " << count;
          EXPECT_EQ(static_cast<double>(floats[i]), doubles[i]);
        }
      }
  }
}

TEST(TensorSource, StoredBytesAreThoseOfTheFileWhateverTheElementsAreReadFrom) {
  TensorInfo info{.name = "t",
                  .storedType = "Q8_0",
                  .type = findElementType("F32"),
                  .shape = {1},
                  .elements = 1,
                  .bytes = 2,
                  .offset = 1,
                  .file = 0,
                  .storage = memorySource("decoded", std::vector<std::byte>(4)),
                  .packing = std::make_shared<const Packing>(Packing{"q8_0", "Q8_0", {}})};
  const TensorSource source(info, memorySource("m", {std::byte{1}, std::byte{2}, std::byte{3}}));
  std::vector<std::byte> stored(2);
  ASSERT_TRUE(source.readStored(0, stored));
  EXPECT_EQ(stored, (std::vector<std::byte>{std::byte{2}, std::byte{3}}));
  EXPECT_EQ(*source.valueAt(0), 0.0);
  EXPECT_EQ(typeTitle(info), "Q8_0");
}

TEST(TensorSource, SingleElementsOfPackedTypesAreReadWhereverTheyLie) {
  const TensorSource source = packed("F4", 6, {std::byte{9}, std::byte{0x21}, std::byte{0x43}, std::byte{0x75}});
  const std::vector<std::uint64_t> codes{1, 2, 3, 4, 5, 7};
  const std::vector<double> values{.5, 1, 1.5, 2, 3, 6};
  for (std::uint64_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(*source.codeAt(i), codes[i]);
    EXPECT_EQ(*source.valueAt(i), values[i]);
  }
  EXPECT_EQ(source.codeAt(6).error().code, Errc::Usage);
  EXPECT_EQ(source.valueAt(6).error().code, Errc::Usage);
}

}  // namespace
}  // namespace ulpscope
