// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <limits>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

const std::string kSchemes = "int8_row,bnb_nf4,q8_0";

Outcome scan(const std::string& output, std::vector<std::string> more = {},
             std::optional<Interruption> interruption = {}) {
  std::vector<std::string> arguments{"scan", samplePath(), "--schemes", kSchemes, "-o", output, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ulp(arguments, interruption);
}

TEST(UlpSchemes, DescribesKnobsAsDataWithTheKeysOfTheContract) {
  const Json schemes = ulp({"schemes", "--json"}).json();
  EXPECT_GE(schemes.size(), 8u);
  for (const Json& scheme : schemes) {
    for (const char* key : {"id", "name", "family", "reference", "parameters", "bitsPerWeight"})
      EXPECT_TRUE(scheme.contains(key)) << key;
    for (const Json& parameter : scheme["parameters"])
      for (const char* key : {"id", "title", "type", "default", "choices", "min", "max"})
        EXPECT_TRUE(parameter.contains(key)) << scheme["id"] << " " << key;
  }
  const Json smooth = ulp({"schemes", "smoothquant", "--json"}).json()[0]["parameters"][0];
  EXPECT_EQ(smooth, Json({{"id", "alpha"},
                          {"title", smooth["title"]},
                          {"help", smooth["help"]},
                          {"type", "decimal"},
                          {"default", 0.5},
                          {"choices", Json::array()},
                          {"min", 0.0},
                          {"max", 1.0}}));
  EXPECT_THAT(ulp({"schemes", "gptq"}).out, HasSubstr("--set damp_percent=0.01   (0.0001 to 0.9999)"));
  EXPECT_EQ(ulp({"schemes", "bnb_nf4", "--json"}).json()[0]["bitsPerWeight"], 4.5);
  EXPECT_EQ(ulp({"schemes", "q8_0", "--json"}).json()[0]["bitsPerWeight"], 8.5);
}

TEST(UlpScan, MeasuresEveryTensorInEveryScheme) {
  const Json json = ulp({"scan", samplePath(), "--schemes", kSchemes, "--json"}).json();
  EXPECT_EQ(json["tensors"].size(), 30u);
  for (const Json& tensor : json["tensors"])
    for (const char* scheme : {"int8_row", "bnb_nf4", "q8_0"}) {
      ASSERT_TRUE(tensor["schemes"].contains(scheme)) << tensor["name"];
      EXPECT_GT(tensor["schemes"][scheme]["metrics"]["signalToNoiseDb"].get<double>(), 15) << tensor["name"];
      EXPECT_TRUE(tensor["schemes"][scheme].contains("bitsPerWeight"));
    }
  EXPECT_EQ(json["totals"]["tensors"], 30);
  EXPECT_EQ(json["totals"]["schemes"]["bnb_nf4"]["bitsPerWeight"], 4.5);
}

TEST(UlpScan, TakesOnlyTheTensorsThatMatch) {
  const Json json = ulp({"scan", samplePath(), "--schemes", "q8_0", "--tensor", "*layernorm.weight", "--json"}).json();
  EXPECT_EQ(json["tensors"].size(), 6u);
  EXPECT_EQ(ulp({"scan", samplePath(), "--tensor", "nothing*"}).exitCode, 1);
}

TEST(UlpScan, MergedShardsEqualOneScanToTheByteWhateverTheirOrder) {
  const TemporaryFolder folder;
  ASSERT_EQ(scan(folder / "whole.json").exitCode, 0);
  for (const char* part : {"0", "1", "2"})
    ASSERT_EQ(scan(folder / (std::string(part) + ".json"), {"--shard", std::string(part) + "/3"}).exitCode, 0);
  ASSERT_EQ(
      ulp({"merge", folder / "2.json", folder / "0.json", folder / "1.json", "-o", folder / "merged.json"}).exitCode,
      0);
  EXPECT_EQ(TemporaryFolder::read(folder / "merged.json"), TemporaryFolder::read(folder / "whole.json"));
}

TEST(UlpScan, GoesOnWhereTheFileStopsAndKeepsWhatIsInIt) {
  const TemporaryFolder folder;
  const auto file = folder / "scan.json";
  ASSERT_EQ(scan(file).exitCode, 0);
  Json half = Json::parse(TemporaryFolder::read(file));
  const std::string whole = TemporaryFolder::read(file);
  // A mark in a finished tensor shows that it was kept, not computed again.
  while (half["tensors"].size() > 12) half["tensors"].erase(half["tensors"].size() - 1);
  half["tensors"][3]["schemes"]["q8_0"]["metrics"]["maxAt"] = 4242;
  folder.write("scan.json", half.dump());
  const Outcome outcome = scan(file);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json gone = outcome.json();
  EXPECT_EQ(gone["tensors"].size(), 30u);
  EXPECT_EQ(gone["tensors"][3]["schemes"]["q8_0"]["metrics"]["maxAt"], 4242);
  EXPECT_EQ(gone["complete"], true);
  ASSERT_EQ(scan(file, {"--force"}).exitCode, 0);
  EXPECT_EQ(TemporaryFolder::read(file), whole);
}

TEST(UlpScan, RefusesToGoOnWithTheFileOfAnotherScanOrNoScan) {
  const TemporaryFolder folder;
  ASSERT_EQ(scan(folder / "scan.json").exitCode, 0);
  const std::string before = TemporaryFolder::read(folder / "scan.json");
  EXPECT_EQ(ulp({"scan", samplePath(), "--schemes", "q4_0", "-o", folder / "scan.json"}).exitCode, 2);
  EXPECT_EQ(TemporaryFolder::read(folder / "scan.json"), before);
  folder.write("notes.json", "{\"my\": \"notes\"}");
  EXPECT_EQ(scan(folder / "notes.json").exitCode, 1);
  EXPECT_EQ(TemporaryFolder::read(folder / "notes.json"), "{\"my\": \"notes\"}");
}

TEST(UlpScan, RefusesShardsThatCannotBe) {
  for (const char* shard : {"3/3", "1", "a/b", "0/0", "-1/2", "1/2/3"})
    EXPECT_EQ(ulp({"scan", samplePath(), "--shard", shard}).exitCode, 2) << shard;
}

TEST(UlpScan, KeepsFinishedTensorsWhenItIsInterruptedAndGoesOnFromThere) {
  const TemporaryFolder folder;
  // Long enough for the signal to come amid it on any machine: 64 tensors of 1 Mi zeros, a hole in the file, by the
  // scalar backend.
  constexpr std::uint64_t kTensorBytes = 4u << 20;
  SafetensorsBuilder builder;
  for (std::uint64_t i = 0; i < 64; ++i)
    builder.entry("t" + std::to_string(i), "F32", "[1024, 1024]", i * kTensorBytes, (i + 1) * kTensorBytes);
  const auto checkpoint = folder.write("large.safetensors", builder.bytes());
  std::filesystem::resize_file(checkpoint, std::filesystem::file_size(checkpoint) + 64 * kTensorBytes);
  const std::vector<std::string> arguments{"scan",      checkpoint,  "--schemes", "bnb_nf4,q4_0,q8_0",
                                           "--backend", "reference", "-o",        folder / "scan.json"};
  const Outcome outcome = ulp(arguments, Interruption{SIGINT, std::chrono::milliseconds(1500)});
  EXPECT_EQ(outcome.exitCode, 130);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, testing::StartsWith("ulp: "));
  const Json kept = Json::parse(TemporaryFolder::read(folder / "scan.json"));
  EXPECT_EQ(kept["complete"], false);
  EXPECT_GT(kept["tensors"].size(), 0u);
  EXPECT_LT(kept["tensors"].size(), 64u);
  EXPECT_EQ(folder.count(), 2u) << "no temporary file is left";
}

class UlpScanOfDefects : public testing::Test {
 protected:
  UlpScanOfDefects() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    SafetensorsBuilder builder;
    builder.add("empty of numbers", "F32", {1, 4}, bytesOf({nan, nan, nan, nan}));
    builder.add("one NaN", "F32", {1, 4}, bytesOf({1, 2, nan, 4}));
    builder.add("wide", "F64", {1, 2}, std::string(16, '\1'));
    m_path = m_folder.write("m.safetensors", builder.bytes());
  }
  TemporaryFolder m_folder;
  std::string m_path;
};

TEST_F(UlpScanOfDefects, GivesNoSignalToNoiseWhereNothingIsMeasured) {
  const Json json = ulp({"scan", m_path, "--schemes", "int8_row", "--tensor", "empty*", "--json"}).json();
  const Json& total = json["totals"]["schemes"]["int8_row"];
  EXPECT_EQ(total["signalToNoiseDb"], "nan");
  EXPECT_EQ(total["meanSquaredError"], "nan");
  EXPECT_EQ(total["excluded"], 4);
}

TEST_F(UlpScanOfDefects, ShowsWhatIsLeftOutAndWhatWasNoticed) {
  const Json json = ulp({"scan", m_path, "--schemes", "int8_tensor", "--json"}).json();
  std::uint64_t excluded = 0;
  for (const Json& tensor : json["tensors"])
    excluded += tensor["schemes"]["int8_tensor"]["metrics"]["excluded"].get<std::uint64_t>();
  EXPECT_GE(excluded, 5u);
  EXPECT_EQ(json["totals"]["schemes"]["int8_tensor"]["excluded"], excluded);
  EXPECT_EQ(json["tensors"][2]["warnings"].size(), 1u);
  const Outcome text = ulp({"scan", m_path, "--schemes", "int8_tensor"});
  EXPECT_THAT(text.out, testing::ContainsRegex("elements left out +[1-9]"));
  EXPECT_THAT(text.out, HasSubstr("FP32"));
  EXPECT_THAT(text.out, testing::Not(HasSubstr(" F32")));
  EXPECT_THAT(text.err, HasSubstr("ulp: warning: wide: "));
  EXPECT_THAT(ulp({"scan", samplePath(), "--schemes", "int8_tensor"}).out, testing::Not(HasSubstr("left out")));
}

TEST_F(UlpScanOfDefects, CarriesTheWarningsOfEachScheme) {
  const auto block = m_folder.write("block.safetensors", [] {
    std::vector<float> values(64, 1.0f);
    values[3] = std::numeric_limits<float>::quiet_NaN();
    return SafetensorsBuilder().add("w", "F32", {1, 64}, bytesOf(values)).bytes();
  }());
  const Outcome scanned = ulp({"scan", block, "--schemes", "bnb_nf4", "--json"});
  EXPECT_FALSE(scanned.json()["tensors"][0]["schemes"]["bnb_nf4"]["warnings"].empty());
  EXPECT_THAT(scanned.err, HasSubstr("ulp: warning: w: bnb_nf4: "));
  const Outcome analysed = ulp({"analyse", block, "-o", m_folder / "figures"});
  EXPECT_THAT(analysed.err, HasSubstr("ulp: warning: bnb_nf4: "));
  EXPECT_THAT(analysed.out, HasSubstr("left out"));
  EXPECT_THAT(analysed.out, HasSubstr("1 tensor, 64 elements"));
}

TEST(UlpScan, TakesEachSchemeOnce) {
  const Outcome outcome = ulp({"scan", samplePath(), "--schemes", "q8_0,q8_0"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err, HasSubstr("each scheme once expected, found q8_0 twice"));
}

TEST(UlpMerge, NamesTheMemberThatIsWrongAndWritesNothing) {
  const TemporaryFolder folder;
  ASSERT_EQ(scan(folder / "0.json").exitCode, 0);
  const Json whole = Json::parse(TemporaryFolder::read(folder / "0.json"));
  const auto expectRefused = [&](const char* pointer, const Json& value, const std::string& found) {
    Json broken = whole;
    broken[Json::json_pointer(pointer)] = value;
    folder.write("broken.json", broken.dump());
    const Outcome outcome = ulp({"merge", folder / "broken.json", "-o", folder / "m.json"});
    EXPECT_EQ(outcome.exitCode, 1) << pointer;
    EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("broken.json: "), HasSubstr(found))) << pointer;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1);
    EXPECT_FALSE(std::filesystem::exists(folder / "m.json")) << pointer;
  };
  expectRefused("/tensors/1/schemes", 5, "an object expected at tensors[1].schemes, found 5");
  expectRefused("/tensors/0/schemes", Json::object(),
                "an object expected at tensors[0].schemes.int8_row, found nothing");
  expectRefused("/tensors/0/schemes/q8_0/metrics", nullptr, "an object expected at tensors[0].schemes.q8_0.metrics");
  expectRefused("/tensors/0/schemes/q8_0/bitsPerWeight", "many", "a number expected");
  expectRefused("/tensors/0/name", 1, "a string expected at tensors[0].name, found 1");
  expectRefused("/tensors/0/elements", -1, "a count expected at tensors[0].elements, found -1");
  expectRefused("/tensors/0/position", 1, "position 1");
  expectRefused("/tensors", "none", "a list expected at document.tensors");
  expectRefused("/request/schemes", Json::array({1}), "a scheme that is not a string");
  expectRefused("/shard", Json::array({1, 1}), "a shard");
  expectRefused("/kind", "notes", "something else");
}

TEST(UlpMerge, RefusesOverlapsStrangersAndExistingFiles) {
  const TemporaryFolder folder;
  ASSERT_EQ(scan(folder / "0.json", {"--shard", "0/2"}).exitCode, 0);
  ASSERT_EQ(scan(folder / "1.json", {"--shard", "1/2"}).exitCode, 0);
  EXPECT_EQ(ulp({"merge", folder / "0.json", folder / "0.json", "-o", folder / "m.json"}).exitCode, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "m.json"));
  EXPECT_EQ(ulp({"merge", folder / "0.json", folder / "1.json", "-o", folder / "0.json"}).exitCode, 2);
  const Outcome partial = ulp({"merge", folder / "0.json", "-o", folder / "m.json"});
  EXPECT_EQ(partial.exitCode, 0);
  EXPECT_THAT(partial.err, HasSubstr("ulp: warning: parts are missing"));
}

}  // namespace
}  // namespace ulpscope::test
