// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/dot_trace.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/backend.h"
#include "core/matmul/block_scaled_product.h"
#include "core/matmul/drift_curve.h"
#include "core/matmul/drift_preset.h"
#include "core/report/matmul_figures.h"

namespace ulpscope {
namespace {

/// What steps lost, and what rounding the operands did, is the whole error.
TEST(DotTrace, AccountsForTheErrorOfEveryEngine) {
  const DenseMatrix a = randomMatrix(3, 300, Distribution::Uniform, 1);
  const DenseMatrix b = randomMatrix(4, 300, Distribution::Normal, 2);
  std::size_t traced = 0;
  for (const MatrixEngine* engine : matrixEngines())
    for (const EngineUnit& unit : engine->units) {
      if (unit.isOfIntegers()) continue;
      for (const bool half : {false, true}) {
        if (half && !unit.half) continue;
        for (const KOrder& order : {KOrder{}, KOrder{KOrder::Kind::Promote, 64}}) {
          ProductSettings settings;
          settings.engine = {engine, &unit, half, order};
          SCOPED_TRACE(settings.engine.id());
          const DotTrace trace = traceDot(settings, a, 1, b, 2);
          EXPECT_EQ(trace.result, multiply(settings, a, b, *makeReferenceBackend(), {})->c.values[1 * 4 + 2]);
          EXPECT_NEAR(trace.inputs + trace.cut + trace.rounded, trace.result - trace.exact,
                      1e-13 * (1 + std::abs(trace.exact)));
          if (trace.steps.empty()) continue;
          ++traced;
          EXPECT_EQ(trace.steps.back().sum, trace.result);
          std::size_t products = 0;
          for (const DotStep& step : trace.steps) products += step.count;
          const std::size_t length = unit.blocks
                                         ? blockOperand(unit, a).length
                                         : prepareOperand(settings, a, OperandSide::A, *makeReferenceBackend()).length;
          EXPECT_EQ(products, length);
        }
      }
    }
  EXPECT_GT(traced, 100u);
}

/// An element of a product of integers: its steps lead from the integers to what multiply() gives.
TEST(DotTrace, LeadsFromIntegersToTheElement) {
  const DenseMatrix a = drawOperand(OperandKind::OutlierInputs, 5, 200, 1);
  const DenseMatrix b = randomMatrix(4, 200, Distribution::Normal, 2);
  const auto backend = makeReferenceBackend();
  for (const std::string_view id : {"int8", "llm-int8", "gemmlowp", "gemmlowp-int32", "ozaki/slices:3", "ozaki",
                                    "ozaki@float32/slices:3", "a100@tfloat32"}) {
    SCOPED_TRACE(id);
    ProductSettings settings;
    settings.engine = *parseEngine(id);
    const DotTrace trace = traceDot(settings, a, 3, b, 1);
    ASSERT_FALSE(trace.steps.empty());
    const auto product = multiply(settings, a, b, *backend, {});
    ASSERT_TRUE(product);
    EXPECT_EQ(trace.result, product->c.values[3 * 4 + 1]);
    EXPECT_EQ(trace.steps.back().sum, trace.result);
    EXPECT_NEAR(trace.inputs + trace.cut + trace.rounded, trace.result - trace.exact,
                1e-12 * (1 + std::abs(trace.exact)));
  }
}

TEST(DotTrace, ShowsHowAnIntegerIsRequantized) {
  // Scales 1 / 255 * 255 = 1: codes are the numbers themselves, and C, 0 to 65025, has the scale 255.
  ProductSettings settings;
  settings.engine = *parseEngine("gemmlowp");
  const DenseMatrix a{2, 2, {255, 0, 3, 100}}, b{1, 2, {255, 0}};
  const DotTrace trace = traceDot(settings, a, 1, b, 0);
  ASSERT_EQ(trace.steps.size(), 4u);
  EXPECT_EQ(trace.steps[0].products, (std::vector<double>{765, 0}));
  EXPECT_EQ(trace.steps[0].sum, 765);
  EXPECT_EQ(trace.steps[1].sum, 3);  // 765 / 255
  EXPECT_EQ(trace.steps[1].note, "times 1077952640 / 2^31, rounded, times 2^-7, rounded");
  EXPECT_EQ(trace.steps[2].sum, 3);
  EXPECT_EQ(trace.steps[3].sum, 765);
  EXPECT_EQ(trace.result, trace.exact);
}

TEST(DotTrace, ShowsWhatAnA100Cuts) {
  // docs/matrix-engines.md: three products of a quarter beside 2^23 are gone before anything is added.
  ProductSettings settings;
  settings.engine = *parseEngine("a100@tfloat32");
  const DenseMatrix a{1, 4, {4096, 1, 0.5, 0.5}};
  const DenseMatrix b{1, 4, {2048, 1, 0.5, 0.5}};
  const DotTrace trace = traceDot(settings, a, 0, b, 0);
  ASSERT_EQ(trace.steps.size(), 1u);
  EXPECT_EQ(trace.steps[0].largestExponent, 23);
  EXPECT_EQ(trace.steps[0].lastPlace, -1);
  EXPECT_EQ(trace.steps[0].cut, -0.5);
  EXPECT_EQ(trace.steps[0].rounded, 0);
  EXPECT_EQ(trace.result, 8388609);
  EXPECT_EQ(trace.exact, 8388609.5);
}

/// Two groups that differ by 2^40: of the smaller one 35 bits below the larger exponent are kept, nothing of it here.
TEST(DotTrace, ShowsTheGroupsOfScaledBlocks) {
  ProductSettings settings;
  settings.engine = *parseEngine("b200@mxfp4");
  DenseMatrix a{1, 64, std::vector<double>(64)};
  DenseMatrix b = a;
  a.values[0] = b.values[0] = 0x1p20;
  a.values[40] = b.values[40] = 0x1p-17;
  const DotTrace trace = traceDot(settings, a, 0, b, 0);
  ASSERT_EQ(trace.steps.size(), 1u);
  EXPECT_EQ(trace.steps[0].products, (std::vector<double>{0x1p40, 0, 0x1p-34, 0}));
  EXPECT_EQ(trace.steps[0].largestExponent, 36);  // of the scales: elements are 4
  EXPECT_EQ(trace.steps[0].lastPlace, 1);
  EXPECT_EQ(trace.steps[0].cut, -0x1p-34);
  EXPECT_EQ(trace.inputs, 0);
  EXPECT_EQ(trace.result, 0x1p40);
}

TEST(DriftPresets, TellTheirStories) {
  for (const DriftPreset& preset : driftPresets()) {
    SCOPED_TRACE(preset.id);
    DriftSettings settings;
    for (const std::string_view id : preset.engines) {
      const auto engine = parseEngine(id);
      ASSERT_TRUE(engine) << id;
      settings.engines.push_back(*engine);
    }
    const std::size_t k = std::min<std::size_t>(preset.k, 4096);
    std::size_t arrivals = 0;
    const auto curve = measureDriftCurve(settings, drawOperand(preset.a, 8, k, 1), drawOperand(preset.b, 8, k, 2),
                                         *makeReferenceBackend(), {},
                                         [&](const auto& points) { EXPECT_EQ(points.size(), ++arrivals); });
    ASSERT_TRUE(curve);
    EXPECT_EQ(curve->points.size(), driftPoints(k).size());
    const auto errorOf = [&](std::size_t engine) {
      return curve->points.back().engines[engine].error.relativeFrobenius;
    };
    if (preset.id == "tf32-uniform") {
      EXPECT_GT(errorOf(3), 5 * errorOf(2));
    }
    if (preset.id == "fp8-hopper") {
      EXPECT_GT(errorOf(1), 20 * errorOf(2));
    }
    if (preset.id == "attention") {
      EXPECT_GT(errorOf(4), 2 * errorOf(3));
    }
    if (preset.id == "llm-int8") {
      EXPECT_GT(errorOf(2), 2 * errorOf(3));
    }
    const Figure figure = driftFigure(settings.engines, curve->points, 1);
    EXPECT_GE(figure.series.size(), settings.engines.size());
    EXPECT_EQ(ulpFigure(curve->whole.series, curve->whole.reference).series.size(), settings.engines.size());
    EXPECT_EQ(errorMapFigure(curve->whole.series[0], curve->whole.reference).values.size(), 64u);
  }
}

TEST(MatmulFigures, NameEnginesBriefly) {
  const auto title = [](std::string_view id) { return briefTitle(*parseEngine(id)); };
  EXPECT_EQ(title("a100@tfloat32"), "TF32 A100");
  EXPECT_EQ(title("h100@float8_e4m3fn/promote:128"), "FP8 E4M3 H100 wgmma, promote:128");
  EXPECT_EQ(title("v100@float16/float16"), "FP16 V100, FP16 sums");
  EXPECT_EQ(title("fma@float32"), "FP32 FMA chain");
  EXPECT_EQ(title("3xtf32"), "3xTF32, sums in FP32");
  EXPECT_EQ(title("float64"), "FP64");
  EXPECT_EQ(title("llm-int8"), "LLM.int8()");
  EXPECT_EQ(title("gemmlowp-int32"), "gemmlowp UINT8, INT32 kept");
  EXPECT_EQ(title("ozaki@float32/slices:3"), "FP32 Ozaki scheme, 3 slices");
}

}  // namespace
}  // namespace ulpscope
