// SPDX-License-Identifier: Apache-2.0
// Laws that every scheme of the registry keeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/backend/backend.h"
#include "core/base/text.h"
#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scheme.h"
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Matrix {
  MatrixShape shape;
  std::vector<float> values;
  MatrixView view() const { return {shape, values}; }
};

/// Normal values below 1, with +-1 placed so that every row, every column and every aligned run of 32 holds one: then
/// the largest magnitude of a block is 1 in whatever way a scheme cuts its blocks.
Matrix unitMaximumMatrix(std::uint64_t rows, std::uint64_t columns) {
  Matrix matrix{{rows, columns}, std::vector<float>(rows * columns)};
  std::mt19937 generator(11);
  std::normal_distribution<float> normal(0, 0.25f);
  for (float& value : matrix.values) value = std::clamp(normal(generator), -0.999f, 0.999f);
  for (std::uint64_t r = 0; r < rows; ++r)
    for (std::uint64_t run = 0; run < columns / 32; ++run)
      matrix.values[r * columns + run * 32 + (r + 7 * run) % 32] = r % 2 ? -1.0f : 1.0f;
  return matrix;
}

/// Elements of which the codes' worth is not what they were restored as, or whose block cannot be.
std::size_t misread(const QuantizedTensor& tensor, const ScaleBlocks& blocks) {
  std::size_t wrong = 0;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < tensor.codes.size(); ++i) {
    const int code = tensor.signedCodes ? static_cast<std::int8_t>(tensor.codes[i]) : int{tensor.codes[i]};
    const auto value = blocks.value(i, code);
    const std::uint64_t block = blocks.of(i);
    if ((value && *value != tensor.restored[i]) || block >= blocks.count || (blocks.inOrder && block < last)) ++wrong;
    last = block;
  }
  return wrong;
}

class EveryScheme : public testing::TestWithParam<const Scheme*> {
 protected:
  const Scheme& scheme() const { return *GetParam(); }
  const SchemeExpectation& expected() const { return expectationOf(scheme().info().id); }
  /// Schemes that must know the inputs of the layer are given synthetic ones.
  Result<QuantizedTensor> quantize(const Matrix& matrix, const Settings& settings, const JobContext& job = {}) const {
    if (scheme().info().calibration != CalibrationUse::Required)
      return scheme().quantize(matrix.view(), settings, *m_backend, job);
    const LayerCalibration layer = syntheticCalibration(matrix.shape.columns, 1);
    return scheme().quantize({matrix.view(), &layer}, settings, *m_backend, job);
  }
  QuantizedTensor quantized(const Matrix& matrix, const Settings& settings = {}) const {
    auto result = quantize(matrix, settings);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *std::move(result) : QuantizedTensor{};
  }

  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

TEST_P(EveryScheme, SaysWhatItIs) {
  const SchemeInfo& info = scheme().info();
  EXPECT_EQ(findScheme(info.id), &scheme());
  for (const std::string& text : {info.title, info.family, info.reference}) EXPECT_FALSE(text.empty());
  for (const Parameter& parameter : info.parameters) {
    EXPECT_FALSE(parameter.title.empty() || parameter.help.empty()) << parameter.id;
    EXPECT_NE(parameter.choices.empty(), std::holds_alternative<std::string>(parameter.defaultValue)) << parameter.id;
  }
  EXPECT_TRUE(completeSettings(info, {})) << "the defaults are accepted";
}

TEST_P(EveryScheme, TellsWhatPeopleNeedToKnow) {
  const SchemeText& text = scheme().info().text;
  const std::string hint = "SchemeInfo::text, of which docs/schemes and the window's page are made, is incomplete: ";
  EXPECT_GT(text.definition.size(), 60u) << hint << "definition";
  EXPECT_GT(text.stored.size(), 20u) << hint << "stored";
  EXPECT_GT(text.advice.size(), 20u) << hint << "advice";
  std::vector<std::string> sentences = text.quirks;
  sentences.insert(sentences.end(), {text.definition, text.stored, text.advice});
  for (const std::string& sentence : sentences) {
    EXPECT_EQ(sentence.back(), '.') << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  }
}

TEST_P(EveryScheme, PricesAllThatIsStored) {
  EXPECT_DOUBLE_EQ(scheme().bitsPerWeight({64, 256}, {}).value(), expected().bits);
}

TEST_P(EveryScheme, StaysWithinItsErrorBound) {
  const Matrix matrix = unitMaximumMatrix(64, 256);
  const QuantizedTensor result = quantized(matrix);
  double largest = 0;
  for (std::size_t i = 0; i < matrix.values.size(); ++i)
    largest = std::max(largest, std::fabs(double{result.restored[i]} - double{matrix.values[i]}));
  EXPECT_LE(largest, expected().error * (1 + 1e-5));
  EXPECT_GE(largest, expected().error / 2.5) << "the bound says something";
  EXPECT_EQ(result.warnings.size(), expected().warnings);
}

TEST_P(EveryScheme, HasOneCodeAndOneValueForEachElement) {
  const QuantizedTensor result = quantized(unitMaximumMatrix(64, 256));
  EXPECT_EQ(result.shape, (MatrixShape{64, 256}));
  EXPECT_EQ(result.codes.size(), 64u * 256);
  EXPECT_EQ(result.restored.size(), 64u * 256);
  const int half = 1 << (result.codeBits - 1);
  for (const std::uint8_t code : result.codes) {
    const int number = result.signedCodes ? static_cast<std::int8_t>(code) : int{code};
    ASSERT_LT(number, result.signedCodes ? half : 2 * half);
    ASSERT_GE(number, result.signedCodes ? -half : 0);
  }
}

TEST_P(EveryScheme, GivesZerosBackAsZeros) {
  const QuantizedTensor result = quantized({{2, 256}, std::vector<float>(512)});
  if (!expected().zerosComeBack) {
    EXPECT_TRUE(std::isnan(result.restored[0])) << "else the expectation is wrong";
    return;
  }
  EXPECT_THAT(result.restored, Each(0.0f));
  EXPECT_EQ(result.warnings.size(), expected().warnings);
}

TEST_P(EveryScheme, SurvivesBlocksOfTinyValues) {
  std::vector<float> values(512);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = (i % 2 ? -1e-38f : 1e-38f) / static_cast<float>(1 + i % 5);
  for (const float y : quantized({{2, 256}, values}).restored)
    EXPECT_LE(std::fabs(y), 1e-38 * (1 + expected().tinyError));
}

TEST_P(EveryScheme, WarnsOfABlockWithNan) {
  Matrix matrix = unitMaximumMatrix(64, 256);
  matrix.values[5 * 256 + 40] = kNan;
  const QuantizedTensor result = quantized(matrix);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("1 block holds NaN")));
  EXPECT_EQ(std::isnan(result.restored[5 * 256 + 40]), expected().nanComesBack);
}

TEST_P(EveryScheme, WarnsOfABlockWithInfinityAndSparesTheOthers) {
  Matrix matrix = unitMaximumMatrix(64, 256);
  const QuantizedTensor sound = quantized(matrix);
  matrix.values[5 * 256 + 40] = -kInfinity;
  const QuantizedTensor result = quantized(matrix);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("1 block holds infinity")));
  EXPECT_EQ(!std::isfinite(result.restored[5 * 256 + 40]), expected().infinityComesBack);
  if (result.scales.size() > 1 && expected().rowsStandAlone) {
    EXPECT_EQ(result.restored[50 * 256 + 41], sound.restored[50 * 256 + 41]);
  }
}

TEST_P(EveryScheme, TakesOddShapesOrSaysWhyNot) {
  for (const MatrixShape shape : {MatrixShape{1, 1}, MatrixShape{1, 7}, MatrixShape{5, 3}, MatrixShape{33, 65}}) {
    const Matrix matrix{shape, std::vector<float>(shape.rows * shape.columns, 0.5f)};
    const auto result = quantize(matrix, {});
    EXPECT_EQ(result.has_value(), expected().wholeBlocks == 0);
    EXPECT_EQ(result.has_value(), scheme().bitsPerWeight(shape, {}).has_value());
    if (!result) {
      EXPECT_EQ(result.error().code, Errc::Unsupported);
      EXPECT_THAT(result.error().message, HasSubstr("multiple of " + std::to_string(expected().wholeBlocks)));
      continue;
    }
    for (const float y : result->restored)
      EXPECT_NEAR(y, 0.5f, expected().constantError) << "a constant is its maximum";
  }
}

TEST_P(EveryScheme, TakesAnEmptyTensor) {
  for (const MatrixShape shape : {MatrixShape{0, 256}, MatrixShape{64, 0}}) {
    const QuantizedTensor result = quantized({shape, {}});
    EXPECT_THAT(result.codes, IsEmpty());
    EXPECT_THAT(result.scales, IsEmpty());
    EXPECT_TRUE(std::isfinite(scheme().bitsPerWeight(shape, {}).value()));
  }
}

TEST_P(EveryScheme, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const Matrix matrix = unitMaximumMatrix(4, 256);
  const auto result = quantize(matrix, {}, {.stop = stop.get_token()});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Cancelled);
}

TEST_P(EveryScheme, RefusesUnknownKnobs) {
  const Matrix matrix = unitMaximumMatrix(2, 256);
  const auto result = quantize(matrix, {{"colour", "red"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Usage);
  EXPECT_THAT(result.error().message, HasSubstr("colour"));
}

TEST_P(EveryScheme, AsksForInputsWhereItNeedsThem) {
  if (scheme().info().calibration != CalibrationUse::Required) return;
  const auto result = scheme().quantize(unitMaximumMatrix(2, 256).view(), {}, *m_backend, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Unsupported);
  EXPECT_THAT(result.error().message, HasSubstr("expected (--calibration FILE, or --calibration synthetic)"));
}

TEST_P(EveryScheme, TakesEveryChoiceOfEveryKnob) {
  const Matrix matrix = unitMaximumMatrix(4, 256);
  for (const Parameter& parameter : scheme().info().parameters) {
    std::vector<std::string> values = {shortest(parameter.min), shortest(parameter.max)};
    if (!parameter.choices.empty()) values.clear();
    for (const Parameter::Choice& choice : parameter.choices) values.push_back(choice.id);
    for (const std::string& value : values) {
      const QuantizedTensor result = quantized(matrix, {{parameter.id, value}});
      for (const float y : result.restored) ASSERT_LE(std::fabs(y), 2.001f) << parameter.id << " = " << value;
      const auto blocks = scheme().scaleBlocks(result, {{parameter.id, value}});
      ASSERT_TRUE(blocks);
      EXPECT_EQ(blocks->count, result.scales.size());
      EXPECT_EQ(misread(result, *blocks), 0u) << parameter.id << " = " << value;
    }
    const auto refused = completeSettings(scheme().info(), {{parameter.id, "-7"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::Usage);
  }
}

TEST_P(EveryScheme, TellsWhatItsCodesAreWorth) {
  for (const Matrix& matrix : {unitMaximumMatrix(4, 256), Matrix{{0, 256}, {}}}) {
    const QuantizedTensor result = quantized(matrix);
    const auto blocks = scheme().scaleBlocks(result, {});
    ASSERT_TRUE(blocks);
    EXPECT_EQ(blocks->count, result.scales.size());
    EXPECT_EQ(misread(result, *blocks), 0u);
  }
  EXPECT_FALSE(scheme().scaleBlocks(quantized(unitMaximumMatrix(4, 256)), {{"no_such_knob", "1"}}));
}

TEST_P(EveryScheme, ExplainsHowAWeightBecameItsCode) {
  const Matrix matrix = unitMaximumMatrix(4, 256);
  const QuantizedTensor result = quantized(matrix);
  const std::vector<BoardLine> lines = scheme().explain(matrix.view(), result, {}, 100);
  const auto text = [&](std::string_view title) {
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const BoardLine& l) { return l.title == title; });
    return line == lines.end() ? std::string("missing") : line->text;
  };
  EXPECT_EQ(std::stof(text("Weight")), matrix.values[100]);
  EXPECT_EQ(lines.front().note, "row 0, column 100");
  EXPECT_EQ(std::stof(text("Restored")), result.restored[100]);
  EXPECT_FLOAT_EQ(std::stof(text("Error")), result.restored[100] - matrix.values[100]);
  const int code = result.signedCodes ? static_cast<std::int8_t>(result.codes[100]) : int{result.codes[100]};
  EXPECT_EQ(std::stoi(text("Code")), code);
  EXPECT_THAT(text("Nearest codes"), HasSubstr(text("Code") + " is " + text("Restored")));
  for (const BoardLine& line : lines) EXPECT_FALSE(line.title.empty() || line.text.empty());
  EXPECT_THAT(scheme().explain(matrix.view(), result, {}, 1024), IsEmpty()) << "no such element";
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryScheme, testing::ValuesIn(schemeRegistry().begin(), schemeRegistry().end()),
                         [](const auto& tested) { return tested.param->info().id; });

}  // namespace
}  // namespace ulpscope
