// SPDX-License-Identifier: Apache-2.0
// The models of matrix engines against an independent implementation in exact fractions; see
// tests/golden/matmul/make_engines.py. Results recorded on GPUs are compared by hand:
// tests/golden/matmul/verify_recorded.py.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include "core/backend/backend.h"
#include "core/formats/block_format.h"
#include "core/formats/number_format.h"
#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/dot.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/matrix_product.h"
#include "tests/core/matmul/engine_cases.h"

namespace ulpscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

DenseMatrix matrixOf(const std::vector<EngineDot>& dots, std::vector<float> EngineDot::* side) {
  DenseMatrix matrix{dots.size(), (dots.front().*side).size(), {}};
  for (const EngineDot& dot : dots) matrix.values.insert(matrix.values.end(), (dot.*side).begin(), (dot.*side).end());
  return matrix;
}

TEST(MatrixEngines, EqualAnImplementationInExactFractions) {
  const auto backend = makeReferenceBackend();
  std::size_t compared = 0;
  for (const EngineCase& engine : readEngineCases()) {
    SCOPED_TRACE(engine.engine + (engine.half ? " in float16" : ""));
    const auto parsed = parseEngine(engine.engine + (engine.half ? "/float16" : ""));
    ASSERT_TRUE(parsed);
    ProductSettings settings;
    settings.engine = *parsed;
    std::vector<double> c;
    for (const EngineDot& dot : engine.dots) c.push_back(dot.c);
    const auto found =
        multiplyRows(settings, matrixOf(engine.dots, &EngineDot::a), matrixOf(engine.dots, &EngineDot::b), c, *backend);
    for (std::size_t i = 0; i < found.size(); ++i, ++compared)
      EXPECT_EQ(static_cast<float>(found[i]), engine.dots[i].d) << i;
  }
  EXPECT_GT(compared, 400u);
}

TEST(MatrixEngines, EveryOneIsWhole) {
  std::set<std::string_view> ids;
  for (const MatrixEngine* engine : matrixEngines()) {
    SCOPED_TRACE(engine->id);
    EXPECT_TRUE(ids.insert(engine->id).second);
    EXPECT_FALSE(engine->title.empty() || engine->text.empty() || engine->source.empty());
    ASSERT_FALSE(engine->units.empty());
    std::set<std::string_view> formats;
    for (const EngineUnit& unit : engine->units) {
      EXPECT_TRUE(formats.insert(unit.format).second) << unit.format;
      ASSERT_TRUE(unit.blocks ? findBlockFormat(unit.format) != nullptr : findFormat(unit.format) != nullptr)
          << unit.format;
      EXPECT_TRUE(unit.isOfIntegers() || inputFormatOf(unit).floatSpec()) << unit.format;
      const EngineChoice choice{engine, &unit};
      const auto parsed = parseEngine(choice.id());
      ASSERT_TRUE(parsed);
      EXPECT_EQ(*parsed, choice);
    }
  }
  std::set<std::string> offered;
  for (const EngineChoice& choice : offeredChoices()) {
    EXPECT_TRUE(offered.insert(choice.id()).second) << choice.id();
    EXPECT_EQ(*parseEngine(choice.id()), choice);
  }
  EXPECT_TRUE(offered.contains(EngineChoice{parseEngine("ozaki")->engine, parseEngine("ozaki")->unit}.id()));
  EXPECT_EQ(parseEngine("h100")->engine->id, "h100-wgmma");
  EXPECT_EQ(parseEngine("b200@float16")->engine->id, "b200-tcgen05");
  for (const std::string_view id :
       {"v100@float16/float16", "h100-wgmma@float8_e5m2/promote:128", "ada@float8_e4m3fn/float16/split:2",
        "ozaki@float64/slices:16", "ozaki@float32/slices:1"})
    EXPECT_EQ(parseEngine(id)->id(), id);
  EXPECT_EQ(parseEngine("a100@tfloat32/float16").error().code, Errc::Usage);
  EXPECT_EQ(parseEngine("a100/").error().code, Errc::Usage);
  EXPECT_EQ(parseEngine("ozaki")->id(), "ozaki@float64/slices:8");
  EXPECT_EQ(*parseEngine("ozaki@float64/slices:8"), *parseEngine("ozaki"));
  for (const std::string_view id :
       {"a100/slices:3", "ozaki/slices:0", "ozaki/slices:17", "ozaki/slices:", "ozaki/slices:3x"})
    EXPECT_EQ(parseEngine(id).error().code, Errc::Usage) << id;
  EXPECT_EQ(parseEngine("h300").error().code, Errc::Usage);
  EXPECT_EQ(parseEngine("v100@tfloat32").error().code, Errc::Usage);
}

/// H100's recorded TF32 rows are half a block long, and cannot tell a block of 8 from one of 4: these can.
TEST(FusedBlock, TellsBlockLengthsApart) {
  // 2^25 takes what is below 2^0 from the others of its block: from all seven, or from the three of the first half.
  const std::vector<float> a{0x1p12F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F};
  const std::vector<float> b{0x1p13F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F};
  DotUnit unit{.summation = Summation::Fused,
               .accumulator = Accumulator::Float32TowardZero,
               .blockLength = 8,
               .alignmentBits = 25,
               .zeroExponent = -133};
  EXPECT_EQ(dot(unit, -126, a, b, 0), 0x1p25);
  // One block after the other the accumulator, 2^25, cuts the second half just so; the other way round it does not.
  std::vector<float> x(a.rbegin(), a.rend());
  std::vector<float> y(b.rbegin(), b.rend());
  EXPECT_EQ(dot(unit, -126, x, y, 0), 0x1p25);
  unit.blockLength = 4;
  EXPECT_EQ(dot(unit, -126, x, y, 0), 0x1p25);  // 1 + (2^25 and three of 1/4 cut) is below a unit in the last place
  x.back() = 0x1p11F;                           // 2^24: there a unit in the last place is 2, and 1 is kept only once
  y.back() = 0x1p11F;                           // 2^22: a unit in the last place is 1/2
  unit.blockLength = 8;
  unit.alignmentBits = 22;
  EXPECT_EQ(dot(unit, -126, x, y, 0), 0x1p22);
  unit.blockLength = 4;
  EXPECT_EQ(dot(unit, -126, x, y, 0), 0x1p22 + 1);
}

TEST(FusedBlock, CutsTowardZeroAndRoundsToTheAccumulator) {
  const DotUnit a100{.summation = Summation::Fused,
                     .accumulator = Accumulator::Float32TowardZero,
                     .blockLength = 4,
                     .alignmentBits = 24,
                     .zeroExponent = -132};
  // 1 - 2^-24 has 24 bits and is cut to 24; 1 - 2^-25 is aligned to 2^-24, which leaves 1.
  EXPECT_EQ(fusedBlock(a100, -126, std::vector{1.0F, -0x1p-12F}, std::vector{1.0F, 0x1p-12F}, 0), 1 - 0x1p-24F);
  EXPECT_EQ(fusedBlock(a100, -126, std::vector{1.0F, -0x1p-12F}, std::vector{1.0F, 0x1p-13F}, 0), 1.0F);
  // Three of 2^-24 beside 1: each is kept, their sum, 3 * 2^-24, is cut to 2^-23.
  const std::vector<float> a{1.0F, 0x1p-12F, 0x1p-12F, 0x1p-12F};
  EXPECT_EQ(fusedBlock(a100, -126, a, a, 0), 1 + 0x1p-23F);
  EXPECT_EQ(fusedBlock(a100, -126, std::vector{-1.0F, -0x1p-12F}, std::vector{1.0F, 0x1p-12F}, 0), -1.0F);
}

TEST(FusedBlock, SpecialValuesFollowTheHardware) {
  const DotUnit unit{.summation = Summation::Fused, .blockLength = 4, .alignmentBits = 24, .zeroExponent = -132};
  const auto bitsOf = [&](std::vector<float> a, std::vector<float> b, float c) {
    return std::bit_cast<std::uint32_t>(fusedBlock(unit, -126, a, b, c));
  };
  EXPECT_EQ(bitsOf({kInfinity, 1}, {1, 1}, 0), 0x7F800000u);
  EXPECT_EQ(bitsOf({kInfinity, 1}, {-1, 1}, 0), 0xFF800000u);
  EXPECT_EQ(bitsOf({kInfinity, 1}, {0, 1}, 0), 0x7FFFFFFFu);
  EXPECT_EQ(bitsOf({kInfinity}, {1}, -kInfinity), 0x7FFFFFFFu);
  EXPECT_EQ(bitsOf({std::nanf("")}, {1}, 0), 0x7FFFFFFFu);
  EXPECT_EQ(bitsOf({0x1p127F, 0x1p127F}, {2, 2}, 0), 0x7F800000u);  // beyond float32
  EXPECT_EQ(bitsOf({-0.0F}, {1}, -0.0F), 0u);
}

/// NVFP4's scales are no powers of two: by hand.
TEST(GroupedBlock, ScalesExactSumsAndCutsThemFarBelowTheLargestScale) {
  const DotUnit unit{.summation = Summation::Fused,
                     .accumulator = Accumulator::Float32TowardZero,
                     .blockLength = 64,
                     .alignmentBits = 35,
                     .zeroExponent = -133};
  const auto sumOf = [&](std::vector<ScaledGroup> groups, float c) { return groupedBlock(unit, groups, c); };
  const ScaledGroup group{.sum = 3.25, .isAllZero = false, .a = {1.5F, 2}, .b = {1.25F, -3}};
  EXPECT_EQ(sumOf({group}, 1), 1 + 3.25F * 1.5F * 1.25F / 2);
  // Beside a scale of 2^20 the last place that is kept weighs 2^-15: what is left of 1.5 of them is one.
  const ScaledGroup large{.sum = 0.25, .isAllZero = false, .a = {1, 10}, .b = {1, 10}};
  const ScaledGroup gone{.sum = -0.25, .isAllZero = false, .a = {1, 10}, .b = {1, 10}};
  const ScaledGroup small{.sum = 1.5, .isAllZero = false, .a = {1, -8}, .b = {1, -7}};
  EXPECT_EQ(sumOf({large, small, gone}, 0), 0x1p-15F);
  // A sum that cancels keeps its exponent, a group of nothing but zeros does not.
  const ScaledGroup cancelled{.sum = 0, .isAllZero = false, .a = {1, 10}, .b = {1, 10}};
  EXPECT_EQ(sumOf({cancelled, small}, 0), 0x1p-15F);
  EXPECT_EQ(sumOf({ScaledGroup{.a = {1, 10}, .b = {1, 10}}, small}, 0), 1.5F * 0x1p-15F);
  EXPECT_TRUE(std::isnan(sumOf({ScaledGroup{.sum = 1, .isAllZero = false, .a = {NAN, 0}, .b = {}}}, 0)));
}

TEST(FusedBlock, TheTraceAccountsForEveryBit) {
  for (const EngineCase& engine : readEngineCases()) {
    const EngineUnit& unit = *parseEngine(engine.engine)->unit;
    if (unit.unit.summation != Summation::Fused || engine.half || unit.pairsFirst || unit.blocks) continue;
    const int smallest = inputFormatOf(unit).floatSpec()->smallestExponent();
    const auto length = static_cast<std::size_t>(unit.unit.blockLength);
    for (const EngineDot& dot : engine.dots) {
      FusedBlock trace;
      const float result = fusedBlock(unit.unit, smallest, std::span(dot.a).first(length),
                                      std::span(dot.b).first(length), dot.c, &trace);
      ASSERT_EQ(trace.terms.size(), length + 1);
      std::int64_t sum = 0;
      for (const FusedTerm& term : trace.terms) {
        sum += term.kept;
        EXPECT_EQ(std::ldexp(static_cast<double>(term.kept), trace.lastPlace) + term.cut, term.value);
        EXPECT_LT(std::abs(term.cut), std::ldexp(1, trace.lastPlace));
      }
      EXPECT_EQ(sum, trace.sum);
      EXPECT_EQ(trace.result, result);
      EXPECT_EQ(std::ldexp(static_cast<double>(sum), trace.lastPlace) + trace.rounded, result);
    }
  }
}

}  // namespace
}  // namespace ulpscope
