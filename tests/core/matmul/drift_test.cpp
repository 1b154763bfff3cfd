// SPDX-License-Identifier: Apache-2.0
// Drift of whole products. The figures come from an independent program over other random numbers, relative Frobenius
// errors against float64; ours are to lie within 30 %.
#include "core/matmul/drift.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

Drift driftOf(Distribution distribution, std::size_t k, const std::vector<std::string>& engines,
              std::optional<Rounding> inputRounding = {}, const KOrder& order = {},
              DriftReference reference = DriftReference::Float64, std::size_t size = 12) {
  DriftSettings settings;
  settings.reference = reference;
  settings.inputRounding = inputRounding;
  settings.order = order;
  for (const std::string& id : engines) settings.engines.push_back(*parseEngine(id));
  const auto drift = measureDrift(settings, randomMatrix(size, k, distribution, 1),
                                  randomMatrix(size, k, distribution, 2), *makeReferenceBackend(), {});
  EXPECT_TRUE(drift);
  return *drift;
}

double errorOf(Distribution distribution, std::size_t k, const std::string& engine, Rounding inputRounding) {
  return driftOf(distribution, k, {engine}, inputRounding).series[0].error.relativeFrobenius;
}

TEST(Drift, ComesOutAsMeasuredElsewhere) {
  struct Row {
    Distribution distribution;
    std::size_t k;
    double fma, pairwise, sgemm, a100, h100, cut, chained, tripled;
  };
  const Row rows[] = {{Distribution::Normal, 1024, 5.8e-7, 8.5e-8, 2.9e-4, 2.9e-4, 2.9e-4, 7.7e-4, 1.0e-5, 2.8e-7},
                      {Distribution::Uniform, 1024, 4.2e-7, 4.6e-8, 1.1e-5, 1.8e-5, 1.4e-5, 6.6e-4, 3.7e-5, 1.8e-7},
                      {Distribution::Uniform, 16384, 1.7e-6, 4.2e-8, 2.9e-6, 2.0e-4, 1.1e-4, 7.6e-4, 5.0e-4, 6.0e-7}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.k);
    const auto near = [&](const std::string& engine, double expected, Rounding rounding = Rounding::NearestAway) {
      const double found = errorOf(row.distribution, row.k, engine, rounding);
      EXPECT_NEAR(found, expected, 0.3 * expected) << engine;
    };
    near("fma@float32", row.fma);
    near("pairwise@float32", row.pairwise);
    near("fma@tfloat32", row.sgemm);
    near("a100@tfloat32", row.a100);
    near("h100@tfloat32", row.h100);
    near("h100@tfloat32", row.cut, Rounding::TowardZero);
    near("3xtf32-chained", row.chained);
    near("3xtf32", row.tripled);
  }
}

TEST(Drift, PromotionMendsFp8OnHopper) {
  const std::vector<std::string> hopper{"h100@float8_e4m3fn"};
  const double plain = driftOf(Distribution::Uniform, 4096, hopper).series[0].error.maxRelative;
  EXPECT_NEAR(plain, 0.0696, 0.3 * 0.0696);
  const KOrder promote{KOrder::Kind::Promote, 128};
  EXPECT_LT(driftOf(Distribution::Uniform, 4096, hopper, {}, promote).series[0].error.maxRelative, plain / 20);
}

TEST(Drift, NoBoundThatHoldsIsExceeded) {
  for (const Distribution distribution : {Distribution::Normal, Distribution::Uniform})
    for (const std::size_t k : std::initializer_list<std::size_t>{1, 7, 300}) {
      std::vector<std::string> ids;
      for (const MatrixEngine* engine : matrixEngines())
        for (const EngineUnit& unit : engine->units)
          if (!unit.blocks) ids.push_back(EngineChoice{engine, &unit}.id());  // those have none
      for (const KOrder& order : {KOrder{}, KOrder{KOrder::Kind::Split, 3}, KOrder{KOrder::Kind::Promote, 64}}) {
        const Drift drift = driftOf(distribution, k, ids, {}, order, DriftReference::Exact, 8);
        for (const DriftSeries& series : drift.series)
          for (const DriftBound& bound : series.bounds) {
            if (bound.kind == DriftBound::Kind::Probabilistic || !bound.whyNot.empty()) continue;
            EXPECT_LE(series.error.relativeFrobenius, bound.value + 0x1p-53)  // the reference is rounded, too
                << series.engine.id() << ", K = " << k << ", " << order.id() << ", " << idOf(bound.kind);
          }
      }
    }
}

TEST(Drift, ErrorsAreWhatTheirDefinitionsSay) {
  const DenseMatrix reference{1, 3, {1, 2, -4}};
  const DenseMatrix c{1, 3, {1, 2.5, -4 - 0x1p-20}};
  const ProductError error = measureProduct(c, reference);
  EXPECT_EQ(error.maxAbsolute, 0.5);
  EXPECT_EQ(error.worst, 1u);
  EXPECT_EQ(error.maxRelative, 0.25);
  EXPECT_EQ(error.maxUlp, 0.5 / 0x1p-22);
  EXPECT_EQ(error.exact, 1u);
  EXPECT_DOUBLE_EQ(error.relativeFrobenius, std::sqrt((0.25 + 0x1p-40) / 21));
  EXPECT_DOUBLE_EQ(error.meanRelative, (0.5 - 0x1p-20) / 7);
  const auto counts = ulpHistogram(c, reference);
  EXPECT_EQ(counts[0], 1u);
  EXPECT_EQ(counts[3], 1u);   // 2 units in the last place of 4
  EXPECT_EQ(counts[23], 1u);  // 2^21
  EXPECT_EQ(counts.size(), kUlpBins);
}

TEST(Drift, LeavesOutWhatIsNotFinite) {
  const ProductError error = measureProduct({1, 2, {INFINITY, 1}}, {1, 2, {1, 1}});
  EXPECT_EQ(error.excluded, 1u);
  EXPECT_EQ(error.maxAbsolute, 0);
}

TEST(KOrder, IsParsedAndPrinted) {
  for (const std::string_view text : {"sequential", "split:4", "promote:128"}) EXPECT_EQ(parseKOrder(text)->id(), text);
  for (const std::string_view text : {"", "split", "split:0", "split:x", "promote:-1", "promote:4 "})
    EXPECT_EQ(parseKOrder(text).error().code, Errc::Usage) << text;
  EXPECT_EQ(parseKOrder("split:3")->run(10), 4u);
  EXPECT_EQ(parseKOrder("promote:3")->run(10), 3u);
  EXPECT_EQ(KOrder{}.run(10), 10u);
}

}  // namespace
}  // namespace ulpscope
