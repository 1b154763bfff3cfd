// SPDX-License-Identifier: Apache-2.0
// Engines of integers: against an implementation in Python's integers and fractions (tests/golden/matmul/
// make_products.py), INT8 against the scheme of the same library, and what is known of each.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/formats/affine_codes.h"
#include "core/matmul/drift.h"
#include "core/matmul/drift_preset.h"
#include "core/matmul/integer_product.h"
#include "core/matmul/sliced_product.h"
#include "core/quantization/llm_int8_product.h"
#include "tests/core/matmul/engine_cases.h"

namespace ulpscope {
namespace {

MatrixProduct productOf(std::string_view engine, const DenseMatrix& a, const DenseMatrix& columnsOfB) {
  ProductSettings settings;
  settings.engine = *parseEngine(engine);
  const auto product = multiply(settings, a, columnsOfB, *makeReferenceBackend(), {});
  EXPECT_TRUE(product);
  return *product;
}

double errorOf(std::string_view engine, const DenseMatrix& a, const DenseMatrix& columnsOfB) {
  const DenseMatrix reference = productOf("exact@float64", a, columnsOfB).c;
  return measureProduct(productOf(engine, a, columnsOfB).c, reference).relativeFrobenius;
}

/// Normal numbers with all 53 bits: those of randomMatrix() are floats.
DenseMatrix doubles(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  DenseMatrix matrix = randomMatrix(rows, columns, Distribution::Normal, seed);
  const DenseMatrix below = randomMatrix(rows, columns, Distribution::Normal, seed + 100);
  for (std::size_t i = 0; i < matrix.values.size(); ++i)
    matrix.values[i] += below.values[i] * 0x1p-24 + below.values[matrix.values.size() - 1 - i] * 0x1p-48;
  return matrix;
}

TEST(IntegerProducts, EqualAnImplementationInExactFractions) {
  std::size_t compared = 0;
  for (const ProductCase& one : readProductCases()) {
    SCOPED_TRACE(one.engine + ", k = " + std::to_string(one.a.columns));
    const MatrixProduct product = productOf(one.engine, one.a, one.columnsOfB);
    ASSERT_EQ(product.c.values.size(), one.c.values.size());
    for (std::size_t i = 0; i < one.c.values.size(); ++i, ++compared)
      EXPECT_EQ(product.c.values[i], one.c.values[i]) << i;
    EXPECT_EQ(product.inputs.elements, one.a.values.size() + one.columnsOfB.values.size());
  }
  EXPECT_GT(compared, 900u);
}

/// Rounding to codes is as good as random: the error that follows from its size is the one that is found.
TEST(IntegerProducts, ErrAsMuchAsTheErrorsOfTheirCodesSay) {
  const DenseMatrix a = randomMatrix(40, 512, Distribution::Normal, 1);
  const DenseMatrix b = randomMatrix(40, 512, Distribution::Normal, 2);
  DriftSettings settings;
  for (const std::string_view id : {"int8", "llm-int8", "gemmlowp", "gemmlowp-int32"})
    settings.engines.push_back(*parseEngine(id));
  const auto drift = measureDrift(settings, a, b, *makeReferenceBackend(), {});
  ASSERT_TRUE(drift);
  for (const DriftSeries& series : drift->series) {
    ASSERT_EQ(series.bounds.size(), 2u) << series.engine.id();
    EXPECT_EQ(series.bounds[1].kind, DriftBound::Kind::Probabilistic);
    EXPECT_NEAR(series.error.relativeFrobenius / series.bounds[1].value, 1, 0.1) << series.engine.id();
  }
}

TEST(IntegerProducts, WrapAtThirtyTwoBitsAndOnlyThere) {
  // 33,027 products of 255^2 are 2^31 - 2^31's neighbour: one more than fits.
  const std::size_t k = 33'027;
  const std::vector<std::int16_t> row(k + 5, 255);
  const std::int64_t exact = std::int64_t{255} * 255 * static_cast<std::int64_t>(k);
  ASSERT_GT(exact, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(integerDot(std::span(row).first(k), std::span(row).first(k)),
            static_cast<std::int32_t>(exact - (std::int64_t{1} << 32)));
  EXPECT_EQ(integerDot(std::span(row).first(k - 2), std::span(row).first(k - 2)),
            255 * 255 * static_cast<std::int32_t>(k - 2));
  // Rows of every remainder of four, columns of a stride, and what is there already.
  for (std::size_t columns = 1; columns <= 9; ++columns) {
    std::vector<std::int16_t> values(columns * 40);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<std::int16_t>(static_cast<int>(i * 37 % 511) - 255);
    std::vector<std::int32_t> sums(2 * columns, 7);
    addIntegerProducts({values.data(), 2, 3}, {values.data(), columns, 40}, 33, sums);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        std::int32_t expected = 7;
        for (std::size_t e = 0; e < 33; ++e) expected += values[i * 3 + e] * values[j * 40 + e];
        EXPECT_EQ(sums[i * columns + j], expected);
      }
  }
}

/// The same product twice: by the engine, and by the scheme whose product is held to bitsandbytes itself.
TEST(LlmInt8Engine, IsTheProductOfTheScheme) {
  for (const OperandKind kind : {OperandKind::Normal, OperandKind::OutlierInputs})
    for (const std::size_t rows : {std::size_t{1}, std::size_t{9}}) {
      const DenseMatrix a = drawOperand(kind, rows, 300, 3);
      const DenseMatrix b = drawOperand(OperandKind::Normal, 7, 300, 4);
      const std::vector<float> inputs(a.values.begin(), a.values.end()), weights(b.values.begin(), b.values.end());
      for (const auto& [engine, threshold] : {std::pair{"int8", 0.0F}, std::pair{"llm-int8", 6.0F}}) {
        const auto scheme =
            llmInt8Product({.shape = {rows, 300}, .values = inputs}, {.shape = {7, 300}, .values = weights},
                           {.threshold = threshold}, *makeReferenceBackend(), {});
        ASSERT_TRUE(scheme);
        const std::vector<double> expected(scheme->sum.begin(), scheme->sum.end());
        EXPECT_EQ(productOf(engine, a, b).c.values, expected) << engine << ", rows " << rows;
        EXPECT_EQ(scheme->outlierColumns.empty(), threshold == 0 || kind == OperandKind::Normal);
      }
    }
}

TEST(LlmInt8Engine, CountsWhatItsCodesLose) {
  const InputCounts plain = productOf("int8", {1, 3, {127, 0.25, 2}}, {1, 3, {1, 0, -1}}).inputs;
  EXPECT_EQ(plain.elements, 6u);
  EXPECT_EQ(plain.underflowed, 1u);  // a quarter of a step
  // With the outlier kept aside, the others have the range to themselves; binary16 has no 10^6.
  const MatrixProduct product = productOf("llm-int8", {1, 3, {127, 0.25, 0}}, {2, 3, {1, 0, -1, 1, 0, 1e6}});
  EXPECT_EQ(product.inputs.underflowed, 0u);
  EXPECT_EQ(product.inputs.overflowed, 1u);
  EXPECT_EQ(product.c.values[0], 127);
  EXPECT_TRUE(std::isnan(product.c.values[1]));
}

TEST(GemmlowpEngine, RequantizationCostsAboutAStepOfC) {
  const DenseMatrix a = randomMatrix(24, 500, Distribution::Normal, 1);
  const DenseMatrix b = randomMatrix(16, 500, Distribution::Normal, 2);
  const DenseMatrix kept = productOf("gemmlowp-int32", a, b).c;
  const DenseMatrix requantized = productOf("gemmlowp", a, b).c;
  std::vector<float> reals(kept.values.begin(), kept.values.end());
  const AffineScale scale = affineScale(affineRange(reals));
  for (std::size_t i = 0; i < reals.size(); ++i) {
    // Half a step, and what the nudged zero point moves the ends of the range.
    EXPECT_NEAR(requantized.values[i], kept.values[i], 1.01 * static_cast<double>(scale.scale));
    const double steps = requantized.values[i] / static_cast<double>(scale.scale);
    EXPECT_NEAR(steps, std::round(steps), 1e-4);
  }
  EXPECT_GT(errorOf("gemmlowp", a, b), errorOf("gemmlowp-int32", a, b));
}

TEST(GemmlowpEngine, HasNoProductOfWhatIsNotFinite) {
  for (const double x : {std::nan(""), std::numeric_limits<double>::infinity()})
    for (const double c : productOf("gemmlowp", {1, 2, {x, 1}}, {2, 2, {1, 2, 3, 4}}).c.values)
      EXPECT_TRUE(std::isnan(c));
}

TEST(OzakiEngine, LosesSevenBitsFewerWithEachSlice) {
  const DenseMatrix a = doubles(12, 256, 1);
  const DenseMatrix b = doubles(12, 256, 2);
  double before = errorOf("ozaki/slices:1", a, b);
  for (int slices = 2; slices <= 6; ++slices) {
    const double error = errorOf("ozaki/slices:" + std::to_string(slices), a, b);
    EXPECT_NEAR(std::log2(before / error), 7, 1.2) << slices;
    before = error;
  }
  // With the ends of 53 bits in sight it falls faster. Then nothing is left to gain: float64's own rounding of the sum
  // remains, below that of a chain of K additions.
  EXPECT_LT(errorOf("ozaki/slices:9", a, b), 0x1p-52);
  EXPECT_LT(errorOf("ozaki/slices:9", a, b), errorOf("float64", a, b));
  EXPECT_GT(errorOf("ozaki/slices:16", a, b), 0x1p-60);
  EXPECT_LT(errorOf("ozaki@float32/slices:4", a, b), 0x1p-23);
}

TEST(OzakiEngine, NeedsMoreSlicesWhereExponentsOfARowSpread) {
  DenseMatrix a = doubles(12, 256, 1);
  const DenseMatrix b = doubles(12, 256, 2);
  const double even = errorOf("ozaki/slices:5", a, b);
  for (std::size_t r = 0; r < a.rows; ++r) {  // a column that meets nothing, but sets the scale of every row
    for (std::size_t k = 0; k < a.columns; ++k) a.values[r * a.columns + k] *= r % 2 == 0 ? 0x1p40 : 0x1p-40;
  }
  EXPECT_NEAR(errorOf("ozaki/slices:5", a, b) / even, 1, 0.5) << "rows of their own size are no matter";
  DenseMatrix wide = a;
  DenseMatrix narrow = b;
  for (std::size_t r = 0; r < a.rows; ++r) wide.values[r * a.columns] *= 0x1p21;
  for (std::size_t r = 0; r < b.rows; ++r) narrow.values[r * b.columns] = 0;
  const double spread = errorOf("ozaki/slices:5", wide, narrow);
  EXPECT_GT(spread, 0x1p17 * even);
  EXPECT_LT(errorOf("ozaki/slices:8", wide, narrow), 2 * even) << "three slices more make up for 21 bits";
}

TEST(OzakiEngine, TakesLongRowsInPartsThatDoNotWrap) {
  const std::size_t k = 2 * kMostSlicedElements + 3;
  const DenseMatrix ones{1, k, std::vector<double>(k, 1 - 0x1p-7)};  // 127 / 128: the largest slice everywhere
  const double exact = std::ldexp(127.0 * 127.0 * static_cast<double>(k), -14);
  EXPECT_EQ(productOf("ozaki/slices:1", ones, ones).c.values[0], exact);
  EXPECT_EQ(productOf("ozaki/slices:2", ones, ones).c.values[0], exact);
}

TEST(OzakiEngine, CutsExactlyFromSubnormalNumbersToTheLargest) {
  const double tiny = std::numeric_limits<double>::denorm_min(), huge = std::numeric_limits<double>::max();
  const DenseMatrix rows{3, 2, {3 * tiny, -tiny, huge, 1, -0.75, 0x1p-60}};
  const SlicedRows cut = cutIntoSlices(rows, 8, false);
  EXPECT_EQ(cut.exponents, (std::vector{-1072, 1024, 0}));
  EXPECT_EQ(cut.slices[0].values, (std::vector<std::int16_t>{96, -32, 127, 0, -96, 0}));
  EXPECT_EQ(cut.slices[7].values, (std::vector<std::int16_t>{0, 0, 127 & ~7, 0, 0, 0}));
  EXPECT_EQ(cut.counts.rounded, 2u);
  EXPECT_EQ(cut.counts.underflowed, 2u);
  const DenseMatrix special{2, 2, {1, std::nan(""), 1, 2}};
  const MatrixProduct product = productOf("ozaki", special, special);
  EXPECT_TRUE(std::isnan(product.c.values[0]) && std::isnan(product.c.values[1]) && std::isnan(product.c.values[2]));
  EXPECT_EQ(product.c.values[3], 5);
}

}  // namespace
}  // namespace ulpscope
