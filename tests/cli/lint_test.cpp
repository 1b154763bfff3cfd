// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

class UlpLint : public testing::Test {
 protected:
  UlpLint() {
    SafetensorsBuilder builder;
    std::vector<float> values(64, 0.5F);
    values[9] = std::numeric_limits<float>::quiet_NaN();
    builder.add("w", "F32", {8, 8}, bytesOf(values));
    builder.add("evil\\u001b[2J", "F32", {8, 8}, bytesOf(std::vector<float>(64)));
    m_path = m_folder.write("m.safetensors", builder.bytes());
  }

  TemporaryFolder m_folder;
  std::string m_path;
};

TEST_F(UlpLint, PrintsALineAFindingWorstFirst) {
  const Outcome outcome = ulp({"lint", m_path});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "error    w: 1 of 64 elements is NaN; the first is [1, 1]. (not_finite)\n"
            "warning  evil\\x1B[2J: All 64 elements are zero. (zero_tensor)\n"
            "note     w: Rows of 8 weights are not divisible by 32: none of GGUF's block types takes it "
            "(and 1 more tensor). (row_not_multiple_of_block)\n"
            "1 error, 1 warning, 1 note\n");
}

TEST_F(UlpLint, WritesTheSameAsJson) {
  const Json json = ulp({"lint", m_path, "--json"}).json();
  ASSERT_EQ(json["findings"].size(), 3u);
  EXPECT_EQ(json["findings"][0]["rule"], "not_finite");
  EXPECT_EQ(json["findings"][0]["severity"], "error");
  EXPECT_EQ(json["findings"][0]["tensor"], "w");
  EXPECT_EQ(json["findings"][0]["element"], 9);
  EXPECT_EQ(json["findings"][1]["tensor"], "evil\x1B[2J");
  EXPECT_TRUE(json["findings"][2]["element"].is_null());
  EXPECT_EQ(json["summary"], (Json{{"error", 1}, {"warning", 1}, {"note", 1}}));
}

TEST_F(UlpLint, TakesSingleRulesAndHeadersAlone) {
  EXPECT_EQ(ulp({"lint", m_path, "--rule", "dead_rows", "--rule", "super_weight"}).out, "nothing found\n");
  const Json headers = ulp({"lint", m_path, "--headers", "--json"}).json();
  EXPECT_EQ(headers["findings"].size(), 1u);
  const Outcome unknown = ulp({"lint", m_path, "--rule", "nothing"});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_THAT(unknown.err, HasSubstr("not_finite, "));
  const Outcome unread = ulp({"lint", m_path, "--headers", "--rule", "not_finite"});
  EXPECT_EQ(unread.exitCode, 2);
  EXPECT_THAT(unread.err, HasSubstr("--headers"));
}

TEST_F(UlpLint, FindsNoErrorInTheSampleAndNamesBytesBehindADamagedFile) {
  const Json sample = ulp({"lint", samplePath(), "--json"}).json();
  EXPECT_EQ(sample["summary"]["error"], 0);
  const auto path = m_folder.write("tail.safetensors", TemporaryFolder::read(m_path) + "tail");
  EXPECT_EQ(ulp({"lint", path}).exitCode, 1);
  const Json damaged = ulp({"lint", path, "--allow-damaged", "--rule", "trailing_bytes", "--json"}).json();
  ASSERT_EQ(damaged["findings"].size(), 1u);
  EXPECT_TRUE(damaged["findings"][0]["tensor"].is_null());
}

}  // namespace
}  // namespace ulpscope::test
