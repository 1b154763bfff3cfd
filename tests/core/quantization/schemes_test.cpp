// SPDX-License-Identifier: Apache-2.0
// What single schemes do: worked examples, conventions, knobs, layouts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <random>
#include <sstream>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/scheme.h"
#include "core/report/scheme_page.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

QuantizedTensor quantize(std::string_view id, const MatrixShape& shape, const std::vector<float>& values,
                         const Settings& settings = {}) {
  auto result = findScheme(id)->quantize(MatrixView{shape, values}, settings, *makeReferenceBackend(), {});
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : QuantizedTensor{};
}

std::vector<int> signedCodes(const QuantizedTensor& result) {
  std::vector<int> codes;
  for (const std::uint8_t code : result.codes) codes.push_back(static_cast<std::int8_t>(code));
  return codes;
}

std::vector<float> normalValues(std::size_t count) {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

const std::vector<float> kFive = {2.1f, 3.1f, 2.5f, 3.7f, 3.3f};

TEST(WorkedExample, AbsmaxOfFiveValues) {
  const QuantizedTensor result = quantize("int8_tensor", {1, 5}, kFive);
  EXPECT_THAT(signedCodes(result), ElementsAre(72, 106, 86, 127, 113));
  const std::vector<double> back = {2.0976, 3.0882, 2.5055, 3.7000, 3.2921};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(result.restored[i], back[i], 5e-5);
  EXPECT_NEAR(1 / result.scales[0], 34.3243, 5e-5);
}

TEST(WorkedExample, AffineOfFiveValuesAsGivenAndWithZero) {
  const QuantizedTensor given = quantize("int_affine", {1, 5}, kFive, {{"range", "as_given"}});
  EXPECT_FLOAT_EQ(given.scales[0], 1.6f / 255);
  EXPECT_THAT(given.zeroPoints, ElementsAre(-463));
  const QuantizedTensor widened = quantize("int_affine", {1, 5}, kFive);
  EXPECT_FLOAT_EQ(widened.scales[0], 3.7f / 255);
  EXPECT_THAT(widened.zeroPoints, ElementsAre(-128));
}

TEST(WorkedExample, TwentyFiveBinary16Weights) {
  // Published: the largest 0.93212890625, the smallest 0.0609, the first 0.5415 (as binary16), and the scale. The other
  // 22 are ours, all binary16 values in that range.
  const std::vector<float> weights = {
      0.54150390625f, 0.25f,    0.75f,          0.0609130859375f, 0.875f,   0.3125f,     0.5f,     0.125f,   0.6875f,
      0.4375f,        0.8125f,  0.93212890625f, 0.0625f,          0.1875f,  0.9375f / 2, 0.28125f, 0.59375f, 0.65625f,
      0.40625f,       0.71875f, 0.78125f,       0.15625f,         0.90625f, 0.34375f,    0.21875f};
  ASSERT_EQ(weights.size(), 25u);
  const QuantizedTensor result = quantize("int8_tensor", {5, 5}, weights);
  EXPECT_NEAR(1 / static_cast<double>(result.scales[0]), 136.24724986904138, 136.25 * 0x1p-23);
  EXPECT_EQ(result.codes[0], 74);
  EXPECT_NEAR(result.restored[0], 0.543, 5e-4);
}

/// Where the decimal mark is a comma.
class CommaLocale : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(DecimalKnob, TakesEveryNumberOfItsRangeWhateverTheLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaLocale));
  const SchemeInfo& info = findScheme("llm_int8")->info();
  const auto kept = [&](const std::string& text) {
    const auto complete = completeSettings(info, {{"threshold", text}});
    return complete ? complete->at("threshold") : complete.error().message;
  };
  EXPECT_EQ(completeSettings(info, {})->at("threshold"), "6");
  for (const auto& [given, expected] :
       {std::pair{"6.0", "6"}, {"4.25", "4.25"}, {"1e1", "10"}, {"-0", "0"}, {"65504", "65504"}})
    EXPECT_EQ(kept(given), expected);
  for (const std::string refused : {"6,5", "-0.5", "65505", "nan", "inf", "", " 6", "6 ", "0x6", "six"})
    EXPECT_EQ(kept(refused), "threshold takes a decimal from 0 to 65504, \"" + refused + "\" was given");
  std::locale::global(before);
}

TEST(DecimalKnob, LlmInt8SplitsColumnsAtAnyThreshold) {
  // The largest inputs of the four columns: 1, 4.25, 4.5, 9.
  LayerCalibration layer;
  layer.columns = 4;
  layer.inputs = {1, -4.25f, 4.5f, 9, 0, 0, 0, 0};
  deriveMoments(layer);
  const std::vector<float> weights = {0.5f, 0.3f, 0.31f, -1, 0.2f, 0.11f, 0.7f, 1};
  const auto outliers = [&](const std::string& threshold) {
    const SchemeInput input(MatrixView{{2, 4}, weights}, &layer);
    const auto result =
        findScheme("llm_int8")
            ->quantize(input, {{"threshold", threshold}, {"variant", "paper"}}, *makeReferenceBackend(), {});
    return (*result->storedBits - 2 * 32 - 8 * 8) / (2 * 8 + 32);
  };
  EXPECT_EQ(outliers("4.25"), 3u);
  EXPECT_EQ(outliers("4.375"), 2u);
  EXPECT_EQ(outliers("4.75"), 1u);
}

TEST(SchemePages, HaveEveryWordOfAKnobInItsRow) {
  for (const Scheme* scheme : schemeRegistry()) {
    std::istringstream page(schemePage(*scheme));
    std::size_t rows = 0;
    for (std::string line; std::getline(page, line);) {
      if (!line.starts_with("| `")) continue;
      std::size_t bars = 0;
      for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
      EXPECT_EQ(bars, 5u) << "a bar that is not escaped ends a cell: " << line;
      ++rows;
    }
    EXPECT_EQ(rows, scheme->info().parameters.size()) << scheme->info().id;
  }
}

TEST(FlatBlocks, RunAcrossTheEndsOfRows) {
  // A matrix in blocks is the row of all its values in groups: 15 rows of 21 values, 315 = 9 * 32 + 27.
  const std::vector<float> values = normalValues(315);
  for (const char* scheme : {"int_symmetric", "int_affine"}) {
    const Settings blocks{{"granularity", "block"}, {"group", "32"}, {"bits", "4"}};
    Settings groups = blocks;
    groups["granularity"] = "group";
    const QuantizedTensor result = quantize(scheme, {15, 21}, values, blocks);
    const QuantizedTensor flat = quantize(scheme, {1, 315}, values, groups);
    EXPECT_EQ(result.codes, flat.codes);
    EXPECT_EQ(result.restored, flat.restored);
    EXPECT_EQ(result.scales, flat.scales);
    EXPECT_EQ(result.scales.size(), 10u);
    EXPECT_NE(result.codes, quantize(scheme, {15, 21}, values, groups).codes) << "groups end with their row";
    const double beside = std::string_view(scheme) == "int_affine" ? 36 : 32;
    EXPECT_DOUBLE_EQ(*findScheme(scheme)->bitsPerWeight({15, 21}, blocks), (158 * 8 + 10 * beside) / 315)
        << "codes in whole bytes";
    const auto lines = findScheme(scheme)->explain(MatrixView{{15, 21}, values}, result, blocks, 40);
    EXPECT_TRUE(std::ranges::any_of(lines, [](const BoardLine& line) { return line.title == "Block"; }));
  }
}

TEST(Int8Row, ReferencesDifferOnTheLargestMagnitude) {
  const std::vector<float> values = {127.5f, -1.0f};
  EXPECT_FLOAT_EQ(quantize("int8_row", {1, 2}, values).restored[0], 127.5f);
  EXPECT_FLOAT_EQ(quantize("int8_row", {1, 2}, values, {{"reference", "compressed-tensors"}}).restored[0], 127);
  EXPECT_FLOAT_EQ(quantize("int8_row", {1, 2}, values, {{"reference", "eetq"}}).restored[0], 127.5f * 127 / 128);
}

TEST(Int8Row, EetqStoresScalesInSixteenBits) {
  const Scheme& scheme = *findScheme("int8_row");
  EXPECT_EQ(scheme.bitsPerWeight({4, 64}, {{"reference", "eetq"}}).value(), 8 + 16.0 / 64);
  EXPECT_EQ(scheme.bitsPerWeight({4, 64}, {}).value(), 8 + 32.0 / 64);
}

TEST(IntSymmetric, DivisorsAreThoseOfTheThreeConventions) {
  for (const int bits : {2, 3, 4, 8}) {
    const float half = std::ldexp(1.0f, bits - 1);
    const auto scale = [&](const std::string& divisor) {
      return quantize("int_symmetric", {1, 1}, {1.0f}, {{"bits", std::to_string(bits)}, {"divisor", divisor}})
          .scales[0];
    };
    EXPECT_EQ(scale("max"), 1 / (half - 1));
    EXPECT_EQ(scale("half_range"), 1 / (half - 0.5f));
    EXPECT_EQ(scale("power"), 1 / half);
  }
}

TEST(IntSymmetric, CodesOfFewBitsArePricedAndPackedAsSuch) {
  const QuantizedTensor result = quantize("int_symmetric", {4, 64}, normalValues(256), {{"bits", "3"}});
  EXPECT_EQ(result.codeBits, 3);
  EXPECT_EQ(findScheme("int_symmetric")->bitsPerWeight({4, 64}, {{"bits", "3"}}).value(), 3 + 32.0 / 64);
  // 5 codes of 3 bits fill two bytes.
  EXPECT_DOUBLE_EQ(findScheme("int_symmetric")->bitsPerWeight({1, 5}, {{"bits", "3"}}).value(), (16 + 32) / 5.0);
}

TEST(IntAffine, ZeroPointsCostTheirWidth) {
  const Scheme& scheme = *findScheme("int_affine");
  EXPECT_EQ(scheme.bitsPerWeight({4, 64}, {{"bits", "4"}}).value(), 4 + 36.0 / 64);
  EXPECT_EQ(scheme.bitsPerWeight({4, 64}, {{"range", "as_given"}}).value(), 8 + 64.0 / 64);
}

TEST(Granularity, ColumnIsTheRowOfTheTransposed) {
  const std::uint64_t rows = 37, columns = 29;
  const std::vector<float> values = normalValues(rows * columns);
  std::vector<float> transposed(values.size());
  for (std::uint64_t r = 0; r < rows; ++r)
    for (std::uint64_t c = 0; c < columns; ++c) transposed[c * rows + r] = values[r * columns + c];
  for (const char* id : {"int_symmetric", "int_affine"}) {
    const QuantizedTensor byColumn = quantize(id, {rows, columns}, values, {{"granularity", "column"}});
    const QuantizedTensor byRow = quantize(id, {columns, rows}, transposed, {{"granularity", "row"}});
    EXPECT_EQ(byColumn.scales, byRow.scales);
    EXPECT_EQ(byColumn.zeroPoints, byRow.zeroPoints);
    for (std::uint64_t r = 0; r < rows; ++r)
      for (std::uint64_t c = 0; c < columns; ++c) {
        ASSERT_EQ(byColumn.codes[r * columns + c], byRow.codes[c * rows + r]);
        ASSERT_EQ(byColumn.restored[r * columns + c], byRow.restored[c * rows + r]);
      }
  }
}

TEST(Granularity, ColumnsOfATallMatrixAreTakenOneAtATime) {
  const std::uint64_t rows = (1 << 20) + 3;
  std::vector<float> values(rows * 2, 0.25f);
  values[1] = -8;
  const QuantizedTensor result = quantize("int8_column", {rows, 2}, values);
  EXPECT_THAT(result.scales, ElementsAre(0.25f / 127, 8.0f / 127));
  EXPECT_EQ(result.restored[2 * rows - 2], 127 * (0.25f / 127));
}

TEST(Granularity, GroupsDoNotCrossRows) {
  std::vector<float> values(5 * 7, 1.0f);
  for (std::size_t i = 14; i < 21; ++i) values[i] = 3;  // row 2
  const QuantizedTensor result = quantize("int8_group", {5, 7}, values, {{"group", "4"}});
  const float one = 1.0f / 127, three = 3.0f / 127;
  EXPECT_THAT(result.scales, ElementsAre(one, one, one, one, three, three, one, one, one, one));
  EXPECT_DOUBLE_EQ(findScheme("int8_group")->bitsPerWeight({5, 7}, {{"group", "4"}}).value(), 8 + 10 * 32 / 35.0);
}

TEST(BnbNf4, BlocksCrossRows) {
  std::vector<float> values(2 * 48, 1.0f);
  values[60] = 4;  // row 1, but in the first block of 64
  const QuantizedTensor result = quantize("bnb_nf4", {2, 48}, values);
  EXPECT_THAT(result.scales, ElementsAre(4, 1));
  EXPECT_EQ(result.restored[95], 1);
}

TEST(Q8, WarnsWhereTheScaleLeavesBinary16) {
  std::vector<float> values(64, 1e-7f);
  for (std::size_t i = 0; i < 32; ++i) values[i] = 1e7f;
  const QuantizedTensor result = quantize("q8_0", {1, 64}, values);
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("1 block of finite values has a scale too large"),
                                           HasSubstr("1 block that is not zero has a scale that is rounded to zero")));
}

TEST(CompleteSettings, SaysWhatAKnobTakes) {
  const SchemeInfo& info = findScheme("int_symmetric")->info();
  const auto outOfRange = completeSettings(info, {{"bits", "9"}});
  ASSERT_FALSE(outOfRange);
  EXPECT_EQ(outOfRange.error().message, "bits takes an integer from 2 to 8, \"9\" was given");
  EXPECT_EQ(outOfRange.error().subject, "int_symmetric");
  EXPECT_FALSE(completeSettings(info, {{"bits", "4.0"}}));
  EXPECT_FALSE(completeSettings(info, {{"bits", ""}}));
  const auto unknown = completeSettings(info, {{"granularity", "blocks"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "granularity takes one of tensor, row, column, group, block, \"blocks\" was given");
  EXPECT_EQ(completeSettings(info, {{"bits", "4"}})->at("divisor"), "max");
}

TEST(Registry, FindsSchemesById) {
  EXPECT_EQ(findScheme("no_such_scheme"), nullptr);
  EXPECT_EQ(findScheme("q4_0")->info().family, "GGUF");
}

}  // namespace
}  // namespace ulpscope
