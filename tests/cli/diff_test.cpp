// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

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

TEST(UlpDiff, TellsWhatEachTypeLosesWhatLosesMostFirst) {
  const std::string original = sourcePath("tests/golden/checkpoints/bitsandbytes/fp4");
  const std::string published = sourcePath("tests/golden/checkpoints/bitsandbytes/nf4");
  const TemporaryFolder folder;
  const Outcome outcome = ulp({"diff", original, published, "--rivals", "--calibration", "synthetic", "--csv",
                               folder / "errors.csv", "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json errors = outcome.json()["errors"];
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_GT(errors[0]["weightedError"]["relative"], errors[1]["weightedError"]["relative"]);
  EXPECT_EQ(errors[0]["type"], "bnb NF4");
  EXPECT_TRUE(errors[0]["rival"].contains("scheme"));
  EXPECT_LE(errors[0]["rival"]["bitsPerWeight"].get<double>(), errors[0]["bitsPerWeight"].get<double>() + 1e-9);
  EXPECT_EQ(outcome.json()["types"][0]["tensors"], 2);
  EXPECT_EQ(outcome.json()["tensors"].size(), 3u) << "all of them are listed as before";
  const std::string csv = TemporaryFolder::read(folder / "errors.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
  const Outcome text = ulp({"diff", original, published, "--errors"});
  EXPECT_NE(text.out.find("SNR dB"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("output lost"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("1 identical, 2 dtype"), std::string::npos) << text.out;
  EXPECT_EQ(ulp({"diff", original, published, "--csv", folder / "errors.csv"}).exitCode, 2) << "it is there already";
}

}  // namespace
}  // namespace ulpscope::test
