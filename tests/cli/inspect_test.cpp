// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(UlpInspect, ListsTheSampleWithEveryKeyOfTheContract) {
  const Json json = ulp({"inspect", samplePath(), "--statistics", "--histogram", "8", "--columns", "--json"}).json();
  for (const char* key : {"container", "metadata", "tensors", "totals", "warnings"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["container"], "safetensors");
  EXPECT_EQ(json["totals"]["tensors"], 30);
  EXPECT_EQ(json["totals"]["elements"], 1'252'800);
  ASSERT_EQ(json["tensors"].size(), 30u);
  for (const Json& tensor : json["tensors"]) {
    for (const char* key :
         {"name", "dtype", "shape", "elements", "bytes", "packing", "parts", "statistics", "histogram", "columns"})
      EXPECT_TRUE(tensor.contains(key)) << key;
    for (const char* key : {"count", "finite", "nan", "positiveInfinity", "negativeInfinity", "zero", "subnormal",
                            "min", "max", "absMax", "mean", "standardDeviation", "kurtosis"})
      EXPECT_TRUE(tensor["statistics"].contains(key)) << key;
    for (const char* key : {"absMax", "median", "mad", "outliers"}) EXPECT_TRUE(tensor["columns"].contains(key)) << key;
    EXPECT_EQ(tensor["histogram"]["edges"].size(), 9u);
    std::uint64_t counted = 0;
    for (const Json& count : tensor["histogram"]["counts"]) counted += count.get<std::uint64_t>();
    EXPECT_EQ(counted, tensor["statistics"]["finite"]) << tensor["name"];
  }
}

TEST(UlpInspect, ReadsNoValuesUnlessAskedTo) {
  const Json json = ulp({"inspect", samplePath(), "--json"}).json();
  EXPECT_FALSE(json["tensors"][0].contains("statistics"));
  EXPECT_FALSE(json["tensors"][0].contains("histogram"));
}

TEST(UlpInspect, CountsWhatIsNotFiniteAndWritesItAsStringsWhereThereIsNoNumber) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("mixed", "F32", {8}, bytesOf({kNan, kInfinity, -kInfinity, 0.0f, -0.0f, 1e-40f, 3.0f, -4.0f}));
  builder.add("nothing", "F32", {2}, bytesOf({kNan, kInfinity}));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Outcome outcome = ulp({"inspect", path, "--statistics", "--histogram", "4", "--columns", "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json json = outcome.json();
  const Json& mixed = json["tensors"][0]["statistics"];
  EXPECT_EQ(mixed["count"], 8);
  EXPECT_EQ(mixed["finite"], 5);
  EXPECT_EQ(mixed["nan"], 1);
  EXPECT_EQ(mixed["positiveInfinity"], 1);
  EXPECT_EQ(mixed["negativeInfinity"], 1);
  EXPECT_EQ(mixed["zero"], 2);
  EXPECT_EQ(mixed["subnormal"], 1);
  EXPECT_EQ(mixed["max"], 3);
  EXPECT_EQ(mixed["absMax"], 4);
  EXPECT_EQ(json["tensors"][0]["columns"]["absMax"][1], "inf");
  const Json& nothing = json["tensors"][1];
  EXPECT_EQ(nothing["statistics"]["min"], "nan");
  EXPECT_EQ(nothing["statistics"]["mean"], "nan");
  EXPECT_TRUE(nothing["histogram"].is_null());
}

TEST(UlpInspect, FindsAPlantedOutlierColumn) {
  const TemporaryFolder folder;
  std::vector<float> values(64 * 96);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.01f * static_cast<float>(i * 7919 % 101) - 0.5f;
  values[5 * 96 + 47] = 20.0f;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {64, 96}, bytesOf(values));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json json = ulp({"inspect", path, "--columns", "--json"}).json();
  EXPECT_EQ(json["tensors"][0]["columns"]["outliers"], Json::array({47}));
  EXPECT_EQ(json["tensors"][0]["columns"]["absMax"].size(), 96u);
  EXPECT_THAT(ulp({"inspect", path, "--columns"}).out, HasSubstr("1: 47"));
}

TEST(UlpInspect, ListsOutlierRowsBesideTheColumns) {
  const TemporaryFolder folder;
  std::vector<float> values(64 * 96);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.01f * static_cast<float>(i * 7919 % 101) - 0.5f;
  values[5 * 96 + 47] = 20.0f;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {64, 96}, bytesOf(values));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json json = ulp({"inspect", path, "--columns", "--json"}).json();
  EXPECT_EQ(json["tensors"][0]["rows"]["outliers"], Json::array({5}));
  EXPECT_EQ(json["tensors"][0]["rows"]["absMax"].size(), 64u);
  EXPECT_THAT(ulp({"inspect", path, "--columns"}).out, HasSubstr("1: 5\n"));
}

TEST(UlpInspect, EstimatesQuantilesOfWideTypesUnlessExactOnesAreAskedFor) {
  const TemporaryFolder folder;
  std::vector<float> values(1001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 5 % 1001) / 1024;
  std::string narrow;
  for (const int code : {0x3F80, 0x4000, 0x4040, 0x4080, 0x40A0}) {  // 1 to 5
    narrow += static_cast<char>(code & 0xFF);
    narrow += static_cast<char>(code >> 8);
  }
  SafetensorsBuilder builder;
  builder.add("wide", "F32", {1001}, bytesOf(values)).add("narrow", "BF16", {5}, narrow);
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json estimated = ulp({"inspect", path, "--quantiles", "0,0.25,0.5", "--json"}).json();
  const Json& wide = estimated["tensors"][0]["quantiles"];
  ASSERT_EQ(wide.size(), 3u);
  EXPECT_EQ(wide[0], Json({{"share", 0.0}, {"value", 0.0}, {"exact", true}, {"within", 0.0}}));
  EXPECT_EQ(wide[1]["exact"], false);
  EXPECT_NEAR(wide[1]["value"].get<double>(), 250.0 / 1024, wide[1]["within"].get<double>());
  EXPECT_EQ(wide[1]["within"], 0x1p-10) << "a bin of the folded histogram over [-1, 1)";
  EXPECT_EQ(estimated["tensors"][1]["quantiles"][1]["value"], 2);
  EXPECT_EQ(estimated["tensors"][1]["quantiles"][1]["exact"], true);
  const Json exact = ulp({"inspect", path, "--quantiles", "0.25", "--quantiles", "0.3333", "--exact", "--json"}).json();
  EXPECT_EQ(exact["tensors"][0]["quantiles"][0]["value"], 250.0 / 1024);
  EXPECT_EQ(exact["tensors"][0]["quantiles"][1]["exact"], true);
  EXPECT_THAT(ulp({"inspect", path, "--quantiles", "0.25"}).out, HasSubstr(" ±0.00098\n"));
  EXPECT_THAT(ulp({"inspect", path, "--quantiles", "0.25", "--exact"}).out, testing::Not(HasSubstr("±")));
}

TEST(UlpInspect, RefusesSharesThatAreNone) {
  for (const char* shares : {"1.5", "-0.1", "half", "nan", ""})
    EXPECT_EQ(ulp({"inspect", samplePath(), "--quantiles", shares}).exitCode, 2) << shares;
  EXPECT_EQ(ulp({"inspect", samplePath(), "--exact"}).exitCode, 2);
}

TEST(UlpInspect, CountsBlocksByTheirAbsoluteMaxima) {
  const TemporaryFolder folder;
  std::vector<float> values(2 * 40);  // blocks of 16: 1, 0, 0 and -6, 0.3, NaN
  values[3] = 1;
  values[40] = -6;
  values[60] = 0.3F;
  values[79] = kNan;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {2, 40}, bytesOf(values));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json blocks = ulp({"inspect", path, "--blocks", "--json"}).json()["tensors"][0]["blockRanges"];
  ASSERT_EQ(blocks.size(), 5u);
  EXPECT_EQ(blocks[0], Json({{"size", 16},
                             {"blocks", 6},
                             {"zero", 2},
                             {"notFinite", 1},
                             {"lowestOctave", -2},
                             {"counts", {1, 0, 1, 0, 1}},
                             {"p1", -2},
                             {"p50", 0},
                             {"p99", 0}}));
  EXPECT_EQ(blocks[1]["size"], 32);
  EXPECT_EQ(blocks[1]["blocks"], 4);
  EXPECT_EQ(blocks[1]["counts"], Json({1, 0, 1}));
  EXPECT_EQ(blocks[4]["blocks"], 2);
  EXPECT_EQ(blocks[4]["notFinite"], 1);
  EXPECT_THAT(ulp({"inspect", path, "--blocks"}).out, HasSubstr("      16       6     2           1   2^-2"));
}

TEST(UlpInspect, ListsATypeItDoesNotKnowAndReadsTheOthers) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("strange", "F7", {2}, std::size_t{2}).add("known", "F32", {1}, bytesOf({2}));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json json = ulp({"inspect", path, "--statistics", "--json"}).json();
  EXPECT_EQ(json["tensors"][0]["dtype"], "F7");
  EXPECT_TRUE(json["tensors"][0]["statistics"].is_null());
  EXPECT_EQ(json["tensors"][1]["statistics"]["max"], 2);
  EXPECT_EQ(json["warnings"], Json::array({"1 of 2 tensors cannot be read: F7"}));
  EXPECT_THAT(ulp({"inspect", path, "--statistics"}).err, HasSubstr("warning: 1 of 2 tensors cannot be read: F7\n"));
  EXPECT_EQ(ulp({"inspect", path, "--json"}).json()["warnings"].size(), 0u) << "no value was asked for";
}

TEST(UlpInspect, SaysBelowTheTableWhatCannotBeRead) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("strange", "F7", {2}, std::size_t{2}).add("known", "F32", {1}, bytesOf({2}));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Outcome outcome = ulp({"inspect", path});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\nRemarks\n  strange: the type F7 cannot be read\n"));
  const Json json = ulp({"inspect", path, "--json"}).json();
  EXPECT_TRUE(json["tensors"][1]["packing"].is_null());
  EXPECT_EQ(json["tensors"][1]["parts"], Json::array({"known"}));
  EXPECT_EQ(json["objects"], Json::array());
}

TEST(UlpInspect, ListsATensorWhoseBytesAreNotThereAndReadsTheOthers) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("whole", "F32", {1}, bytesOf({2})).add("cut", "F32", {2}, bytesOf({3, 4}));
  std::string bytes = builder.bytes();
  bytes.resize(bytes.size() - 4);
  const auto path = folder.write("m.safetensors", bytes);
  const Outcome outcome = ulp({"inspect", path, "--allow-damaged", "--statistics", "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json json = outcome.json();
  EXPECT_EQ(json["tensors"][0]["statistics"]["max"], 2);
  EXPECT_TRUE(json["tensors"][1]["statistics"].is_null());
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("cut"));
}

TEST(UlpInspect, RefusesALinkOutOfTheFolderUnlessItIsToldToFollow) {
  const TemporaryFolder folder, elsewhere;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {1}, bytesOf({2}));
  const auto blob = elsewhere.write("blob", builder.bytes());
  std::filesystem::create_symlink(blob, folder / "model.safetensors");
  const Outcome refused = ulp({"inspect", folder.path()});
  EXPECT_EQ(refused.exitCode, 3);
  EXPECT_THAT(refused.err, HasSubstr("--follow-links"));
  EXPECT_EQ(ulp({"inspect", folder.path(), "--follow-links"}).exitCode, 0);
}

TEST(UlpInspect, OffersToOpenADamagedFileAndThenWarns) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {1}, bytesOf({2}));
  const auto path = folder.write("m.safetensors", builder.bytes() + "trailing");
  const Outcome refused = ulp({"inspect", path});
  EXPECT_EQ(refused.exitCode, 1);
  EXPECT_THAT(refused.err, HasSubstr("--allow-damaged"));
  EXPECT_THAT(refused.err, HasSubstr("(at byte "));
  const Json opened = ulp({"inspect", path, "--allow-damaged", "--json"}).json();
  EXPECT_EQ(opened["warnings"].size(), 1u);
  EXPECT_THAT(ulp({"inspect", path, "--allow-damaged"}).err, testing::StartsWith("ulp: warning: "));
}

TEST(UlpInspect, RefusesAFolderWithoutACheckpoint) {
  const TemporaryFolder folder;
  EXPECT_EQ(ulp({"inspect", folder.path()}).exitCode, 1);
  EXPECT_EQ(ulp({"inspect", samplePath(), "--histogram", "0"}).exitCode, 2);
}

class UlpAnalyse : public testing::Test {
 protected:
  TemporaryFolder m_folder;
  std::string m_figures = m_folder / "figures";
};

TEST_F(UlpAnalyse, WritesEachFigureAsPictureAndData) {
  const Outcome outcome = ulp({"analyse", samplePath(), "-o", m_figures, "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json json = outcome.json();
  EXPECT_EQ(json["figures"].size(), 6u);
  for (const Json& figure : json["figures"]) {
    const std::string svg = TemporaryFolder::read(figure["svg"].get<std::string>());
    EXPECT_THAT(svg, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"480\""));
    EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
    EXPECT_THAT(svg, testing::Not(HasSubstr("nan")));
    EXPECT_THAT(TemporaryFolder::read(figure["csv"].get<std::string>()), HasSubstr("\r\n"));
  }
  EXPECT_GE(json["schemes"].size(), 8u);
  EXPECT_EQ(json["tensor"]["shape"].size(), 2u) << "the largest matrix is looked at";
}

TEST_F(UlpAnalyse, DrawsTheSameNumbersThatInspectAndQuantizePrint) {
  ASSERT_EQ(ulp({"analyse", samplePath(), "--tensor", "lm_head.weight", "--scheme", "q8_0", "-o", m_figures}).exitCode,
            0);
  const Json inspected =
      ulp({"inspect", samplePath(), "--tensor", "lm_head.weight", "--histogram", "256", "--json"}).json();
  const Json& histogram = inspected["tensors"][0]["histogram"];
  std::string expected = "series,value from,value to,count,label,marked\r\n";
  for (std::size_t i = 0; i < histogram["counts"].size(); ++i)
    expected += "count," + histogram["edges"][i].dump() + "," + histogram["edges"][i + 1].dump() + "," +
                histogram["counts"][i].dump() + ",,0\r\n";
  // One text a number: JSON writes whole doubles with ".0".
  for (std::size_t at = expected.find(".0,"); at != std::string::npos; at = expected.find(".0,")) expected.erase(at, 2);
  std::string csv = TemporaryFolder::read(m_folder / "figures/histogram.csv");
  for (std::size_t at = csv.find(",,1\r"); at != csv.npos; at = csv.find(",,1\r"))
    csv[at + 2] = '0';  // what is far out
  EXPECT_EQ(csv, expected);
  const Json quantized = ulp({"quantize", samplePath(), "lm_head.weight", "--scheme", "q8_0", "--json"}).json();
  EXPECT_THAT(TemporaryFolder::read(m_folder / "figures/error_against_size.csv"),
              HasSubstr("schemes,8.5," + quantized["metrics"]["signalToNoiseDb"].dump() + ","));
}

TEST_F(UlpAnalyse, ReplacesFiguresOnlyWhenForced) {
  std::filesystem::create_directories(m_figures);
  m_folder.write("figures/columns.csv", "precious");
  const Outcome outcome = ulp({"analyse", samplePath(), "-o", m_figures});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_figures), {}), 1) << "nothing else was written";
  EXPECT_EQ(TemporaryFolder::read(m_folder / "figures/columns.csv"), "precious");
  EXPECT_EQ(ulp({"analyse", samplePath(), "-o", m_figures, "--force"}).exitCode, 0);
}

TEST_F(UlpAnalyse, WritesNoFigureWhereOneCannotBeMade) {
  std::filesystem::create_directories(m_figures + "/error_by_column.csv");
  EXPECT_EQ(ulp({"analyse", samplePath(), "-o", m_figures, "--force"}).exitCode, 2);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_figures), {}), 1) << "nothing else was written";
}

TEST_F(UlpAnalyse, SurvivesATensorWithoutAFiniteValue) {
  SafetensorsBuilder builder;
  builder.add("w", "F32", {2, 2}, bytesOf({kNan, kInfinity, -kInfinity, kNan}));
  const auto path = m_folder.write("m.safetensors", builder.bytes());
  const Outcome outcome = ulp({"analyse", path, "-o", m_figures, "--json"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.json()["statistics"]["finite"], 0);
}

}  // namespace
}  // namespace ulpscope::test
