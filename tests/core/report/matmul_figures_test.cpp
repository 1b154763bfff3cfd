// SPDX-License-Identifier: Apache-2.0
// Pictures of matrix products with what a device measured (tests/core/matmul/modelled_device.h).
#include "core/report/matmul_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/matmul/modelled_device.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> namesOf(const Figure& figure) {
  std::vector<std::string> names;
  for (const Series& series : figure.series) names.push_back(series.name);
  return names;
}

TEST(MatmulFigures, DrawWhatIsMeasuredBesideItsModelInTheSameColour) {
  const DriftSettings settings{.engines = {*parseEngine("fma@float32"), *parseEngine("h100@float16")},
                               .measures = true};
  const DenseMatrix a = randomMatrix(4, 100, Distribution::Uniform, 1);
  const DenseMatrix b = randomMatrix(4, 100, Distribution::Uniform, 2);
  const auto curve =
      measureDriftCurve(settings, a, b, *test::backendWithDevice({.order = {KOrder::Kind::Promote, 32}}), {});
  ASSERT_TRUE(curve);
  const Figure errors = driftFigure(settings.engines, curve->points, 0);
  EXPECT_THAT(namesOf(errors), ElementsAre("FP32 FMA chain", "FP16 H100 wgmma", "FP32 measured", "FP16 measured",
                                           "bound", "probable bound"));
  EXPECT_EQ(errors.series[2].colourOf, 0U);
  EXPECT_EQ(errors.series[3].colourOf, 1U);
  EXPECT_EQ(errors.series[2].y, errors.series[0].y) << "a chain, as the model";
  EXPECT_EQ(errors.series[3].x.size(), curve->points.size());
  EXPECT_EQ(errors.series[3].y.front(), errors.series[1].y.front()) << "K = 16";
  EXPECT_NE(errors.series[3].y.back(), errors.series[1].y.back()) << "K = 100, promoted every 32";

  const Figure ulps = ulpFigure(curve->whole.series, curve->whole.reference, curve->whole.measured);
  EXPECT_THAT(namesOf(ulps), ElementsAre("FP32 FMA chain", "FP16 H100 wgmma", "FP32 measured", "FP16 measured"));
  EXPECT_EQ(ulps.series[2].y, ulps.series[0].y);
  EXPECT_EQ(ulps.series[3].colourOf, 1U);
}

TEST(MatmulFigures, TellMeasuredLinesApartInFiles) {
  Figure figure{.series = {{.name = "model", .x = {0, 1}, .y = {1, 2}},
                           {.name = "other", .x = {0, 1}, .y = {2, 3}},
                           {.name = "measured", .x = {0, 1}, .y = {1, 2}, .colourOf = 0},
                           {.name = "third", .x = {0, 1}, .y = {3, 3}}}};
  const std::string with = toSvg(figure);
  EXPECT_THAT(with, HasSubstr("r=\"4\" fill=\"none\""));
  figure.series.erase(figure.series.begin() + 2);
  const std::string without = toSvg(figure);
  const auto lineOf = [](const std::string& svg, std::string_view name) {
    const std::size_t path = svg.rfind("<path", svg.find(name));
    return svg.substr(path, svg.find('\n', path) - path);
  };
  EXPECT_EQ(lineOf(with, ">third<"), lineOf(without, ">third<")) << "it takes no colour from the others";
}

}  // namespace
}  // namespace ulpscope
