// SPDX-License-Identifier: Apache-2.0
// Packed weights, and what is no tensor, on files of other libraries (tests/golden/checkpoints).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

namespace ulpscope::test {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string golden(const std::string& name) { return sourcePath("tests/golden/checkpoints/") + name; }

const Json& tensorNamed(const Json& document, const std::string& name) {
  for (const Json& tensor : document.at("tensors"))
    if (tensor.at("name") == name) return tensor;
  throw std::runtime_error("no tensor " + name);
}

TEST(UlpPacked, InspectListsAPackedWeightWithItsPartsBelow) {
  const std::string path = golden("gptq/v1_4bit");
  const Outcome text = ulp({"inspect", path, "--tensor", "*layers.0.q_proj*weight"});
  ASSERT_EQ(text.exitCode, 0) << text.err;
  EXPECT_THAT(text.out, testing::ContainsRegex("\nmodel.layers.0.q_proj.weight +GPTQ 4-bit +.32, 64"));
  EXPECT_THAT(text.out, HasSubstr("\n  model.layers.0.q_proj.qweight"));

  const Json json = ulp({"inspect", path, "--json"}).json();
  const Json& weight = tensorNamed(json, "model.layers.0.q_proj.weight");
  EXPECT_EQ(weight["packing"], "gptq");
  EXPECT_EQ(weight["shape"], Json::array({32, 64}));
  EXPECT_THAT(weight["parts"].get<std::vector<std::string>>(), testing::Contains("model.layers.0.q_proj.qweight"));
  EXPECT_TRUE(weight.contains("packingTitle"));
  EXPECT_TRUE(weight.contains("decodedType"));
  const Json& part = tensorNamed(json, "model.layers.0.q_proj.qweight");
  EXPECT_EQ(part["partOf"], "model.layers.0.q_proj.weight");
  EXPECT_TRUE(part["packing"].is_null());
  EXPECT_LT(json["totals"]["tensors"], json["tensors"].size()) << "parts are not counted again";
}

TEST(UlpPacked, InspectReadsAWeightWithoutPartsAsOneRunOfBlocks) {
  const Json json = ulp({"inspect", golden("gguf/q4_k/q4_k.gguf"), "--statistics", "--json"}).json();
  const Json& weight = tensorNamed(json, "blk.0.weight");
  EXPECT_EQ(weight["dtype"], "Q4_K");
  EXPECT_EQ(weight["packing"], "q4_k");
  EXPECT_EQ(weight["parts"], Json::array({"blk.0.weight"}));
  EXPECT_EQ(weight["statistics"]["count"], 512);
  EXPECT_GT(weight["statistics"]["absMax"], 0);
}

TEST(UlpPacked, ExportGivesDecodedValuesBlocksAndParts) {
  const TemporaryFolder folder;
  const std::string gguf = golden("gguf/q4_k/q4_k.gguf");
  const auto shapeOf = [&](std::vector<std::string> arguments) {
    const std::string out = (folder / "out.npy").string();
    arguments.insert(arguments.begin(), "export");
    arguments.insert(arguments.end(), {out, "--force", "--json"});
    const Outcome outcome = ulp(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    const Json json = outcome.json();
    return json["dtype"].get<std::string>() + json["shape"].dump();
  };
  // A block of Q4_K is 144 bytes of 256 elements.
  EXPECT_EQ(shapeOf({gguf, "blk.0.weight"}), "<f4[1,512]");
  EXPECT_EQ(shapeOf({gguf, "blk.0.weight", "--stored"}), "|u1[1,288]");
  EXPECT_EQ(shapeOf({gguf, "blk.0.cube", "--stored"}), "|u1[2,1,144]");
  EXPECT_EQ(shapeOf({golden("gptq/v1_4bit"), "model.layers.0.q_proj.weight"}), "<f4[32,64]");
  EXPECT_EQ(shapeOf({golden("gptq/v1_4bit"), "model.layers.0.q_proj.qweight", "--stored"}), "<i4[8,32]");
}

TEST(UlpPacked, ExportNamesThePartsOfWhatHasNoBytesOfItsOwn) {
  const TemporaryFolder folder;
  const auto out = folder / "out.npy";
  const Outcome outcome =
      ulp({"export", golden("gptq/v1_4bit"), "model.layers.0.q_proj.weight", out.string(), "--stored"});
  EXPECT_EQ(outcome.exitCode, 3);
  EXPECT_THAT(outcome.err, HasSubstr("\"model.layers.0.q_proj.qweight\""));
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(UlpPacked, ScanLeavesPartsOut) {
  const Outcome outcome = ulp({"scan", golden("gptq/v1_4bit"), "--schemes", "q8_0", "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  const Json json = outcome.json();
  EXPECT_NO_THROW(tensorNamed(json, "model.layers.0.q_proj.weight"));
  EXPECT_THROW(tensorNamed(json, "model.layers.0.q_proj.qweight"), std::runtime_error);
}

/// A pickle that would call os.system where one loads it as Python does.
const std::string kCallsSystem = "\x80\x02}q\x01X\x04\x00\x00\x00hookcos\nsystem\nX\x04\x00\x00\x00true\x85Rs."s;

TEST(UlpInspect, ListsWhatAPickleWouldCallAndCallsNothing) {
  const TemporaryFolder folder;
  const auto path = folder.write("model.bin", kCallsSystem);
  const Outcome text = ulp({"inspect", path});
  ASSERT_EQ(text.exitCode, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("\nnot a tensor"));
  EXPECT_THAT(text.out, HasSubstr("\nhook "));
  EXPECT_THAT(text.err, HasSubstr("os.system"));
  const Json json = ulp({"inspect", path, "--json"}).json();
  ASSERT_EQ(json["objects"].size(), 1u);
  EXPECT_EQ(json["objects"][0]["suspicious"], true);
}

}  // namespace
}  // namespace ulpscope::test
