// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

template <class Code>
void compareCounts(std::size_t size, std::size_t codeCount, int threads) {
  std::mt19937 generator(static_cast<std::uint32_t>(size));
  std::vector<Code> codes(size);
  // Half of them in a few codes, as weights are.
  for (Code& code : codes) code = static_cast<Code>(generator() % 2 == 0 ? generator() % 10 : generator());
  std::vector<std::uint64_t> expected(codeCount, 3);
  std::vector<std::uint64_t> counts(codeCount, 3);
  ASSERT_TRUE(makeReferenceBackend()->countCodes(std::span<const Code>(codes), expected));
  ASSERT_TRUE(makeCpuBackend(threads)->countCodes(std::span<const Code>(codes), counts));
  EXPECT_EQ(expected, counts);
}

TEST(CountCodes, AddsToTheCountsWithAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3}) {
    for (const std::size_t size : {0U, 1U, 7U, 1000U, 100'003U, 600'001U, 3'000'005U}) {
      compareCounts<std::uint8_t>(size, 256, threads);
      compareCounts<std::uint16_t>(size, 65'536, threads);
    }
  }
}

void compareMaxima(std::size_t rows, std::size_t columns, int threads) {
  SCOPED_TRACE(testing::Message() << rows << " x " << columns << ", " << threads << " threads");
  const std::vector<float> values = randomBitPatterns(rows * columns, static_cast<std::uint32_t>(rows + columns));
  const auto start = [](std::size_t size) {
    std::vector<float> maxima(size);
    if (size > 2) maxima[2] = 3e38F;  // maxima are raised, not set
    return maxima;
  };
  std::vector<float> expectedRows = start(rows);
  std::vector<float> expectedColumns = start(columns);
  ASSERT_TRUE(makeReferenceBackend()->absMaxima(values, expectedRows, expectedColumns));
  onEveryInstructionSet(
      [&](const Backend& cpu) {
        std::vector<float> rowMaxima = start(rows);
        std::vector<float> columnMaxima = start(columns);
        ASSERT_TRUE(cpu.absMaxima(values, rowMaxima, columnMaxima));
        EXPECT_TRUE(sameBits(expectedRows, rowMaxima));
        EXPECT_TRUE(sameBits(expectedColumns, columnMaxima));
      },
      threads);
}

TEST(AbsMaxima, AgreeForEveryShapeAndNumberOfThreads) {
  for (const int threads : {1, 2, 3}) {
    compareMaxima(1, 1, threads);
    compareMaxima(1, 200'000, threads);
    compareMaxima(3, 100'001, threads);
    compareMaxima(200'000, 1, threads);
    compareMaxima(70'001, 3, threads);
    compareMaxima(257, 255, threads);
    compareMaxima(1001, 768, threads);
  }
}

void compareCodeMaxima(std::size_t rows, std::size_t columns, int threads) {
  SCOPED_TRACE(testing::Message() << rows << " x " << columns << ", " << threads << " threads");
  std::mt19937 generator(static_cast<std::uint32_t>(rows + columns));
  std::vector<std::uint16_t> codes(rows * columns);
  for (std::uint16_t& code : codes) code = static_cast<std::uint16_t>(generator());
  for (const std::uint16_t infinity : {std::uint16_t{0x7C00}, std::uint16_t{0x7F80}}) {
    const auto start = [](std::size_t size) {
      std::vector<std::uint16_t> maxima(size);
      if (size > 2) maxima[2] = 0x7BFF;
      return maxima;
    };
    std::vector<std::uint16_t> expectedRows = start(rows), expectedColumns = start(columns);
    ASSERT_TRUE(makeReferenceBackend()->absMaximaOfCodes(codes, infinity, expectedRows, expectedColumns));
    onEveryInstructionSet(
        [&](const Backend& cpu) {
          std::vector<std::uint16_t> rowMaxima = start(rows), columnMaxima = start(columns);
          ASSERT_TRUE(cpu.absMaximaOfCodes(codes, infinity, rowMaxima, columnMaxima));
          EXPECT_EQ(expectedRows, rowMaxima);
          EXPECT_EQ(expectedColumns, columnMaxima);
        },
        threads);
  }
}

TEST(AbsMaxima, OfCodesAgreeForEveryShapeAndNumberOfThreads) {
  for (const int threads : {1, 2, 3}) {
    compareCodeMaxima(1, 1, threads);
    compareCodeMaxima(1, 200'000, threads);
    compareCodeMaxima(3, 100'001, threads);
    compareCodeMaxima(70'001, 3, threads);
    compareCodeMaxima(257, 255, threads);
  }
}

TEST(AbsMaxima, OfCodesAreThoseOfTheDecodedValues) {
  const ElementType& type = *findElementType("BF16");
  std::vector<std::uint16_t> codes(65'536);
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  std::vector<float> values(codes.size());
  decodeElements(type, std::as_bytes(std::span(codes)), values);
  const auto reference = makeReferenceBackend();
  std::vector<float> rows(256), columns(256);
  ASSERT_TRUE(reference->absMaxima(values, rows, columns));
  std::vector<std::uint16_t> codeRows(256), codeColumns(256);
  ASSERT_TRUE(reference->absMaximaOfCodes(codes, 0x7F80, codeRows, codeColumns));
  for (std::size_t i = 0; i < 256; ++i) {
    EXPECT_EQ(values[codeRows[i]], rows[i]) << i;
    EXPECT_EQ(values[codeColumns[i]], columns[i]) << i;
  }
}

TEST(AbsMaxima, LeaveOutNanAndKeepInfinity) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{kNan, 1, -2, -kInfinity, kNan, 0};
  onEveryInstructionSet([&](const Backend& cpu) {
    std::vector<float> rows(2);
    std::vector<float> columns(3);
    ASSERT_TRUE(cpu.absMaxima(values, rows, columns));
    EXPECT_EQ(rows, (std::vector{2.0F, kInfinity}));
    EXPECT_EQ(columns, (std::vector{kInfinity, 1.0F, 2.0F}));
  });
}

}  // namespace
}  // namespace ulpscope::kernels
