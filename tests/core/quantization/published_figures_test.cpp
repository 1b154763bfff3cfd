// SPDX-License-Identifier: Apache-2.0
// Signal to noise of 4,194,304 weights of N(0, 0.02^2) in 4,096 columns (std::mt19937 with seed 1 and libstdc++'s
// std::normal_distribution<float>), and of the same with one weight in a thousand times 20: figures of an earlier
// program of other hands, to be met within 0.02 dB.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/analysis/error_metrics.h"
#include "core/backend/backend.h"
#include "core/quantization/scheme.h"

namespace ulpscope {
namespace {

constexpr MatrixShape kShape{1024, 4096};

const std::vector<float>& cleanWeights() {
  static const std::vector<float> all = [] {
    std::vector<float> values(kShape.rows * kShape.columns);
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0, 0.02f);
    std::ranges::generate(values, [&] { return normal(generator); });
    return values;
  }();
  return all;
}

const std::vector<float>& weightsWithOutliers() {
  static const std::vector<float> all = [] {
    std::vector<float> values = cleanWeights();
    std::mt19937 chooser(7);
    for (float& value : values)
      if (chooser() % 1000 == 0) value *= 20;
    return values;
  }();
  return all;
}

struct Figure {
  std::string scheme;
  Settings settings;
  double clean;
  double withOutliers = 0;  ///< 0: not published
};

std::ostream& operator<<(std::ostream& out, const Figure& figure) {
  out << figure.scheme;
  for (const auto& [knob, value] : figure.settings) out << ' ' << knob << '=' << value;
  return out;
}

std::vector<Figure> figures() {
  const auto integer = [](const char* scheme, const char* group) -> Settings {
    Settings settings{{"bits", "4"}, {"granularity", "group"}, {"group", group}};
    if (std::string_view(scheme) == "int_symmetric") settings["divisor"] = "half_range";
    return settings;
  };
  return {
      {"int8_row", {}, 41.24, 24.64},
      {"int8_row", {{"reference", "compressed-tensors"}}, 41.27},
      {"int8_row", {{"reference", "eetq"}}, 41.30},
      {"bnb_nf4", {}, 20.73, 18.20},
      {"bnb_nf4", {{"double_quantization", "yes"}}, 20.73},
      {"bnb_fp4", {}, 18.28},
      {"bnb_dynamic8", {{"blocksize", "64"}}, 40.44, 40.60},
      {"bnb_dynamic8", {{"blocksize", "256"}}, 39.31},
      {"bnb_dynamic8", {{"blocksize", "2048"}}, 38.08},
      {"bnb_dynamic8", {{"blocksize", "4096"}}, 37.75, 33.88},
      {"q4_0", {}, 21.32, 18.92},
      {"q4_1", {}, 22.13, 20.90},
      {"q8_0", {}, 45.43, 41.83},
      {"int_symmetric", integer("int_symmetric", "128"), 19.12, 13.75},
      {"int_symmetric", integer("int_symmetric", "32"), 20.47},
      {"int_affine", integer("int_affine", "128"), 19.96},
      {"int_affine", integer("int_affine", "32"), 21.86, 20.82},
      {"mxfp4", {{"scale_mode", "floor"}}, 18.86, 17.21},
      {"mxfp4", {{"scale_mode", "even"}}, 19.01, 17.47},
      {"mxfp4", {{"scale_mode", "rceil"}}, 18.52, 16.97},
      {"mxfp8_e4m3", {{"scale_mode", "floor"}}, 30.67},
      {"mxfp8_e4m3", {{"scale_mode", "rceil"}}, 31.53},
      {"nvfp4", {}, 20.44, 20.59},
      {"fp8_row", {}, 31.54, 32.32},
      {"fbgemm_fused8", {}, 41.69, 27.26},
      {"gemmlowp", {}, 38.71, 17.80},
  };
}

double signalToNoise(const Figure& figure, const std::vector<float>& weights) {
  const Scheme* scheme = findScheme(figure.scheme);
  if (!scheme) return 0;
  const auto result = scheme->quantize(MatrixView{kShape, weights}, figure.settings, *makeReferenceBackend(), {});
  EXPECT_TRUE(result) << result.error().message;
  return result ? measureError(weights, result->restored).signalToNoiseDb : 0;
}

TEST(PublishedFigures, ComeOut) {
  for (const Figure& figure : figures()) {
    EXPECT_NEAR(signalToNoise(figure, cleanWeights()), figure.clean, 0.02) << figure;
    if (figure.withOutliers != 0) {
      EXPECT_NEAR(signalToNoise(figure, weightsWithOutliers()), figure.withOutliers, 0.02) << figure;
    }
  }
}

TEST(PublishedFigures, TurnTheRankingRoundWhenOutliersAreInjected) {
  const auto lead = [](const Figure& first, const Figure& second, const std::vector<float>& weights) {
    return signalToNoise(first, weights) - signalToNoise(second, weights);
  };
  const Figure int8{"int8_row", {}, 0}, fp8{"fp8_row", {}, 0}, nf4{"bnb_nf4", {}, 0}, nvfp4{"nvfp4", {}, 0};
  EXPECT_NEAR(lead(int8, fp8, cleanWeights()), 9.7, 0.05);
  EXPECT_NEAR(lead(int8, fp8, weightsWithOutliers()), -7.7, 0.05);
  EXPECT_GT(lead(nf4, nvfp4, cleanWeights()), 0.2);
  EXPECT_LT(lead(nf4, nvfp4, weightsWithOutliers()), -2);
}

}  // namespace
}  // namespace ulpscope
