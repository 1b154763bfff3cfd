// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/error_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "core/backend/backend.h"
#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const std::unique_ptr<Backend> kBackend = makeReferenceBackend();

TEST(ErrorLines, AreTheRootMeanSquaresOfRowsAndColumns) {
  const std::vector<float> zeros(6);
  const std::vector<float> errors{3, -4, 0, 0, 12, kNan};
  const MatrixView input{{2, 3}, zeros};
  EXPECT_THAT(rowErrors(input, errors, *kBackend), testing::ElementsAre(std::sqrt(25.0 / 3), std::sqrt(144.0 / 2)));
  EXPECT_THAT(columnErrors(input, errors, *kBackend),
              testing::ElementsAre(std::sqrt(9.0 / 2), std::sqrt(160.0 / 2), 0));
  const std::vector<float> lost(6, kNan);
  EXPECT_TRUE(std::isnan(rowErrors(input, lost, *kBackend).front()));
  EXPECT_TRUE(rowErrors({{0, 3}, {}}, {}, *kBackend).empty());
}

/// One block after the other, each looked for in all elements.
void expectByDefinition(const MatrixView& input, std::span<const float> restored, const ScaleBlocks& blocks,
                        const BlockErrors& errors) {
  std::map<std::uint64_t, std::vector<std::uint64_t>> members;
  for (std::uint64_t i = 0; i < restored.size(); ++i) members[blocks.of(i)].push_back(i);
  ASSERT_EQ(members.size(), blocks.count) << "every block has elements";
  ASSERT_EQ(errors.rmse.size(), blocks.count);
  for (const auto& [block, elements] : members) {
    double squares = 0;
    std::uint64_t worst = elements.front();
    const auto errorOf = [&](std::uint64_t i) { return double{restored[i]} - double{input.values[i]}; };
    for (const std::uint64_t i : elements) {
      squares += errorOf(i) * errorOf(i);
      if (std::fabs(errorOf(i)) > std::fabs(errorOf(worst))) worst = i;
    }
    EXPECT_NEAR(errors.rmse[block], std::sqrt(squares / static_cast<double>(elements.size())), 1e-12) << block;
    EXPECT_EQ(errors.first[block], elements.front());
    EXPECT_EQ(errors.worst[block], worst);
  }
}

TEST(ErrorLines, CutBlocksAsTheSchemeDoes) {
  // More elements than a thread is given at once, so that blocks lie across the seam.
  constexpr MatrixShape kShape{512, 600};
  std::vector<float> values(kShape.rows * kShape.columns);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (float& value : values) value = normal(random);
  const MatrixView input{kShape, values};
  const LayerCalibration layer = syntheticCalibration(kShape.columns, 1);
  const std::pair<const char*, Settings> cases[] = {
      {"int_symmetric", {{"granularity", "group"}, {"group", "100"}}},  // rows of whole groups
      {"int_symmetric", {{"granularity", "group"}, {"group", "128"}}},  // and with a short one at their ends
      {"int_symmetric", {{"granularity", "column"}}},
      {"int_symmetric", {{"granularity", "tensor"}}},
      {"bnb_nf4", {{"blocksize", "4096"}}},  // across the ends of rows
      {"fp8_block128", {}},                  // tiles
      {"hqq", {{"axis", "0"}, {"optimize", "no"}}},
      {"smoothquant", {}},
  };
  for (const auto& [id, settings] : cases) {
    SCOPED_TRACE(id);
    const Scheme& scheme = *findScheme(id);
    const auto result = scheme.quantize({input, &layer}, settings, *kBackend, {});
    ASSERT_TRUE(result) << result.error().message;
    const auto blocks = scheme.scaleBlocks(*result, settings);
    ASSERT_TRUE(blocks);
    expectByDefinition(input, result->restored, *blocks, blockErrors(input, result->restored, *blocks, *kBackend));
  }
}

TEST(ErrorLines, PassOverErrorsThatAreNotFinite) {
  const std::vector<float> values{1, kNan, 3, 4};
  const std::vector<float> restored{1.5f, 0, kNan, 4};
  const ScaleBlocks pairs{.count = 2, .of = [](std::uint64_t i) { return i / 2; }, .value = {}};
  const BlockErrors errors = blockErrors({{1, 4}, values}, restored, pairs, *kBackend);
  EXPECT_EQ(errors.rmse[0], 0.5);
  EXPECT_EQ(errors.rmse[1], 0);
  EXPECT_EQ(errors.worst[1], 3u);
  const ScaleBlocks ones{.count = 4, .of = [](std::uint64_t i) { return i; }, .value = {}};
  const BlockErrors alone = blockErrors({{1, 4}, values}, restored, ones, *kBackend);
  EXPECT_TRUE(std::isnan(alone.rmse[1]));
  EXPECT_EQ(alone.worst[1], 1u);
}

}  // namespace
}  // namespace ulpscope
