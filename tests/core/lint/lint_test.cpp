// SPDX-License-Identifier: Apache-2.0
#include "core/lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "core/backend/backend.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using test::LintSample;
using testing::HasSubstr;

std::vector<LintFinding> lint(const Checkpoint& checkpoint, const LintOptions& options = {}) {
  const auto backend = makeReferenceBackend();
  auto findings = lintCheckpoint(checkpoint, *backend, {}, options);
  if (!findings) throw std::runtime_error(describe(findings.error()));
  return std::move(*findings);
}

std::vector<LintFinding> ofRule(const std::vector<LintFinding>& findings, std::string_view rule) {
  std::vector<LintFinding> own;
  std::ranges::copy_if(findings, std::back_inserter(own),
                       [&](const LintFinding& finding) { return finding.rule == rule; });
  return own;
}

TEST(LintRules, SayWhatTheyAreAboutAndHaveASampleEach) {
  std::set<std::string_view> ids;
  for (const LintRule* rule : lintRules()) {
    EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
    EXPECT_EQ(findLintRule(rule->id), rule);
    EXPECT_FALSE(rule->title.empty()) << rule->id;
    EXPECT_TRUE(rule->advice.ends_with('.')) << rule->id;
    EXPECT_TRUE(
        std::ranges::any_of(test::lintSamples(), [&](const LintSample& sample) { return sample.rule == rule->id; }))
        << "no file triggers " << rule->id;
  }
  for (const LintSample& sample : test::lintSamples()) EXPECT_TRUE(findLintRule(sample.rule)) << sample.rule;
  EXPECT_EQ(findLintRule("nothing"), nullptr);
}

TEST(LintRules, AreDocumentedInTheirOwnWords) {
  const std::string page = test::TemporaryFolder::read(sourcePath("docs/cli.md"));
  for (const LintRule* rule : lintRules()) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(rule->id) + "` | "));
    EXPECT_THAT(page, HasSubstr(" | " + std::string(rule->advice) + " |"));
  }
}

class EveryLintSample : public testing::TestWithParam<LintSample> {};

TEST_P(EveryLintSample, IsFoundWhereItIsAndNowhereElse) {
  const LintSample& sample = GetParam();
  const auto findings = ofRule(lint(sample.faulty, {.calibration = sample.calibration}), sample.rule);
  ASSERT_EQ(findings.size(), 1u);
  const LintFinding& finding = findings[0];
  EXPECT_THAT(finding.message, HasSubstr(sample.message));
  EXPECT_TRUE(finding.message.ends_with('.')) << finding.message;
  EXPECT_EQ(finding.tensor ? sample.faulty.tensors[*finding.tensor].name : "", sample.tensor);
  if (finding.element) {
    EXPECT_LT(*finding.element, sample.faulty.tensors[*finding.tensor].elements);
  }
  EXPECT_GT(finding.weight, 0);
  const auto others = ofRule(lint(sample.sound, {.calibration = sample.soundCalibration}), sample.rule);
  for (const LintFinding& other : others) ADD_FAILURE() << other.message;
}

TEST_P(EveryLintSample, IsFoundByItsRuleAloneAndWithoutValuesIfItNeedsNone) {
  const LintSample& sample = GetParam();
  const LintRule& rule = *findLintRule(sample.rule);
  const auto alone = lint(sample.faulty, {.rules = {&rule}, .calibration = sample.calibration});
  const auto among = ofRule(lint(sample.faulty, {.calibration = sample.calibration}), sample.rule);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].message, among[0].message);
  EXPECT_EQ(alone[0].element, among[0].element);
  for (const LintFinding& finding : lint(sample.faulty, {.headersOnly = true}))
    EXPECT_FALSE(finding.element) << finding.rule << ": " << finding.message;
}

INSTANTIATE_TEST_SUITE_P(Lint, EveryLintSample, testing::ValuesIn(test::lintSamples()),
                         [](const auto& each) { return each.param.rule + "_" + each.param.name; });

constexpr std::size_t kRows = 256, kColumns = 320;
constexpr float kDeviation = 0.02F;

/// All faults in one tensor: a NaN, an Inf, a dead row, a super weight of 40 deviations, and a column 20 times the
/// rest, whose elements are larger than the super weight.
std::vector<float> planted() {
  std::vector<float> values = test::normals(kRows * kColumns, kDeviation);
  for (std::size_t row = 0; row < kRows; ++row) values[row * kColumns + 20] *= 20;
  std::fill_n(values.begin() + 50 * kColumns, kColumns, 0.0F);
  values[7 * kColumns + 11] = 40 * kDeviation;
  values[3 * kColumns + 5] = std::numeric_limits<float>::quiet_NaN();
  values[100 * kColumns + 200] = std::numeric_limits<float>::infinity();
  return values;
}

class PlantedFaults : public testing::TestWithParam<std::string> {};

TEST_P(PlantedFaults, AreAllFoundAndRanked) {
  const std::vector<float> values = planted();
  const bool isWide = GetParam() == "F32";
  const auto findings = lint(test::openedWith(
      test::SafetensorsBuilder()
          .add("w", GetParam(), {kRows, kColumns}, isWide ? test::bytesOf(values) : test::bfloatsOf(values))
          .bytes()));
  EXPECT_TRUE(std::ranges::is_sorted(findings, {}, &LintFinding::severity));
  std::map<std::string, std::uint64_t> elements;
  for (const LintFinding& finding : findings)
    if (finding.element)
      elements.emplace(std::string(finding.rule) + (finding.message.find("NaN") != std::string::npos ? " NaN" : ""),
                       *finding.element);
  std::size_t largest = 20;  // of the large column
  for (std::size_t row = 0; row < kRows; ++row)
    if (std::fabs(values[row * kColumns + 20]) > std::fabs(values[largest])) largest = row * kColumns + 20;
  EXPECT_GT(std::fabs(values[largest]), 40 * kDeviation);
  EXPECT_EQ(elements, (std::map<std::string, std::uint64_t>{{"not_finite NaN", 3 * kColumns + 5},
                                                            {"not_finite", 100 * kColumns + 200},
                                                            {"super_weight", 7 * kColumns + 11},
                                                            {"extreme_column", largest},
                                                            {"dead_rows", 50 * kColumns}}));
}

INSTANTIATE_TEST_SUITE_P(Lint, PlantedFaults, testing::Values("F32", "BF16"),
                         [](const auto& each) { return each.param; });

TEST(Lint, DoesNotTakeARowOfNothingButNanForADeadOne) {
  std::vector<float> values = test::normals(8 * 16, 1);
  std::fill_n(values.begin() + 32, 16, std::numeric_limits<float>::quiet_NaN());
  const auto findings =
      lint(test::openedWith(test::SafetensorsBuilder().add("w", "F32", {8, 16}, test::bytesOf(values)).bytes()));
  EXPECT_TRUE(ofRule(findings, "dead_rows").empty());
  EXPECT_EQ(ofRule(findings, "not_finite").size(), 1u);
}

TEST(Lint, RanksBySeverityThenWeight) {
  std::vector<float> one = test::normals(64, 1), three = one;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  one[5] = three[6] = three[7] = three[8] = nan;
  const auto findings = lint(test::openedWith(test::SafetensorsBuilder()
                                                  .add("zero", "F32", {8, 8}, test::bytesOf(std::vector<float>(64)))
                                                  .add("one", "F32", {8, 8}, test::bytesOf(one))
                                                  .add("three", "F32", {8, 8}, test::bytesOf(three))
                                                  .bytes()));
  std::vector<std::string_view> rules;
  for (const LintFinding& finding : findings) rules.push_back(finding.rule);
  EXPECT_THAT(rules, testing::ElementsAre("not_finite", "not_finite", "zero_tensor", "row_not_multiple_of_block"));
  EXPECT_EQ(findings[0].tensor, 2u);
  EXPECT_EQ(findings[1].tensor, 1u);
}

TEST(Lint, FindsNoErrorInTheBundledSampleAndReadsItOnce) {
  const auto checkpoint = openCheckpoint(sourcePath("resources/samples/tiny-lm")).value();
  const auto backend = makeReferenceBackend();
  Progress progress;
  const auto findings = lintCheckpoint(*checkpoint, *backend, {{}, &progress});
  ASSERT_TRUE(findings);
  for (const LintFinding& finding : *findings) EXPECT_NE(finding.severity, Severity::Error) << finding.message;
  EXPECT_EQ(progress.done(), checkpoint->totalBytes());
  EXPECT_EQ(progress.total(), checkpoint->totalBytes());
}

TEST(Lint, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto backend = makeReferenceBackend();
  const auto findings = lintCheckpoint(test::lintSamples()[0].faulty, *backend, JobContext{stop.get_token(), nullptr});
  ASSERT_FALSE(findings);
  EXPECT_EQ(findings.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
