// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

Json blockOf(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "block");
  arguments.push_back("--json");
  return ulp(arguments).json();
}

TEST(UlpBlock, GivesScaleElementsAndBytes) {
  const Json json = blockOf({"0.1 -0.7 2.5 5.3 7", "--format", "mxfp4", "--scale-mode", "rceil"});
  EXPECT_EQ(json["bitsPerElement"], 4.25);
  EXPECT_EQ(json["tensorScale"], nullptr);
  const Json& block = json["blocks"][0];
  EXPECT_EQ(block["scale"], 2);
  EXPECT_EQ(block["scaleCode"], "0x80");
  EXPECT_EQ(block["largestAt"], 4);
  EXPECT_EQ(block["elements"][4]["code"], "0x6");
  EXPECT_EQ(block["elements"][4]["restored"], 8);
  EXPECT_EQ(json["bytes"][0]["byte"], 0x80);
  EXPECT_EQ(json["bytes"].size(), 17u);
}

TEST(UlpBlock, TakesNumbersAsWordsOrAsOneTextAndCutsThemIntoBlocks) {
  std::vector<std::string> words;
  for (int i = 0; i < 40; ++i) words.push_back(std::to_string(i - 20));
  words.insert(words.end(), {"--format", "mxint8"});
  const Json json = blockOf(words);
  EXPECT_EQ(json["blocks"].size(), 2u);
  EXPECT_EQ(json["blocks"][1]["elements"].size(), 8u);
  EXPECT_EQ(json["blocks"][0]["elements"][0]["input"], -20);
}

TEST(UlpBlock, SharesOneTensorScaleAmongBlocksOfNvfp4) {
  const Json json = blockOf({"2688", "1", "--format", "nvfp4"});
  EXPECT_EQ(json["tensorScale"], 1);
  EXPECT_EQ(json["scaleMode"], "plain");
  EXPECT_EQ(blockOf({"6", "3", "--format", "nvfp4", "--tensor-scale", "1"})["blocks"][0]["scale"], 1);
  const Json chosen = blockOf({"4", "3", "1", "--format", "nvfp4", "--scale-mode", "four_over_six"});
  EXPECT_EQ(chosen["blocks"][0]["usesFour"], true);
}

TEST(UlpBlock, PrintsATableForPeople) {
  const std::string text = ulp({"block", "-0.5 1.2", "--format", "mxfp4", "--layout", "bitsandbytes"}).out;
  EXPECT_THAT(text, HasSubstr("2 numbers in MXFP4, 1 block, scale mode floor"));
  EXPECT_THAT(text, HasSubstr("bytes as in bitsandbytes"));
  EXPECT_THAT(text, HasSubstr("element 0 high, 1 low"));
}

TEST(UlpBlock, RefusesWhatItCannotDo) {
  const auto error = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "block");
    return ulp(arguments).exitCode;
  };
  EXPECT_EQ(error({"1", "--format", "mxfp5"}), 2);
  EXPECT_EQ(error({"1", "--format", "mxfp4", "--scale-mode", "plain"}), 2);
  EXPECT_EQ(error({"1", "--format", "mxfp4", "--layout", "cutlass"}), 2);
  EXPECT_EQ(error({"one", "--format", "mxfp4"}), 2);
  EXPECT_EQ(error({"1", "--format", "mxfp4", "--tensor-scale", "2"}), 2);
  EXPECT_EQ(error({"1", "--format", "nvfp4", "--tensor-scale", "-2"}), 2);
  EXPECT_EQ(error({"1", "--format", "mxint8", "--layout", "ggml"}), 3);
}

TEST(UlpExplain, ShowsAnElementOfABlockWithItsScale) {
  const Json json = ulp({"explain", "-0.7", "--format", "mxfp4", "--scale", "2^-3", "--json"}).json();
  EXPECT_EQ(json["format"], "mxfp4");
  EXPECT_EQ(json["code"], "0xF");
  EXPECT_EQ(json["value"], "-0.75");
  EXPECT_EQ(json["steps"][0]["title"], "Scale");
  EXPECT_EQ(ulp({"explain", "1", "--format", "mxfp4"}).exitCode, 2);
  EXPECT_EQ(ulp({"explain", "1", "--format", "float16", "--scale", "2"}).exitCode, 2);
  EXPECT_EQ(ulp({"explain", "1", "--format", "mxfp4", "--scale", "-2"}).exitCode, 2);
}

}  // namespace
}  // namespace ulpscope::test
