// SPDX-License-Identifier: Apache-2.0
// Oracle: GPTQModel's own class in float32 (tests/golden/calibration/make_gptq.py) on a piece of a real layer and its
// real inputs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/backend/backend.h"
#include "core/calibration/hessian.h"
#include "core/calibration/layer_calibration.h"
#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/inverse_factor.h"
#include "core/quantization/quantization_report.h"
#include "tests/core/formats/golden_file.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::vector<float> readFloats(const std::string& path) {
  const GoldenArray array = readGoldenArray(path, "calibration");
  EXPECT_EQ(array.itemBytes, sizeof(float)) << path;
  std::vector<float> values(array.size());
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

class Gptq : public testing::Test {
 protected:
  static constexpr MatrixShape kShape{48, 160};
  Gptq() : m_weights(readFloats("weights.npy")) {
    m_layer.columns = kShape.columns;
    m_layer.inputs = readFloats("inputs.npy");
    deriveMoments(m_layer);
  }
  QuantizationReport report(const std::string& scheme, const Settings& settings) const {
    auto result =
        quantizeAndMeasure(*findScheme(scheme), settings, {MatrixView{kShape, m_weights}, &m_layer}, *m_backend, {});
    EXPECT_TRUE(result) << result.error().message;
    return result ? *std::move(result) : QuantizationReport{};
  }
  static double figure(const QuantizedTensor& tensor, std::string_view name) {
    for (const auto& [key, value] : tensor.figures)
      if (key == name) return value;
    return std::nan("");
  }

  std::vector<float> m_weights;
  LayerCalibration m_layer;
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

/// "96339a..." of one digit a code, two where codes have 8 bits.
std::vector<int> codesOf(const std::string& digits, std::size_t width) {
  std::vector<int> codes;
  for (std::size_t at = 0; at < digits.size(); at += width)
    codes.push_back(std::stoi(digits.substr(at, width), nullptr, 16));
  return codes;
}

// The reference factors and sums in float32, in the order of whatever BLAS it runs on: a weight near the middle of two
// codes may go the other way, and the rest of its row with it. With those sums in float64 all codes are equal.
TEST_F(Gptq, HasTheLossAndTheCodesOfTheReference) {
  std::ifstream file(sourcePath("tests/golden/calibration/gptq.json"));
  const auto golden = nlohmann::json::parse(file);
  ASSERT_FALSE(golden["cases"].empty());
  for (const auto& expected : golden["cases"]) {
    SCOPED_TRACE(expected["settings"].dump());
    Settings settings{{"scales", "float32"}};
    for (const auto& [knob, value] : expected["settings"].items()) settings[knob] = value.get<std::string>();
    const QuantizationReport found = report("gptq", settings);
    const double loss = expected["loss"];
    EXPECT_NEAR(figure(found.quantized, "loss"), loss, 1e-4 * loss);
    const double weighted = expected["weightedError"];
    EXPECT_NEAR(found.weightedError.value().relative, weighted, 1e-3 * weighted);
    const std::vector<int> ours(found.quantized.codes.begin(), found.quantized.codes.end());
    const std::size_t width = found.quantized.codeBits == 8 ? 2 : 1;
    EXPECT_EQ(ours, codesOf(expected["pinnedCodes"], width));
    const double pinned = expected["pinnedLoss"];
    EXPECT_NEAR(figure(found.quantized, "loss"), pinned, 1e-6 * pinned);
    const std::vector<int> codes = codesOf(expected["codes"], width);
    ASSERT_EQ(codes.size(), ours.size());
    std::size_t equal = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) equal += codes[i] == ours[i] ? 1 : 0;
    EXPECT_GE(static_cast<double>(equal), 0.995 * static_cast<double>(codes.size()));
  }
}

TEST_F(Gptq, BeatsRoundToNearestWhereInputsAreKnown) {
  const Settings group{{"bits", "4"}, {"granularity", "group"}, {"group", "128"}};
  const double rounded = report("int_symmetric", group).weightedError.value().relative;
  EXPECT_LT(report("gptq", {}).weightedError.value().relative, 0.8 * rounded);
}

TEST_F(Gptq, RestoresTheEndsOfASymmetricRangeHalfAStepOff) {
  // Ranges whose step is 1. 7.5 and -7.5 are ties, to 8, which is one code too many, and to -8; without a weight below
  // zero the step is half as wide, and the codes above the zero point end at 7.
  const LayerCalibration layer = syntheticCalibration(2, 1);
  for (const auto& [weights, expected] : {std::pair{std::vector{-7.5f, 7.5f}, std::vector{-8.0f, 7.0f}},
                                          {std::vector{4.0f, 15.0f}, std::vector{4.0f, 7.0f}}}) {
    const auto result = findScheme("gptq")->quantize({MatrixView{{1, 2}, weights}, &layer}, {}, *m_backend, {});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->restored, expected);
  }
}

TEST_F(Gptq, RaisesTheDampeningWhereTheHessianIsNotDefinite) {
  LayerCalibration layer;
  layer.columns = 2;
  layer.hessian = {1, 1.05, 1.05, 1};  // eigenvalues 2.05 and -0.05
  const std::vector<float> weights{1, 0.5f};
  const auto result = findScheme("gptq")->quantize({MatrixView{{1, 2}, weights}, &layer}, {}, *m_backend, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->warnings, Contains(HasSubstr("damp_percent was raised from 0.01")));
  EXPECT_GT(figure(*result, "dampPercent"), 0.01);
}

TEST_F(Gptq, SetsTheWeightsOfColumnsWithoutInputToZeroAndSaysSo) {
  LayerCalibration layer = m_layer;
  for (std::size_t at = 3; at < layer.inputs.size(); at += kShape.columns) layer.inputs[at] = 0;
  const auto result = findScheme("gptq")->quantize({MatrixView{kShape, m_weights}, &layer}, {}, *m_backend, {});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->warnings, Contains(HasSubstr("1 column had no input other than zero")));
  for (std::size_t at = 3; at < m_weights.size(); at += kShape.columns) EXPECT_EQ(result->restored[at], 0);
}

// Oracle: GPTQModel 7.7.0's own `_fallback_quantize` (make_gptq.py), to the bit.
TEST_F(Gptq, RoundsLayersThatNoInputReachedAsTheReference) {
  std::ifstream file(sourcePath("tests/golden/calibration/gptq.json"));
  const auto golden = nlohmann::json::parse(file);
  ASSERT_EQ(golden["withoutInputs"].size(), 15u);
  LayerCalibration unreached;
  unreached.columns = kShape.columns;
  unreached.isUnreached = true;
  for (const auto& expected : golden["withoutInputs"]) {
    SCOPED_TRACE(expected["settings"].dump());
    Settings settings{{"scales", "float32"}};
    for (const auto& [knob, value] : expected["settings"].items()) settings[knob] = value.get<std::string>();
    const auto found =
        findScheme("gptq")->quantize({MatrixView{kShape, m_weights}, &unreached}, settings, *m_backend, {});
    ASSERT_TRUE(found) << found.error().message;
    std::string scales;
    for (const float scale : found->scales) scales += fmt::format("{:08x}", std::bit_cast<std::uint32_t>(scale));
    EXPECT_EQ(scales, expected["scales"].get<std::string>());
    EXPECT_EQ(found->zeroPoints, expected["zeros"].get<std::vector<std::int32_t>>());
    const std::vector<int> codes = codesOf(expected["codes"], found->codeBits == 8 ? 2 : 1);
    EXPECT_TRUE(std::ranges::equal(codes, found->codes));
    EXPECT_EQ(crc32_z(0, reinterpret_cast<const Bytef*>(found->restored.data()), 4 * found->restored.size()),
              expected["restored"].get<std::uint32_t>());
    EXPECT_THAT(found->warnings, Contains("no inputs reached this layer: it is rounded without them"));
  }
}

TEST_F(Gptq, FallsBackBelowAsManyInputsAsAreAskedFor) {
  const auto rounded = [&](const LayerCalibration& layer, Settings settings) {
    settings.emplace("fallback", "rtn");
    const auto result = findScheme("gptq")->quantize({MatrixView{kShape, m_weights}, &layer}, settings, *m_backend, {});
    EXPECT_TRUE(result) << result.error().message;
    return result && !result->warnings.empty() && result->warnings.back().ends_with("it is rounded without them");
  };
  const std::string vectors = std::to_string(m_layer.kept());
  EXPECT_FALSE(rounded(m_layer, {}));
  EXPECT_FALSE(rounded(m_layer, {{"fallback_tokens", vectors}}));
  EXPECT_TRUE(rounded(m_layer, {{"fallback_tokens", std::to_string(m_layer.kept() + 1)}}));
  LayerCalibration zero;
  zero.columns = kShape.columns;
  zero.hessian.assign(kShape.columns * kShape.columns, 0.0);
  EXPECT_TRUE(rounded(zero, {}));
  zero.hessian[0] = 1;
  EXPECT_FALSE(rounded(zero, {{"fallback_tokens", "1000"}})) << "nobody counted";
  const auto lost = findScheme("gptq")->quantize({MatrixView{kShape, m_weights}, &zero}, {}, *m_backend, {});
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->restored[1], 0) << "as GPTQModel 2.2.0 leaves it";
}

TEST_F(Gptq, SaysWhatToGiveWhereNothingIsKnownOfTheInputs) {
  const auto result = findScheme("gptq")->quantize(MatrixView{kShape, m_weights}, {}, *m_backend, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Unsupported);
  EXPECT_THAT(result.error().message, HasSubstr("--calibration FILE, or --calibration synthetic"));
}

TEST_F(Gptq, FactorsTheInverseOfAHessian) {
  const auto hessian = hessianOf(m_layer, *m_backend, {});
  ASSERT_TRUE(hessian);
  const std::size_t n = kShape.columns;
  const auto factor = upperFactorOfInverse(*hessian, n, *m_backend, {});
  ASSERT_TRUE(factor && *factor);
  const auto u = [&](std::size_t r, std::size_t c) { return double{(**factor)[r * n + c]}; };
  // H U^T U is the identity: as U is upper triangular, H U^T has the inverse of U, which is upper triangular, too.
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t c = 0; c < r; ++c) {
      double sum = 0;
      for (std::size_t k = c; k < n; ++k) sum += (*hessian)[r * n + k] * u(c, k);
      ASSERT_NEAR(sum * u(r, r), 0, 2e-4) << r << ' ' << c;
      ASSERT_EQ(u(r, c), 0);
    }
}

TEST_F(Gptq, WeightsTheErrorAlikeByInputsAndByTheirHessian) {
  const Settings settings{{"bits", "4"}};
  const double byInputs = report("int_symmetric", settings).weightedError.value().relative;
  m_layer.hessian = *hessianOf(m_layer, *m_backend, {});
  const QuantizationReport byHessian = report("int_symmetric", settings);
  EXPECT_EQ(byHessian.weightedError->basis, WeightedBasis::Hessian);
  EXPECT_NEAR(byHessian.weightedError->relative, byInputs, 1e-9 * byInputs);
  EXPECT_NEAR(byHessian.weightedError->decibel, -10 * std::log10(byInputs), 1e-6);
}

}  // namespace
}  // namespace ulpscope
