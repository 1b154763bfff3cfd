// SPDX-License-Identifier: Apache-2.0
// A tensor measured some rows at a time has the error of the whole, to the bit, on any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "core/quantization/piecewise_error.h"
#include "core/quantization/quantization_report.h"
#include "kernels/cpu/cpu_backend.h"

namespace ulpscope {
namespace {

/// Rows are of different sizes, so that the largest magnitude is in one of the last.
std::vector<float> weights(const MatrixShape& shape) {
  std::vector<float> values(shape.rows * shape.columns);
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0, 0.02f);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = normal(generator) * (1 + static_cast<float>(i / shape.columns % 13) / 8);
  return values;
}

void expectSame(const ErrorMetrics& expected, const ErrorMetrics& found) {
  EXPECT_EQ(expected.included, found.included);
  EXPECT_EQ(expected.excluded, found.excluded);
  EXPECT_EQ(expected.meanSquaredError, found.meanSquaredError);
  EXPECT_EQ(expected.relativeRmse, found.relativeRmse);
  EXPECT_EQ(expected.maxAbsoluteError, found.maxAbsoluteError);
  EXPECT_EQ(expected.maxAt, found.maxAt);
  EXPECT_EQ(expected.meanError, found.meanError);
  EXPECT_EQ(expected.cosine, found.cosine);
  EXPECT_EQ(expected.p50, found.p50);
  EXPECT_EQ(expected.p95, found.p95);
  EXPECT_EQ(expected.p999, found.p999);
}

std::optional<ErrorMetrics> inPieces(const Scheme& scheme, const MatrixView& view, int threads) {
  SpareResults spares;
  auto found = measureInPieces({&scheme, {}}, view, spares, *kernels::makeCpuBackend(threads), {});
  return found ? *found : std::nullopt;
}

TEST(PiecewiseError, IsThatOfTheWhole) {
  constexpr MatrixShape kShape{200, 768};
  const std::vector<float> values = weights(kShape);
  std::set<std::string> measured;
  for (const Scheme* scheme : schemeRegistry()) {
    SCOPED_TRACE(scheme->info().id);
    const auto found = inPieces(*scheme, {kShape, values}, 2);
    if (!found) continue;
    measured.insert(scheme->info().id);
    const auto expected = quantizeAndMeasure(*scheme, {}, MatrixView{kShape, values}, *kernels::makeCpuBackend(1), {});
    ASSERT_TRUE(expected);
    expectSame(expected->metrics, *found);
  }
  for (const char* id : {"int8_row", "fp8_row", "fp8_block128", "bnb_nf4", "bnb_dynamic8", "q8_0", "q4_0", "q4_k",
                         "q6_k", "mxfp4", "mxfp8_e4m3", "nvfp4", "int8_group"})
    EXPECT_TRUE(measured.contains(id)) << id;
  for (const char* id : {"int8_tensor", "int8_column", "hqq", "llm_int8"}) EXPECT_FALSE(measured.contains(id)) << id;
}

TEST(PiecewiseError, IsTheSameForAnyThreads) {
  constexpr MatrixShape kShape{1500, 1024};  // 24 pieces: more than are kept
  const std::vector<float> values = weights(kShape);
  const Scheme& scheme = *findScheme("int8_row");
  const auto expected = quantizeAndMeasure(scheme, {}, MatrixView{kShape, values}, *makeReferenceBackend(), {});
  for (const int threads : {1, 3}) expectSame(expected->metrics, inPieces(scheme, {kShape, values}, threads).value());
}

TEST(PiecewiseError, LeavesWarningsToTheWhole) {
  constexpr MatrixShape kShape{200, 1024};
  std::vector<float> values = weights(kShape);
  values[150'000] = std::numeric_limits<float>::quiet_NaN();
  const Scheme* scheme = findScheme("int8_row");
  EXPECT_FALSE(inPieces(*scheme, {kShape, values}, 2));
  const auto lines = compareSchemes({&scheme, 1}, MatrixView{kShape, values}, *kernels::makeCpuBackend(2), {}).value();
  EXPECT_EQ(lines.front().warnings.size(), 1u);
  EXPECT_EQ(lines.front().metrics.excluded, 1'024u);
}

}  // namespace
}  // namespace ulpscope
