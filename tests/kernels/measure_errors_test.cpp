// SPDX-License-Identifier: Apache-2.0
// The error measures of every instruction set against the definition in core, to the bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "core/analysis/bulk_error.h"
#include "core/analysis/error_chunk.h"
#include "core/analysis/error_metrics.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"

namespace ulpscope::kernels {
namespace {

struct Pairs {
  std::vector<float> x, y;
};

/// Of three kinds: any bits at all, small errors, and mostly none.
Pairs pairs(std::size_t count, int kind) {
  Pairs result{randomBitPatterns(count, static_cast<std::uint32_t>(count)), {}};
  if (kind == 0) {
    result.y = randomBitPatterns(count, static_cast<std::uint32_t>(count) + 1);
    return result;
  }
  std::mt19937 generator(static_cast<std::uint32_t>(count));
  std::normal_distribution<float> normal(0, 0.02f);
  result.y.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    result.x[i] = normal(generator);
    const bool isExact = kind == 2 && generator() % 64 != 0;
    result.y[i] = isExact ? result.x[i] : result.x[i] + normal(generator) / 16;
  }
  return result;
}

void expectSame(const ErrorChunk& expected, const ErrorChunk& found) {
  const auto numbers = [](const ErrorSums& sums) {
    return std::vector<double>{sums.error,    sums.squaredError, sums.squaredX,
                               sums.squaredY, sums.product,      sums.maxAbsoluteError};
  };
  EXPECT_EQ(numbers(expected.sums), numbers(found.sums));
  EXPECT_EQ(expected.sums.included, found.sums.included);
  EXPECT_EQ(expected.sums.excluded, found.sums.excluded);
  EXPECT_EQ(expected.sums.maxAt, found.sums.maxAt);
  EXPECT_EQ(expected.below, found.below);
  auto a = expected.found;
  auto b = found.found;
  std::ranges::sort(a);
  std::ranges::sort(b);
  EXPECT_EQ(a, b);
}

TEST(MeasureErrors, AgreeOnEveryInstructionSet) {
  const ErrorBrackets narrow{{0.0005, 0.001, ErrorBrackets::kLeast}, {0.0006, 0.0012, 0.00001}};
  for (const std::size_t count : std::initializer_list<std::size_t>{1, 15, 16, 17, 4'000, 65'536})
    for (const int kind : {0, 1, 2})
      for (const ErrorBrackets& brackets : {narrow, ErrorBrackets::everything()}) {
        SCOPED_TRACE(testing::Message() << count << " pairs, kind " << kind);
        const Pairs given = pairs(count, kind);
        ErrorChunk expected;
        expected.below = {1, 2, 3};  // counts are raised, not set
        const ErrorChunk start = expected;
        makeReferenceBackend()->measureErrors(given.x, given.y, 100, brackets, expected);
        onEveryInstructionSet([&](const Backend& cpu) {
          ErrorChunk chunk = start;
          cpu.measureErrors(given.x, given.y, 100, brackets, chunk);
          expectSame(expected, chunk);
        });
      }
}

TEST(MeasureErrors, OfATensorAreThoseOfTheReference) {
  const Pairs given = pairs(2'500'000, 1);  // more chunks than are kept
  const ErrorMetrics expected = measureError(given.x, given.y);
  const ErrorMetrics found = measureError(given.x, given.y, *makeCpuBackend(2));
  EXPECT_EQ(expected.meanSquaredError, found.meanSquaredError);
  EXPECT_EQ(expected.cosine, found.cosine);
  EXPECT_EQ(expected.maxAt, found.maxAt);
  EXPECT_EQ(expected.p50, found.p50);
  EXPECT_EQ(expected.p95, found.p95);
  EXPECT_EQ(expected.p999, found.p999);
}

TEST(MeasureErrors, OfTheBulkAreTheSameOnAnyNumberOfThreads) {
  for (const int kind : {0, 1}) {
    const Pairs given = pairs(2'500'000, kind);
    const BulkError expected = measureBulkError(given.x, given.y, *makeReferenceBackend());
    for (const int threads : {1, 2, 3, 8}) {
      SCOPED_TRACE(testing::Message() << threads << " threads, kind " << kind);
      const BulkError found = measureBulkError(given.x, given.y, *makeCpuBackend(threads));
      EXPECT_EQ(expected.threshold, found.threshold);
      EXPECT_EQ(expected.elements, found.elements);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(expected.rootMeanSquaredError),
                std::bit_cast<std::uint64_t>(found.rootMeanSquaredError));
    }
  }
}

}  // namespace
}  // namespace ulpscope::kernels
