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

TEST_F(UlpCalibration, IsNeverWrittenOver) {
  EXPECT_EQ(quantize({"a.weight", "--scheme", "int8_row", "--calibration", m_inputs, "--values", m_inputs, "--force"})
                .exitCode,
            2);
}

}  // namespace
}  // namespace ulpscope::test
