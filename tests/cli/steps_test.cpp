// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

TEST(UlpSteps, ListsItsBoardsAndShowsEach) {
  const Json boards = ulp({"steps", "--json"}).json();
  EXPECT_GE(boards.size(), 6u);
  for (const Json& listed : boards) {
    const std::string id = listed["id"];
    EXPECT_THAT(ulp({"steps"}).out, HasSubstr(id));
    for (std::size_t i = 1; i <= listed["examples"].size(); ++i) {
      const Json board = ulp({"steps", id, "--example", std::to_string(i), "--json"}).json();
      EXPECT_EQ(board["id"], id);
      EXPECT_GE(board["steps"].size(), 5u) << id;
      for (const Json& step : board["steps"])
        for (const char* key : {"title", "text", "grids"}) EXPECT_TRUE(step.contains(key)) << id;
    }
  }
}

TEST(UlpSteps, PrintsTheArithmeticOfEachStep) {
  const std::string out = ulp({"steps", "absmax"}).out;
  for (const char* part :
       {"1 The largest magnitude\n", "127 / 3.7 = 34.3243.", "72.0811   106.4054", "72i  106i  86i  127i  113i",
        "2.0976  3.0882  2.5055  3.7000  3.2921", "i held as an integer"})
    EXPECT_THAT(out, HasSubstr(part));
}

TEST(UlpSteps, TakesNumbersAndSmallTensors) {
  const Json pasted = ulp({"steps", "absmax", "--values", "1, -4; 2 0.5", "--json"}).json();
  EXPECT_EQ(pasted["steps"][3]["grids"][0]["values"], Json::parse("[[32.0, -127.0], [64.0, 16.0]]"));
  EXPECT_EQ(pasted["steps"][3]["grids"][0]["marks"][0][0], "integer");
  const Json gptq = ulp({"steps", "gptq", "--values", "0.9 -0.5", "--inputs", "1 0.9; -0.6 -0.4", "--json"}).json();
  EXPECT_EQ(gptq["steps"][1]["grids"][0]["values"].size(), 2u);  // H

  const TemporaryFolder folder;
  const auto path = folder.path() / "five.npy";
  writeFloats(path, {2.1F, 3.1F, 2.5F, 3.7F, 3.3F});
  const Json listed = ulp({"inspect", path.string(), "--json"}).json();
  const std::string name = listed["tensors"][0]["name"];
  const Json tensor = ulp({"steps", "absmax", path.string(), name, "--json"}).json();
  EXPECT_EQ(tensor["steps"], ulp({"steps", "absmax", "--json"}).json()["steps"]);
}

TEST(UlpSteps, SaysWhatItCannotShow) {
  const auto refused = [](const std::vector<std::string>& arguments, int exitCode, const char* why) {
    const Outcome outcome = ulp(arguments);
    EXPECT_EQ(outcome.exitCode, exitCode) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_EQ(outcome.out, "");
  };
  refused({"steps", "other"}, 2, "a board expected (absmax, affine");
  refused({"steps", "absmax", "--values", "1 x"}, 2, "--values: ");
  refused({"steps", "absmax", "--values", "1 x"}, 2, "found x in row 1");
  refused({"steps", "absmax", "--values", "1 2; 3"}, 2, "rows of equal length expected");
  refused({"steps", "absmax", "--values", "1", "--example", "1"}, 2, "one of PATH TENSOR, --values and --example");
  refused({"steps", "absmax", "--inputs", "1"}, 2, "absmax looks at no inputs");
  refused({"steps", "absmax", "--example", "9"}, 2, "takes 1 to 2, found 9");
  refused({"steps", "gptq", "--values", "1 2", "--inputs", "1 2 3"}, 2, "inputs of 2 columns expected");
  refused({"steps", "absmax", samplePath()}, 2, "ID PATH TENSOR expected");
  const std::string large = ulp({"inspect", samplePath(), "--json"}).json()["tensors"][0]["name"];
  refused({"steps", "absmax", samplePath(), large}, 1, "a tensor of at most 64 weights expected");
}

}  // namespace
}  // namespace ulpscope::test
