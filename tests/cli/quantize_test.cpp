// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;

class UlpQuantize : public testing::Test {
 protected:
  UlpQuantize() {
    SafetensorsBuilder builder;
    builder.add("worked", "F32", {5}, bytesOf({2.1f, 3.1f, 2.5f, 3.7f, 3.3f}));
    builder.add("evil\\u001B[31m\xE2\x80\xAEname", "F32", {2}, bytesOf({1, 2}));
    m_path = m_folder.write("m.safetensors", builder.bytes());
  }
  Outcome quantize(const std::string& tensor, std::vector<std::string> more) const {
    std::vector<std::string> arguments{"quantize", m_path, tensor, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ulp(arguments);
  }
  std::vector<int> codes() const {
    std::vector<int> out;
    for (const char c : readNpyFile(m_folder / "codes.npy").data) out.push_back(static_cast<signed char>(c));
    return out;
  }
  std::vector<float> values() const {
    const std::string data = readNpyFile(m_folder / "values.npy").data;
    std::vector<float> out(data.size() / sizeof(float));
    std::memcpy(out.data(), data.data(), data.size());
    return out;
  }
  TemporaryFolder m_folder;
  std::string m_path;
};

TEST_F(UlpQuantize, GivesTheWorkedAbsmaxCodesAndValues) {
  const Outcome outcome = quantize(
      "worked", {"--scheme", "int8_tensor", "--codes", m_folder / "codes.npy", "--values", m_folder / "values.npy"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(codes(), ElementsAre(72, 106, 86, 127, 113));
  EXPECT_THAT(values(), ElementsAre(FloatNear(2.0976f, 5e-5f), FloatNear(3.0882f, 5e-5f), FloatNear(2.5055f, 5e-5f),
                                    FloatNear(3.7f, 5e-5f), FloatNear(3.2921f, 5e-5f)));
  EXPECT_THAT(readNpyFile(m_folder / "codes.npy").header, HasSubstr("'|i1'"));
}

TEST_F(UlpQuantize, GivesTheWorkedAffineRowsWithTheRangeAsGivenAndWithZero) {
  // As given: scale 1.6/255, zero point -463, which no INT8 holds; with zero: scale 3.7/255, zero point -128.
  const double asGiven = 1.6 / 255, withZero = 3.7 / 255;
  ASSERT_EQ(quantize("worked", {"--scheme", "int_affine", "--set", "granularity=tensor", "--set", "range=as_given",
                                "--codes", m_folder / "codes.npy"})
                .exitCode,
            0);
  std::vector<int> expected;
  for (const double x : {2.1, 3.1, 2.5, 3.7, 3.3}) expected.push_back(static_cast<int>(std::lround(x / asGiven)) - 463);
  EXPECT_EQ(codes(), expected);
  ASSERT_EQ(quantize("worked", {"--scheme", "int_affine", "--set", "granularity=tensor", "--set", "range=with_zero",
                                "--codes", m_folder / "codes.npy", "--force"})
                .exitCode,
            0);
  expected.clear();
  for (const double x : {2.1, 3.1, 2.5, 3.7, 3.3})
    expected.push_back(static_cast<int>(std::lround(x / withZero)) - 128);
  EXPECT_EQ(codes(), expected);
}

TEST_F(UlpQuantize, TakesDecimalKnobsAndRefusesThoseOutOfRange) {
  const Json json = quantize("worked", {"--scheme", "llm_int8", "--set", "threshold=4.50"}).json();
  EXPECT_EQ(json["settings"]["threshold"], "4.5");
  const Outcome refused = quantize("worked", {"--scheme", "llm_int8", "--set", "threshold=4,5"});
  EXPECT_EQ(refused.exitCode, 2);
  EXPECT_EQ(refused.err, "ulp: llm_int8: threshold takes a decimal from 0 to 65504, \"4,5\" was given\n");
}

TEST_F(UlpQuantize, HasEveryKeyOfTheContract) {
  const Json json = quantize("worked", {"--scheme", "bnb_nf4"}).json();
  for (const char* key : {"scheme", "settings", "reference", "bitsPerWeight", "metrics", "warnings", "backend"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* key : {"meanSquaredError", "rootMeanSquaredError", "relativeRmse", "signalToNoiseDb",
                          "maxAbsoluteError", "maxAt", "cosine", "percentiles", "excluded"})
    EXPECT_TRUE(json["metrics"].contains(key)) << key;
  for (const char* key : {"p50", "p95", "p999"}) EXPECT_TRUE(json["metrics"]["percentiles"].contains(key)) << key;
}

TEST_F(UlpQuantize, SaysWhichKnobItDoesNotKnowAndWhatAnotherTakes) {
  const Outcome unknown = quantize("worked", {"--scheme", "q4_0", "--set", "colour=red"});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_THAT(unknown.err, HasSubstr("colour"));
  EXPECT_EQ(quantize("worked", {"--scheme", "int8_group", "--set", "group=lots"}).exitCode, 2);
  EXPECT_EQ(quantize("worked", {"--scheme", "int8_group", "--set", "group"}).exitCode, 2);
  EXPECT_EQ(quantize("worked", {"--scheme", "no_such"}).exitCode, 2);
}

TEST_F(UlpQuantize, SaysThatARowDoesNotFitTheBlocksOfAScheme) {
  const Outcome outcome = quantize("worked", {"--scheme", "q8_0"});
  EXPECT_EQ(outcome.exitCode, 3);
  EXPECT_THAT(outcome.err, HasSubstr("32"));
}

TEST_F(UlpQuantize, WritesTheBytesThatTheReferenceStores) {
  // A block of Q8_0: the scale, max / 127 as binary16, then 32 codes.
  writeFloats(m_folder / "row.npy", std::vector<float>(32, -254));
  const std::vector<std::string> run{"quantize", m_folder / "row.npy", "row", "--packed", m_folder / "p.npy"};
  const auto with = [&](const std::string& scheme) {
    auto arguments = run;
    arguments.insert(arguments.end(), {"--scheme", scheme});
    return ulp(arguments);
  };
  ASSERT_EQ(with("q8_0").exitCode, 0);
  EXPECT_EQ(readNpyFile(m_folder / "p.npy").data, std::string("\x00\x40", 2) + std::string(32, '\x81'));
  std::filesystem::remove(m_folder / "p.npy");
  const Outcome outcome = with("int8_row");
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--packed: a scheme whose blocks"));
  EXPECT_FALSE(std::filesystem::exists(m_folder / "p.npy"));
}

TEST_F(UlpQuantize, WritesNeitherFileWhereOneIsInTheWay) {
  m_folder.write("values.npy", "precious");
  const Outcome outcome = quantize(
      "worked", {"--scheme", "int8_tensor", "--codes", m_folder / "codes.npy", "--values", m_folder / "values.npy"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_FALSE(std::filesystem::exists(m_folder / "codes.npy"));
  EXPECT_EQ(TemporaryFolder::read(m_folder / "values.npy"), "precious");
}

TEST_F(UlpQuantize, WritesNoFileOfTheTwoWhereBothAreTheSame) {
  const std::vector<std::string> spellings{m_folder / "x.npy", m_folder / "./x.npy"};
  for (const std::string& values : spellings) {
    const Outcome outcome =
        quantize("worked", {"--scheme", "int8_tensor", "--codes", m_folder / "x.npy", "--values", values, "--force"});
    EXPECT_EQ(outcome.exitCode, 2) << values;
    EXPECT_THAT(outcome.err, HasSubstr("files of their own"));
    EXPECT_FALSE(std::filesystem::exists(m_folder / "x.npy"));
  }
}

TEST_F(UlpQuantize, WritesNeitherFileWhereTheSecondCannotBeMade) {
  const Outcome outcome = quantize("worked", {"--scheme", "int8_tensor", "--codes", m_folder / "codes.npy", "--values",
                                              m_folder / "no_such_folder/values.npy"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(m_folder.count(), 1u) << "only the model is there";
}

TEST_F(UlpQuantize, NamesTheKnobAndTheImplementationDifferently) {
  const std::string text = ulp({"quantize", m_path, "worked", "--scheme", "int8_row"}).out;
  EXPECT_THAT(text, HasSubstr("\n  reference            bitsandbytes\n"));
  EXPECT_THAT(text, HasSubstr("\n  reproduces           "));
}

TEST_F(UlpQuantize, ShowsHostileNamesAsEscapesInTextAndWholeInJson) {
  const std::string name = "evil\x1B[31m\xE2\x80\xAEname";
  const Outcome text = ulp({"scan", m_path, "--schemes", "int8_tensor"});
  EXPECT_EQ(text.out.find('\x1B'), std::string::npos);
  EXPECT_THAT(text.out, HasSubstr("evil\\x1B[31m\\u202Ename"));
  const Outcome json = ulp({"scan", m_path, "--schemes", "int8_tensor", "--json"});
  EXPECT_EQ(json.json()["tensors"][1]["name"], name);
  EXPECT_TRUE(std::ranges::all_of(json.out, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }));
}

TEST_F(UlpQuantize, RemovesUnfinishedOutputsWhenItIsInterrupted) {
  SafetensorsBuilder builder;
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 30;
  builder.entry("w", "F32", "[16384, 16384]", 0, kBytes);
  const auto path = m_folder.write("large.safetensors", builder.bytes());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + kBytes);
  const std::size_t before = m_folder.count();
  const Outcome outcome =
      ulp({"quantize", path, "w", "--scheme", "bnb_nf4", "--codes", m_folder / "c.npy", "--values", m_folder / "v.npy"},
          Interruption{SIGINT, std::chrono::milliseconds(300)});
  EXPECT_EQ(outcome.exitCode, 130);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(m_folder.count(), before);
}

}  // namespace
}  // namespace ulpscope::test
