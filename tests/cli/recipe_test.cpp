// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kSample{"recipe", samplePath(), "--schemes", "q4_0,q5_0,q8_0"};

std::vector<std::string> sample(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = kSample;
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(UlpRecipe, StaysWithinItsBudgetAndBeatsUniformPlans) {
  const Json json = ulp(sample({"--bits", "5", "--json"})).json();
  for (const char* key : {"tensors", "kept", "total", "gap", "uniform", "synthetic"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_LE(json["total"]["bitsPerWeight"].get<double>(), 5);
  EXPECT_EQ(json["gap"], 0);
  double sum = 0;
  for (const Json& tensor : json["tensors"]) {
    EXPECT_EQ(tensor["options"].size(), 3u);
    sum += tensor["error"].get<double>();
  }
  EXPECT_NEAR(json["total"]["error"].get<double>(), sum / static_cast<double>(json["tensors"].size()), 1e-12);
  EXPECT_EQ(json["uniform"].size(), 3u);
  for (const Json& plan : json["uniform"])
    if (plan["withinBudget"].get<bool>()) {
      EXPECT_LT(json["total"]["error"].get<double>(), plan["error"].get<double>());
    }
}

/// Of a matrix [8, 128].
std::vector<float> weights(unsigned seed, float deviation) {
  std::mt19937 random(seed);
  std::vector<float> values(8 * 128);
  for (float& value : values) value = deviation * (static_cast<float>(random() % 2001) / 1000 - 1);
  return values;
}

TEST(UlpRecipe, MeasuresLayersThatShareAnInputAsQuantizeDoes) {
  const TemporaryFolder folder;
  const std::string model =
      folder.write("m.safetensors", SafetensorsBuilder()
                                        .add("l.q_proj.weight", "F32", {8, 128}, bytesOf(weights(1, 1)))
                                        .add("l.k_proj.weight", "F32", {8, 128}, bytesOf(weights(2, 20)))
                                        .bytes());
  const std::vector<std::string> inputs{"--calibration", "synthetic", "--json"};
  for (const std::string scheme : {"awq", "smoothquant"}) {
    SCOPED_TRACE(scheme);
    const auto errorOf = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.end(), inputs.begin(), inputs.end());
      return ulp(arguments).json();
    };
    const std::vector<std::string> quantize{"quantize", model, "l.q_proj.weight", "--scheme", scheme};
    auto alone = quantize;
    alone.insert(alone.end(), {"--set", "siblings=alone"});
    const Json shared = errorOf(quantize)["weightedError"]["relative"];
    const Json recipe = errorOf({"recipe", model, "--bits", "16", "--schemes", scheme});
    EXPECT_EQ(recipe["tensors"][0]["name"], "l.q_proj.weight");
    EXPECT_EQ(recipe["tensors"][0]["error"], shared);
    EXPECT_NE(errorOf(alone)["weightedError"]["relative"], shared);
  }
}

TEST(UlpRecipe, TakesABudgetOfBytesForEverything) {
  const Json by = ulp(sample({"--bytes", "1000000", "--json"})).json();
  EXPECT_LE(by["total"]["bytes"].get<std::uint64_t>(), 1000000u);
  const Outcome tooSmall = ulp(sample({"--bytes", "1000"}));
  EXPECT_EQ(tooSmall.exitCode, 3);
  EXPECT_THAT(tooSmall.err, HasSubstr("a budget above"));
}

TEST(UlpRecipe, WritesTheFileOfATool) {
  const TemporaryFolder folder;
  const std::string printed = ulp(sample({"--bits", "5", "--for", "llama.cpp"})).out;
  EXPECT_THAT(printed, HasSubstr("^blk\\."));
  const Outcome written = ulp(sample({"--bits", "5", "--for", "llama.cpp", "-o", folder / "types.txt"}));
  EXPECT_EQ(written.exitCode, 0) << written.err;
  EXPECT_EQ(TemporaryFolder::read(folder / "types.txt"), printed);
  EXPECT_THAT(written.out, HasSubstr("--tensor-type-file"));
  EXPECT_EQ(ulp(sample({"--bits", "5", "--for", "llama.cpp", "-o", folder / "types.txt"})).exitCode, 2);
}

TEST(UlpRecipe, KeepsWhatItIsAskedTo) {
  const Json json = ulp(sample({"--bits", "5", "--keep", "lm_head*,*embed*", "--json"})).json();
  for (const Json& tensor : json["tensors"])
    EXPECT_THAT(tensor["name"].get<std::string>(), testing::Not(HasSubstr("lm_head")));
}

TEST(UlpRecipe, ExplainsWhatIsWrong) {
  const auto expectUsage = [](std::vector<std::string> arguments, const char* expected) {
    const Outcome outcome = ulp(std::move(arguments));
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(expected));
  };
  expectUsage(kSample, "either --bits or --bytes");
  expectUsage(sample({"--bits", "5", "--bytes", "9"}), "either --bits or --bytes");
  expectUsage(sample({"--bits", "many"}), "--bits: a number above 0 expected, found many");
  expectUsage(sample({"--bits", "5", "--for", "vllm"}), "--for: one of llama.cpp, ");
  expectUsage(sample({"--bits", "5", "--for", "gptqmodel"}), "gptqmodel cannot do q4_0");
  expectUsage(sample({"--bits", "5", "-o", "x"}), "--output needs --for");
  expectUsage({"recipe", samplePath(), "--bits", "5", "--schemes", "gptq"}, "gptq needs --calibration");
  expectUsage({"recipe", samplePath(), "--bits", "5", "--schemes", "q4_0:bits=3"}, "bits");
  expectUsage({"recipe", samplePath(), "--bits", "5", "--for", "bitsandbytes", "--schemes", "bnb_nf4,bnb_fp4"},
              "bitsandbytes takes one scheme");
}

}  // namespace
}  // namespace ulpscope::test
