// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/other_rounding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "core/backend/backend.h"
#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/quantization_report.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Scheme> rounded(std::string_view id, Rounding mode, std::uint64_t seed = 1) {
  return roundedOtherwise({std::shared_ptr<const Scheme>(), findScheme(id)}, {mode, seed});
}

std::vector<int> signedCodes(const QuantizedTensor& tensor) {
  std::vector<int> codes;
  for (const std::uint8_t code : tensor.codes) codes.push_back(static_cast<std::int8_t>(code));
  return codes;
}

class OtherRoundings : public testing::Test {
 protected:
  QuantizedTensor quantize(const Scheme& scheme, const std::vector<float>& values, MatrixShape shape = {}) const {
    if (shape.rows == 0) shape = {1, values.size()};
    const LayerCalibration* layer = shape.columns == m_layer.columns ? &m_layer : nullptr;
    auto result = scheme.quantize({MatrixView{shape, values}, layer}, {}, *m_backend, {});
    EXPECT_TRUE(result) << scheme.info().id << ": " << result.error().message;
    return result ? *std::move(result) : QuantizedTensor{};
  }
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
  const LayerCalibration m_layer = syntheticCalibration(256, 1);
};

// With 127 as the largest magnitude the scale is 1, so that codes are integers by the functions of <cmath>.
TEST_F(OtherRoundings, RoundIntegersAsTheStandardLibraryDoes) {
  const std::vector<float> values{127, 0.5f, -0.5f, 1.5f, -2.5f, 2.25f, -2.75f, 0, -126.5f, 7};
  const auto codes = [&](Rounding mode) { return signedCodes(quantize(*rounded("int8_tensor", mode), values)); };
  const auto by = [&](float (*function)(float)) {
    std::vector<int> expected;
    for (const float x : values) expected.push_back(static_cast<int>(function(x)));
    return expected;
  };
  EXPECT_EQ(codes(Rounding::TowardNegative), by(std::floor));
  EXPECT_EQ(codes(Rounding::TowardPositive), by(std::ceil));
  EXPECT_EQ(codes(Rounding::TowardZero), by(std::trunc));
  EXPECT_EQ(codes(Rounding::NearestAway), by(std::round));
  EXPECT_EQ(codes(Rounding::NearestEven), by(std::rint));
}

TEST_F(OtherRoundings, DrawTheLargerMagnitudeAsOftenAsTheWayThere) {
  std::vector<float> values(4096, 2.25f);
  values[0] = 127;
  for (std::size_t i = 1; i < values.size(); i += 2) values[i] = -2.25f;
  const auto draw = [&](std::uint64_t seed) {
    return signedCodes(quantize(*rounded("int8_tensor", Rounding::Stochastic, seed), values));
  };
  const std::vector<int> codes = draw(3);
  for (std::size_t i = 1; i < codes.size(); ++i) {
    const double uniform = static_cast<double>(randomBits(3, i).value) / 0x1p32;
    EXPECT_EQ(std::abs(codes[i]), uniform < 0.25 ? 3 : 2) << i;
    EXPECT_EQ(codes[i] < 0, i % 2 == 1);
  }
  EXPECT_NEAR(static_cast<double>(std::ranges::count(codes, 3)) / 2047, 0.25, 0.04);
  EXPECT_EQ(draw(3), codes);
  EXPECT_NE(draw(4), codes);
}

TEST_F(OtherRoundings, LeaveWhatIsExactOrNotFiniteAlone) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{127, 5, -3, 0.75f, kNan, 1, 2, 3};
  const Scheme& scheme = *findScheme("int_symmetric");
  const Settings settings{{"granularity", "group"}, {"group", "4"}};
  const auto around = rounded("int_symmetric", Rounding::TowardNegative);
  const auto result = around->quantize(MatrixView{{1, 8}, values}, settings, *m_backend, {});
  const auto plain = scheme.quantize(MatrixView{{1, 8}, values}, settings, *m_backend, {});
  ASSERT_TRUE(result && plain);
  EXPECT_THAT(std::vector<float>(result->restored.begin(), result->restored.begin() + 4), ElementsAre(127, 5, -3, 0));
  for (std::size_t i = 4; i < 8; ++i) EXPECT_EQ(result->codes[i], plain->codes[i]) << "a block that NaN has poisoned";
  EXPECT_EQ(result->scales[0], plain->scales[0]);
}

TEST_F(OtherRoundings, GoToTheEndOfTheRangeBeyondIt) {
  // Q4_0's scale is the value of largest magnitude over -8: here values fall as codes rise, and none reaches 8.
  std::vector<float> values(32);
  values[0] = 8;
  values[1] = -7.75f;
  values[2] = 6.5f;
  EXPECT_THAT(quantize(*rounded("q4_0", Rounding::TowardPositive), values).restored,
              testing::AllOf(testing::Contains(8), testing::Contains(7), testing::Contains(-7)));
  values = std::vector<float>(32);
  values[0] = -8;
  values[1] = 7.75f;
  const QuantizedTensor up = quantize(*rounded("q4_0", Rounding::TowardPositive), values);
  EXPECT_EQ(up.restored[1], 7) << "8 has no code";
  EXPECT_TRUE(up.packed.empty());
}

/// The element's two neighbours among all that its codes are worth, by looking through them.
struct Neighbours {
  double below = -std::numeric_limits<double>::infinity();
  double above = std::numeric_limits<double>::infinity();
};
Neighbours neighboursOf(const QuantizedTensor& tensor, const ScaleBlocks& blocks, std::uint64_t element, double x) {
  Neighbours found;
  const int lowest = tensor.signedCodes ? -(1 << (tensor.codeBits - 1)) : 0;
  for (int code = lowest; code < lowest + (1 << tensor.codeBits); ++code) {
    const auto value = blocks.value(element, code);
    if (!value || !std::isfinite(*value)) continue;
    if (*value <= x) found.below = std::max(found.below, double{*value});
    if (*value >= x) found.above = std::min(found.above, double{*value});
  }
  return found;
}

double expectedOf(Rounding mode, const Neighbours& around, double x) {
  if (std::isinf(around.below)) return around.above;
  if (std::isinf(around.above)) return around.below;
  if (mode == Rounding::TowardZero && x != 0) mode = x > 0 ? Rounding::TowardNegative : Rounding::TowardPositive;
  if (mode == Rounding::TowardNegative) return around.below;
  if (mode == Rounding::TowardPositive) return around.above;
  return x - around.below <= around.above - x ? around.below : around.above;  // ties do not come up
}

TEST_F(OtherRoundings, TakeTheNeighbourThatTheyAreNamedAfterInEveryScheme) {
  constexpr MatrixShape kShape{8, 256};
  std::vector<float> values(kShape.rows * kShape.columns);
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (float& value : values) value = normal(random);
  std::fill_n(values.begin(), 300, 0.0f);  // the first blocks tell nothing of the order of codes
  for (const Scheme* scheme : schemeRegistry()) {
    if (!scheme->info().notRounded.empty()) continue;
    for (const Rounding mode :
         {Rounding::TowardNegative, Rounding::TowardPositive, Rounding::TowardZero, Rounding::NearestEven}) {
      SCOPED_TRACE(scheme->info().id + " " + std::string(idOf(mode)));
      const QuantizedTensor plain = quantize(*scheme, values, kShape);
      const QuantizedTensor result = quantize(*rounded(scheme->info().id, mode), values, kShape);
      const auto blocks = scheme->scaleBlocks(result, {});
      ASSERT_TRUE(blocks);
      EXPECT_EQ(result.scales, plain.scales);
      std::size_t wrong = 0;
      for (std::uint64_t i = 0; i < values.size(); i += 11) {
        const auto own = blocks->value(
            i, result.signedCodes ? static_cast<std::int8_t>(result.codes[i]) : static_cast<int>(result.codes[i]));
        if (!own) continue;  // outliers of LLM.int8() that are kept
        const double x = values[i];
        if (result.restored[i] != *own ||
            double{result.restored[i]} != expectedOf(mode, neighboursOf(result, *blocks, i, x), x))
          ++wrong;
      }
      EXPECT_EQ(wrong, 0u);
    }
  }
}

TEST_F(OtherRoundings, RefuseASchemeWhoseCodesAreNoRoundings) {
  const std::vector<float> values(256, 1.0f);
  const auto result =
      rounded("gptq", Rounding::TowardZero)->quantize({MatrixView{{1, 256}, values}, &m_layer}, {}, *m_backend, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Unsupported);
  EXPECT_THAT(result.error().message, HasSubstr("makes up for the errors of the columns before it"));
  EXPECT_EQ(findScheme("gptq"),
            schemeRegistry()[static_cast<std::size_t>(
                std::ranges::find_if(schemeRegistry(), [](const Scheme* s) { return !s->info().notRounded.empty(); }) -
                schemeRegistry().begin())])
      << "the only one";
}

TEST_F(OtherRoundings, SayWhatWasDoneOnTheBoardOfAWeight) {
  const std::vector<float> values{127, 0.75f, 3.25f};
  const auto scheme = rounded("int8_tensor", Rounding::TowardZero);
  const auto lines = scheme->explain({{1, 3}, values}, quantize(*scheme, values), {}, 1);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back().title, "Rounding");
  EXPECT_EQ(lines.back().text, "toward_zero");
  const auto code = std::ranges::find(lines, "Code", &BoardLine::title);
  ASSERT_NE(code, lines.end());
  EXPECT_EQ(code->text, "0");
}

}  // namespace
}  // namespace ulpscope
