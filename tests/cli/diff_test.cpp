// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

TEST(UlpDiff, FindsACheckpointIdenticalToItself) {
  const Outcome outcome = ulp({"diff", samplePath(), samplePath(), "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json document = outcome.json();
  EXPECT_EQ(document["summary"]["identical"], document["tensors"].size());
  EXPECT_EQ(document["summary"]["changed"], 0);
  EXPECT_TRUE(document["tensors"][0]["metrics"].is_null());
  const Outcome text = ulp({"diff", samplePath(), samplePath()});
  EXPECT_EQ(text.out, std::to_string(document["tensors"].size()) + " identical\n");
}

TEST(UlpDiff, RenamesAndRefusesWhatIsNoRule) {
  const Outcome renamed = ulp({"diff", samplePath(), samplePath(), "--rename", "model.*=*", "--json"});
  ASSERT_EQ(renamed.exitCode, 0) << renamed.err;
  EXPECT_EQ(renamed.json()["summary"]["missing"], renamed.json()["summary"]["extra"]);
  EXPECT_GT(renamed.json()["summary"]["missing"], 0);
  const Outcome refused = ulp({"diff", samplePath(), samplePath(), "--rename", "model"});
  EXPECT_EQ(refused.exitCode, 2);
  EXPECT_NE(refused.err.find("FROM=TO"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace ulpscope::test
