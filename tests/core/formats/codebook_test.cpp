// SPDX-License-Identifier: Apache-2.0
// What the golden files of the code books do not hold: modes other than nearest, both zeros, explanations.
#include "core/formats/codebook_format.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/formats/explain.h"
#include "core/formats/limits.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

/// Rounds floats to the code book of an id.
class Book {
 public:
  explicit Book(std::string_view id) : m_format(*findFormat(id)) {}
  std::uint64_t code(float value, Rounding rounding = Rounding::NearestEven) const {
    return m_format.encode(unrounded(value), rounding, Overflow::Format).code;
  }
  float value(std::uint64_t code) const { return static_cast<float>(toDouble(m_format.decode(code))); }
  const NumberFormat& format() const { return m_format; }

 private:
  const NumberFormat& m_format;
};

std::string stepText(const Explanation& explanation, std::string_view title) {
  for (const ExplanationStep& step : explanation.steps)
    if (step.title == title) return step.text;
  return {};
}

TEST(Codebooks, SendTiesToTheLowerValueInNf4) {
  const Book nf4("nf4");
  const float threshold = 0.07958029955625534F / 2;  // between codes 7 and 8; the half is exact
  EXPECT_EQ(nf4.code(threshold), 7u);
  EXPECT_EQ(nf4.code(std::nextafter(threshold, 1.0F)), 8u);
  EXPECT_EQ(nf4.code(0.1F), 8u);
  EXPECT_EQ(nf4.code(-5.0F), 0u);
  EXPECT_EQ(nf4.code(1.0F), 15u);
}

TEST(Codebooks, TakeTheNeighbourThatADirectedModeAsksFor) {
  const Book nf4("nf4");
  EXPECT_EQ(nf4.code(0.1F, Rounding::TowardPositive), 9u);
  EXPECT_EQ(nf4.code(-0.1F, Rounding::TowardZero), 6u);
  EXPECT_EQ(nf4.code(-0.1F, Rounding::TowardPositive), 6u);
  EXPECT_EQ(nf4.code(-0.1F, Rounding::TowardNegative), 5u);
  EXPECT_EQ(nf4.code(0.1F, Rounding::ToOdd), 9u);
  const Book af4("af4");  // falls with the code
  EXPECT_EQ(af4.code(0.1F, Rounding::TowardPositive), 6u);
  EXPECT_EQ(af4.code(0.1F, Rounding::TowardNegative), 7u);
  EXPECT_EQ(af4.code(0.1F, Rounding::ToOdd), 7u);
}

TEST(Codebooks, WithoutZeroRoundTowardItToTheSmallerMagnitude) {
  const Book iq4("iq4_nl");
  EXPECT_EQ(iq4.value(iq4.code(0.0F)), 1.0F);
  for (const float between : {-9.0F, -0.5F, 0.5F}) EXPECT_EQ(iq4.value(iq4.code(between, Rounding::TowardZero)), 1.0F);
  EXPECT_EQ(iq4.value(iq4.code(-4.5F)), 1.0F);  // the midpoint of -10 and 1: best_index_int8 takes the upper one
}

TEST(Codebooks, KeepTheSignOfZeroWhereBothZerosAreCodes) {
  const Book fp4("bnb_fp4");
  EXPECT_EQ(fp4.code(0.0F), 0u);
  EXPECT_EQ(fp4.code(-0.0F), 8u);
  EXPECT_EQ(fp4.code(1e-9F), 0u);
  EXPECT_EQ(fp4.code(-1e-9F), 8u);
  EXPECT_TRUE(std::signbit(fp4.value(8)));
  EXPECT_EQ(fp4.format().nextUp(8), 1u);
  EXPECT_EQ(fp4.format().nextDown(8), 9u);
  EXPECT_EQ(fp4.format().nextUp(9), 0u);
  EXPECT_EQ(limitsOf(fp4.format()).finiteValues, 15u);
  EXPECT_TRUE(limitsOf(fp4.format()).hasNegativeZero);
}

TEST(Codebooks, FollowBitsandbytesConstantsBesideTheMidpointInFp4) {
  const Book fp4("bnb_fp4");
  EXPECT_EQ(fp4.code(0.583333F), 5u);  // dQuantizeFP4's threshold: a tie goes toward zero
  EXPECT_EQ(fp4.code(std::nextafter(0.583333F, 1.0F)), 2u);
  const Explanation explanation =
      explainValue("0.5833333", fp4.format(), Rounding::NearestEven, Overflow::Format).value();
  EXPECT_EQ(explanation.code, 2u) << "below the midpoint, 7/12, but above the constant";
  EXPECT_THAT(stepText(explanation, "Threshold"),
              testing::HasSubstr("The implementation compares with the float32 `0.583333"));
}

TEST(Codebooks, SendTiesOfTheDynamicMapToTheEvenCode) {
  const Book dynamic("dynamic8");
  int exactTies = 0;
  for (std::uint64_t code = 0; code < 255; ++code) {
    const float below = dynamic.value(code), above = dynamic.value(code + 1);
    const float midpoint = (below + above) / 2;
    EXPECT_EQ(dynamic.code(midpoint), code + code % 2);
    exactTies += (double{below} + double{above}) / 2 == double{midpoint} ? 1 : 0;
  }
  EXPECT_GT(exactTies, 0);
  EXPECT_EQ(dynamic.code(-1.0F), 0u);  // -0.99296874 is the least there is
  EXPECT_EQ(dynamic.code(0.0F), 127u);
  EXPECT_EQ(dynamic.code(0.1F), 190u);
}

TEST(Codebooks, TellWhereEachTableComesFrom) {
  const auto derivation = [](std::string_view id, std::uint64_t code) {
    return stepText(explainCode(code, *findFormat(id)).value(), "Derivation");
  };
  EXPECT_THAT(derivation("nf4", 8), testing::HasSubstr("Code 8 is Φ⁻¹(`0.5584635`) / Φ⁻¹(`0.9677083`) = `0.079580"));
  EXPECT_THAT(derivation("bnb_fp4", 0xA), testing::HasSubstr("bits `010` stand for 8"));
  EXPECT_EQ(
      derivation("dynamic8", 190),
      "The code lies 63 above zero's, 127: tree `0111111`, 1 zero before the indicator bit 1, so 10⁻¹ × (0.1 + 0.9 × "
      "(31 + ½) / 2⁵), the middle of interval 31 of the 32 between 0.1 and 1; in float32.");
  EXPECT_THAT(derivation("dynamic8_unsigned", 1), testing::HasSubstr("tree `00000010`, 6 zeros"));
}

TEST(Codebooks, DeriveDynamicValuesFromTheirTreesUpToFloat32Rounding) {
  for (const bool isSigned : {true, false}) {
    const Book dynamic(isSigned ? "dynamic8" : "dynamic8_unsigned");
    for (int code = 0; code < 255; ++code) {
      const int tree = isSigned ? code - 127 : code + 1;
      if (tree == 0 || (!isSigned && code == 0)) continue;
      const int magnitude = std::abs(tree);
      const int fractionBits = static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 1;
      const int zeros = (isSigned ? 7 : 8) - 1 - fractionBits;
      const double fraction = (magnitude - (1 << fractionBits) + 0.5) / (1 << fractionBits);
      const double expected = std::pow(10.0, -zeros) * (0.1 + 0.9 * fraction);
      EXPECT_NEAR(std::fabs(dynamic.value(static_cast<std::uint64_t>(code))) / expected, 1, 2e-7) << code;
    }
  }
}

}  // namespace
}  // namespace ulpscope
