// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/formats/number_format.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/profile_agreement.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

void compareProfiles(const Backend& tested, std::span<const float> values,
                     float smallestNormal = std::numeric_limits<float>::min()) {
  SCOPED_TRACE(testing::Message() << values.size() << " values");
  const ProfileAccumulator expected = profileOf(*makeReferenceBackend(), values, smallestNormal);
  const ProfileAccumulator got = profileOf(tested, values, smallestNormal);
  expectSameCounts(expected, got);
  if (got.moments.count > 0) expectWithinBound(got.moments, values);
  executedElements()["profileKernel"] += values.size();
}

/// Bins of values of one size, and of the smallest there are.
std::vector<float> valuesAround(float scale) {
  std::vector<float> values{-0.0F, 0x1p-149F, -0x1p-149F, -0x1p-100F};
  for (int i = -1100; i <= 1100; ++i) values.push_back(static_cast<float>(i) / 1024 * scale);
  return values;
}

template <class Code>
void compareCodeCounts(const Backend& tested, std::span<const Code> codes) {
  const std::size_t size = std::size_t{1} << (8 * sizeof(Code));
  std::vector<std::uint64_t> expected(size, 3), counts(size, 3);  // counts are raised, not set
  ASSERT_TRUE(makeReferenceBackend()->countCodes(codes, expected));
  ASSERT_TRUE(tested.countCodes(codes, counts));
  EXPECT_TRUE(sameBits(expected, counts)) << codes.size() << " codes";
  executedElements()[sizeof(Code) == 1 ? "countCodes8" : "countCodes16"] += codes.size();
}

std::vector<std::uint16_t> codesOf(const char* format, std::span<const float> values) {
  std::vector<std::uint16_t> codes(values.size());
  EXPECT_TRUE(makeReferenceBackend()->encode({*findFormat(format)->floatSpec()}, values, codes));
  return codes;
}

struct Shape {
  std::size_t rows, columns;
};

void compareMaxima(const Backend& tested, Shape shape, std::span<const float> values) {
  SCOPED_TRACE(testing::Message() << shape.rows << " x " << shape.columns);
  std::vector<float> expectedRows(shape.rows), rows(shape.rows), expectedColumns(shape.columns), columns(shape.columns);
  rows[0] = expectedRows[0] = 0.01F;  // maxima are raised, not set
  ASSERT_TRUE(makeReferenceBackend()->absMaxima(values, expectedRows, expectedColumns));
  ASSERT_TRUE(tested.absMaxima(values, rows, columns));
  EXPECT_TRUE(sameBits(expectedRows, rows));
  EXPECT_TRUE(sameBits(expectedColumns, columns));
  executedElements()["absMaximaKernel<float>"] += values.size();
}

void compareMaximaOfCodes(const Backend& tested, Shape shape, std::span<const std::uint16_t> codes) {
  SCOPED_TRACE(testing::Message() << shape.rows << " x " << shape.columns);
  std::vector<std::uint16_t> expectedRows(shape.rows), rows(shape.rows), expectedColumns(shape.columns),
      columns(shape.columns);
  ASSERT_TRUE(makeReferenceBackend()->absMaximaOfCodes(codes, 0x7F80, expectedRows, expectedColumns));
  ASSERT_TRUE(tested.absMaximaOfCodes(codes, 0x7F80, rows, columns));
  EXPECT_TRUE(sameBits(expectedRows, rows));
  EXPECT_TRUE(sameBits(expectedColumns, columns));
  executedElements()["absMaximaKernel<uint16>"] += codes.size();
}

std::vector<Shape> shapes(Effort effort) {
  std::vector<Shape> result{{1, 1}, {1, 37}, {37, 1}, {3, 128}, {65, 129}, {5, 1027}, {130, 132}, {2, 40'001}};
  if (effort == Effort::Large) result.insert(result.end(), {{4096, 4096}, {1000, 3001}, {7, 1'000'003}});
  return result;
}

/// Weights with zeros, infinities and NaN among them, and a row that is NaN throughout.
std::vector<float> matrix(Shape shape) {
  std::vector<float> values = normalValues(shape.rows * shape.columns, 0.02F, 9);
  for (std::size_t i = 3; i < values.size(); i += 211) values[i] = i % 2 == 0 ? kNan : -kNan;
  for (std::size_t i = 5; i < values.size(); i += 1009) values[i] = i % 2 == 0 ? kInfinity : -kInfinity;
  for (std::size_t i = 0; i < values.size(); i += 17) values[i] = i % 2 == 0 ? 0.0F : -0.0F;
  if (shape.rows > 2) std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(shape.columns), shape.columns, kNan);
  return values;
}

void compareBlockCounts(const Backend& tested, Shape shape, std::span<const float> values) {
  SCOPED_TRACE(testing::Message() << shape.rows << " x " << shape.columns);
  BlockCounts expected, counts;
  ASSERT_TRUE(makeReferenceBackend()->countBlocks(values, shape.columns, expected));
  ASSERT_TRUE(tested.countBlocks(values, shape.columns, counts));
  EXPECT_EQ(expected.bySize, counts.bySize);
  executedElements()["countBlocksKernel<float>"] += values.size();

  const std::vector<std::uint16_t> codes = codesOf("bfloat16", values);
  std::vector<double> valueOfCode(65'536);
  for (std::size_t code = 0; code < valueOfCode.size(); ++code)
    valueOfCode[code] = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(code) << 16));
  const CodeClasses classes(valueOfCode);
  BlockCounts expectedOfCodes, countsOfCodes;
  ASSERT_TRUE(makeReferenceBackend()->countBlocksOfCodes(codes, shape.columns, classes, expectedOfCodes));
  ASSERT_TRUE(tested.countBlocksOfCodes(codes, shape.columns, classes, countsOfCodes));
  EXPECT_EQ(expectedOfCodes.bySize, countsOfCodes.bySize);
  executedElements()["countBlocksKernel<uint16>"] += codes.size();
}

}  // namespace

void expectSameProfiles(const Backend& tested, Effort effort) {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 1000U, 65'535U, 65'536U, 65'537U, 200'001U})
    compareProfiles(tested, normalValues(size, 0.02F, 1));
  if (effort == Effort::Large) compareProfiles(tested, normalValues(50'000'003, 0.02F, 1));

  std::vector<float> farFromZero = normalValues(150'000, 1, 2);
  for (float& value : farFromZero) value += 10'000;
  for (std::size_t i = 0; i < 1000; ++i) farFromZero[i] = -1e6F;  // and a chunk that begins unlike the rest
  compareProfiles(tested, farFromZero);

  std::vector<float> specials = normalValues(150'000, 3, 3);
  specials[5] = kInfinity;
  specials[65'536] = kNan;  // which the shift is taken of
  specials[70'000] = -kInfinity;
  specials[149'999] = -kInfinity;
  compareProfiles(tested, specials);
  compareProfiles(tested, std::vector<float>(1000, kInfinity));
  compareProfiles(tested, std::vector<float>{kNan});

  std::vector<float> zeros = normalValues(70'000, 0x1p-6F, 4);
  for (std::size_t i = 0; i < zeros.size(); i += 7) zeros[i] = i % 2 == 0 ? 0.0F : -0.0F;
  for (const float smallestNormal : {0x1p-126F, 0x1p-14F, 0x1p-6F}) compareProfiles(tested, zeros, smallestNormal);

  // The largest comes last, or in the midst: the histogram's range grows.
  std::vector<float> growing;
  for (const float scale :
       {0x1p-149F, 0x1p-140F, 0x1p-126F, 0x1p-118F, 0x1p-100F, 0x1p-20F, 1.0F, 0x1p9F, 0x1p20F, 0x1p60F, 0x1p126F}) {
    const std::vector<float> values = valuesAround(scale);
    expectSameCounts(profileOf(*makeReferenceBackend(), values, 0x1p-126F), profileOf(tested, values, 0x1p-126F));
    growing.insert(growing.end(), values.begin(), values.end());
  }
  expectSameCounts(profileOf(*makeReferenceBackend(), growing, 0x1p-126F), profileOf(tested, growing, 0x1p-126F));
  executedElements()["profileKernel"] += 2 * growing.size();
}

void expectSameCodeCounts(const Backend& tested, Effort effort) {
  const std::size_t size = effort == Effort::Small ? 200'003 : 30'000'003;
  const std::vector<float> values = normalValues(size, 0.02F, 5);
  const std::vector<std::uint16_t> weights = codesOf("bfloat16", values);
  for (const std::size_t part : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4099}, size})
    compareCodeCounts<std::uint16_t>(tested, std::span(weights).first(part));
  // One code again and again, beside its neighbour: counts that run full.
  std::vector<std::uint16_t> same(size, 0xFFFE);
  for (std::size_t i = 0; i < same.size(); i += 3) same[i] = 0xFFFF;
  compareCodeCounts<std::uint16_t>(tested, same);

  std::vector<std::uint8_t> narrow(size);
  for (std::size_t i = 0; i < size; ++i) narrow[i] = static_cast<std::uint8_t>(weights[i] ^ weights[i] >> 8);
  for (const std::size_t part : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4099}, size})
    compareCodeCounts<std::uint8_t>(tested, std::span(narrow).first(part));
}

void expectSameMaxima(const Backend& tested, Effort effort) {
  for (const Shape shape : shapes(effort)) {
    const std::vector<float> values = matrix(shape);
    compareMaxima(tested, shape, values);
    compareMaximaOfCodes(tested, shape, codesOf("bfloat16", values));
  }
}

void expectSameBlockCounts(const Backend& tested, Effort effort) {
  for (const Shape shape : shapes(effort)) compareBlockCounts(tested, shape, matrix(shape));
}

}  // namespace ulpscope::kernels
