// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

class UlpCalibration : public testing::Test {
 protected:
  UlpCalibration() {
    m_model = m_folder.write("m.safetensors", SafetensorsBuilder()
                                                  .add("a.weight", "F32", {2, 2}, bytesOf({1, 2, 3, 4}))
                                                  .add("b.weight", "F32", {1, 3}, bytesOf({1, 2, 3}))
                                                  .bytes());
    m_inputs = m_folder.write("c.safetensors",
                              SafetensorsBuilder().add("a.inputs", "F32", {2, 2}, bytesOf({1, 0, 0, 3})).bytes());
  }
  Outcome quantize(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"quantize", m_model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ulp(arguments);
  }
  TemporaryFolder m_folder;
  std::string m_model, m_inputs;
};

TEST_F(UlpCalibration, WeightsTheErrorByTheInputs) {
  // What is restored is read back and weighted here by hand: H is diagonal, 1 and 9.
  const Json json = quantize({"a.weight", "--scheme", "int_symmetric", "--set", "bits=3", "--set", "granularity=tensor",
                              "--calibration", m_inputs, "--json", "--values", m_folder / "v.npy"})
                        .json();
  const std::string data = readNpyFile(m_folder / "v.npy").data;
  std::vector<float> restored(4);
  std::memcpy(restored.data(), data.data(), data.size());
  double lost = 0, whole = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double weight = static_cast<double>(i + 1), moment = i % 2 == 0 ? 1 : 9;
    lost += moment * (double{restored[i]} - weight) * (double{restored[i]} - weight);
    whole += moment * weight * weight;
  }
  EXPECT_GT(lost, 0);
  EXPECT_NEAR(json["weightedError"]["relative"], lost / whole, 1e-12);
  EXPECT_EQ(json["weightedError"]["basis"], "inputs");
  EXPECT_EQ(json["weightedError"]["synthetic"], false);
}

TEST_F(UlpCalibration, SaysWhatASchemeNeedsAndThatInputsAreSynthetic) {
  const Outcome without = quantize({"a.weight", "--scheme", "gptq"});
  EXPECT_EQ(without.exitCode, 3);
  EXPECT_THAT(without.err, HasSubstr("expected (--calibration FILE, or --calibration synthetic), found none"));
  const Outcome synthetic = quantize({"a.weight", "--scheme", "gptq", "--calibration", "synthetic"});
  EXPECT_EQ(synthetic.exitCode, 0) << synthetic.err;
  EXPECT_THAT(synthetic.out, HasSubstr("synthetic"));
  EXPECT_THAT(synthetic.out, HasSubstr("weighted error"));
  const Json json = quantize({"a.weight", "--scheme", "gptq", "--calibration", "synthetic", "--json"}).json();
  EXPECT_EQ(json["weightedError"]["synthetic"], true);
  EXPECT_GT(json["figures"]["loss"], 0);
}

TEST_F(UlpCalibration, SaysWhichLayerAFileDoesNotHave) {
  const Outcome outcome = quantize({"b.weight", "--scheme", "gptq", "--calibration", m_inputs});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr("inputs of the layer of \"b.weight\" expected"));
}

TEST_F(UlpCalibration, IsPartOfAScan) {
  const std::vector<std::string> scan{"scan",          m_model,  "--schemes", "int8_row,gptq",       "--json",
                                      "--calibration", m_inputs, "-o",        m_folder / "scan.json"};
  const Json json = ulp(scan).json();
  EXPECT_TRUE(json["tensors"][0]["schemes"]["gptq"].contains("weightedError"));
  EXPECT_THAT(std::string(json["tensors"][1]["schemes"]["gptq"]["error"]), HasSubstr("found none"));
  EXPECT_FALSE(json["tensors"][1]["schemes"]["int8_row"].contains("weightedError"));
  EXPECT_EQ(ulp(scan).exitCode, 0) << "the same again goes on";
  EXPECT_EQ(ulp({"scan", m_model, "--schemes", "int8_row,gptq", "-o", m_folder / "scan.json"}).exitCode, 2)
      << "another calibration is another scan";
}

TEST_F(UlpCalibration, ScalesLayersThatShareAnInputAlike) {
  const std::string model =
      m_folder.write("siblings.safetensors", SafetensorsBuilder()
                                                 .add("l.q_proj.weight", "F32", {1, 2}, bytesOf({1, 0.3f}))
                                                 .add("l.k_proj.weight", "F32", {1, 2}, bytesOf({16, 4}))
                                                 .add("l.o_proj.weight", "F32", {1, 2}, bytesOf({1, 1}))
                                                 .bytes());
  const auto run = [&](const std::string& tensor, std::vector<std::string> more) {
    std::vector<std::string> arguments{"quantize",    model,           tensor,      "--scheme",
                                       "smoothquant", "--calibration", "synthetic", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ulp(arguments).json();
  };
  const Json shared = run("l.q_proj.weight", {});
  EXPECT_EQ(shared["siblings"], Json::array({"l.k_proj.weight"}));
  EXPECT_EQ(shared["settings"]["siblings"], "shared");
  const Json alone = run("l.q_proj.weight", {"--set", "siblings=alone"});
  EXPECT_FALSE(alone.contains("siblings"));
  EXPECT_NE(shared["metrics"]["meanSquaredError"], alone["metrics"]["meanSquaredError"]);
  EXPECT_FALSE(run("l.o_proj.weight", {}).contains("siblings"));
  EXPECT_THAT(ulp({"quantize", model, "l.q_proj.weight", "--scheme", "smoothquant", "--calibration", "synthetic"}).out,
              HasSubstr("scaled alike with    k_proj\n"));
  const Json scan = ulp({"scan", model, "--schemes", "smoothquant", "--calibration", "synthetic", "--json"}).json();
  EXPECT_EQ(scan["tensors"][0]["schemes"]["smoothquant"]["metrics"]["meanSquaredError"],
            shared["metrics"]["meanSquaredError"]);
}

TEST_F(UlpCalibration, SaysWhatAFileDoesNotCover) {
  const std::string few = m_folder.write(
      "few.safetensors", SafetensorsBuilder().add("a.inputs", "F32", {3, 2}, bytesOf({1, 0, 2, 0, 3, 0})).bytes());
  const Json json = quantize({"a.weight", "--scheme", "int8_row", "--calibration", few, "--json"}).json();
  EXPECT_EQ(json["warnings"], Json::array({"calibration: 1 of 2 columns had no input other than zero",
                                           "calibration: 3 inputs for 2 columns: too few to say much of a column"}));
  const Json scan = ulp({"scan", m_model, "--schemes", "int8_row", "--calibration", few, "--json"}).json();
  EXPECT_EQ(scan["tensors"][0]["warnings"], json["warnings"]);
  EXPECT_TRUE(scan["tensors"][1]["warnings"].empty());
  const Json lint =
      ulp({"lint", m_model, "--calibration", few, "--rule", "calibration_coverage", "--json"}).json()["findings"];
  ASSERT_EQ(lint.size(), 2u);
  EXPECT_EQ(lint[0]["message"], "In the calibration: 1 of 2 columns had no input other than zero.");
  EXPECT_EQ(lint[0]["tensor"], "a.weight");
  EXPECT_EQ(ulp({"lint", m_model, "--rule", "calibration_coverage"}).out, "nothing found\n");
}

TEST_F(UlpCalibration, TellsTheRangesOfTheInputs) {
  const Json json = quantize({"a.weight", "--scheme", "int8_row", "--calibration", m_inputs, "--ranges", "--json"})
                        .json()["inputRanges"];
  EXPECT_EQ(json["bits"], 8);
  EXPECT_EQ(json["static"][0]["id"], "min_max");
  EXPECT_EQ(json["static"][0]["high"], 3.0);
  EXPECT_EQ(json["dynamic"][0]["least"], 1.0);
  EXPECT_THAT(quantize({"a.weight", "--scheme", "int8_row", "--calibration", m_inputs, "--ranges"}).out,
              HasSubstr("vector_magnitude"));
  EXPECT_EQ(quantize({"a.weight", "--scheme", "int8_row", "--ranges"}).exitCode, 2);
}

TEST_F(UlpCalibration, IsNeverWrittenOver) {
  EXPECT_EQ(quantize({"a.weight", "--scheme", "int8_row", "--calibration", m_inputs, "--values", m_inputs, "--force"})
                .exitCode,
            2);
}

}  // namespace
}  // namespace ulpscope::test
