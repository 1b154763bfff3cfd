// SPDX-License-Identifier: Apache-2.0
//
// What single conventions promise beyond the laws: versions told apart, disagreements said, names kept apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "tests/core/checkpoint/packed_sample.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using test::PackedPart;
using test::PackedSample;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PackedSample sampleOf(std::string_view name) {
  const auto& samples = test::packedSamples();
  return *std::ranges::find(samples, name, &PackedSample::name);
}

using Metadata = std::vector<std::pair<std::string, std::string>>;

Checkpoint opened(const PackedSample& sample, Metadata metadata = {}) {
  test::SafetensorsBuilder builder;
  for (const PackedPart& part : sample.parts) builder.add(part.name, part.type, part.shape, part.bytes);
  auto checkpoint = findCheckpointReader("safetensors")->open(builder.source(), {});
  EXPECT_TRUE(checkpoint);
  checkpoint->config = sample.config;
  checkpoint->metadata = std::move(metadata);
  EXPECT_TRUE(attachPackedWeights(*checkpoint, {}));
  return std::move(*checkpoint);
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, text.npos) << from;
  text.replace(at, from.size(), to);
}

std::vector<double> valuesOf(const Checkpoint& checkpoint, std::string_view name) {
  const auto source = checkpoint.source(*checkpoint.find(name));
  EXPECT_TRUE(source);
  std::vector<double> values(source->info().elements);
  EXPECT_TRUE(source->readDoubles(0, values));
  return values;
}

TEST(Gptq, DecodesByItsZeroPointsWhereTheLabelSaysOtherwise) {
  for (const std::string_view name : {"gptq_4_v1", "gptq_3_v1", "gptq_8_v1"}) {
    PackedSample sample = sampleOf(name);
    const std::vector<double> truth = valuesOf(opened(sample), "l.weight");
    replace(sample.config, "\"gptq\"}", "\"gptq_v2\"}");
    const Checkpoint checkpoint = opened(sample);
    EXPECT_EQ(valuesOf(checkpoint, "l.weight"), truth);
    EXPECT_THAT(checkpoint.tensors.back().remark,
                HasSubstr("Labelled as GPTQ v2, but its zero points are those of v1"));
    EXPECT_THAT(checkpoint.tensors.back().packing->title, HasSubstr("GPTQ v1"));
  }
  PackedSample sample = sampleOf("gptq_4_v2_act");
  const std::vector<double> truth = valuesOf(opened(sample), "l.weight");
  replace(sample.config, "gptq_v2", "gptq");
  EXPECT_EQ(valuesOf(opened(sample), "l.weight"), truth);
}

TEST(Gptq, WrapsAZeroPointThatVersion1StoredBelowZero) {
  PackedSample sample = sampleOf("gptq_4_v1");
  replace(sample.config, "\"sym\": true", "\"sym\": false");
  std::ranges::fill(sample.parts[1].bytes, '\xFF');
  const Checkpoint checkpoint = opened(sample);
  for (const double value : valuesOf(checkpoint, "l.weight")) EXPECT_GE(value, 0);  // code * scale: the zero point is 0
  EXPECT_THAT(checkpoint.tensors.back().remark, HasSubstr("A stored zero point of 15 stands for 0"));
}

TEST(Gptq, RefusesToReadAGroupThatIsNotThere) {
  PackedSample sample = sampleOf("gptq_4_v2_act");
  const std::int32_t group = 4;
  std::memcpy(sample.parts[3].bytes.data() + 5 * sizeof group, &group, sizeof group);
  const Checkpoint checkpoint = opened(sample);
  const auto source = checkpoint.source(*checkpoint.find("l.weight"));
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->valueAt(4));
  const auto value = source->valueAt(5);
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message, HasSubstr("\"l.g_idx\": a group below 4 expected for input 5, 4 found"));
}

TEST(PackedWeights, SayWhereConfigAndTensorsDisagree) {
  PackedSample sample = sampleOf("awq_gemm");
  replace(sample.config, "\"awq\"", "\"gptq\"");
  EXPECT_THAT(opened(sample).warnings, ElementsAre(HasSubstr("quant_method \"gptq\", but the tensors are those of AWQ"),
                                                   HasSubstr("no such weights were found")));
  replace(sample.config, "\"gptq\"", "\"made_up\"");
  EXPECT_THAT(opened(sample).warnings, ElementsAre(HasSubstr("\"made_up\", which is not known")));
  sample.config = "{}";
  EXPECT_THAT(opened(sample).warnings, IsEmpty());
}

TEST(PackedWeights, TakeTheNameOfThePartThatHasIt) {
  const Checkpoint checkpoint = opened(sampleOf("bnb_nf4"));
  const TensorInfo& weight = checkpoint.tensors[*checkpoint.find("l.weight")];
  EXPECT_EQ(weight.storedType, "bnb NF4");
  const TensorInfo& stored = checkpoint.tensors[*checkpoint.find("l.weight (stored)")];
  EXPECT_EQ(stored.storedType, "U8");
  EXPECT_EQ(stored.partOf, *checkpoint.find("l.weight"));
}

TEST(PackedWeights, NameTheTensorThatIsMissing) {
  PackedSample sample = sampleOf("gptq_4_v1");
  sample.parts.erase(sample.parts.begin() + 1);
  EXPECT_THAT(opened(sample).warnings,
              ElementsAre(HasSubstr(
                  "Not decoded as GPTQ: tensor \"l.qzeros\" expected beside the others of its weight, none found")));
}

TEST(PackedWeights, CountWhatFollowsTheFirstWarnings) {
  PackedSample sample = sampleOf("gptq_4_v1");
  sample.parts.erase(sample.parts.begin() + 1);
  const std::vector<PackedPart> parts = sample.parts;
  sample.parts.clear();
  for (int layer = 0; layer < 9; ++layer)
    for (PackedPart part : parts) {
      part.name = std::to_string(layer) + "." + part.name;
      sample.parts.push_back(std::move(part));
    }
  const std::vector<std::string> warnings = opened(sample).warnings;
  ASSERT_EQ(warnings.size(), 5u);
  EXPECT_THAT(warnings.back(), HasSubstr("Not decoded as GPTQ either: 5 weights."));
}

TEST(PackedWeights, OfEetqAreListedAsUnreadable) {
  const Checkpoint checkpoint = opened({.name = {},
                                        .convention = {},
                                        .config = R"({"quantization_config": {"quant_method": "eetq"}})",
                                        .parts = {{"l.weight", "I8", {2, 4}, std::string(8, '\1')},
                                                  {"l.weight_scales", "F16", {4}, std::string(8, '\1')}},
                                        .weight = {}});
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const std::size_t index = *checkpoint.find("l.weight");
  const TensorInfo& weight = checkpoint.tensors[index];
  EXPECT_EQ(weight.storedType, "EETQ");
  EXPECT_THAT(weight.shape, ElementsAre(4u, 2u));
  EXPECT_THAT(checkpoint.source(index).error().message, HasSubstr("permuted for one generation of GPUs"));
  EXPECT_EQ(checkpoint.totalBytes(), 16u);
}

TEST(TorchAo, DecodesThePartsOfAPickledSubclassByItsClassAndShape) {
  PackedSample sample = sampleOf("torchao_pickled");
  sample.config = "{}";
  const Metadata metadata(sample.metadata.begin(), sample.metadata.end());
  const Checkpoint checkpoint = opened(sample, metadata);
  for (const std::string_view part : {"l.weight.qdata", "l.weight.zero_point", "l.weight (stored)"})
    EXPECT_EQ(checkpoint.tensors[*checkpoint.find(part)].partOf, *checkpoint.find("l.weight")) << part;

  EXPECT_EQ(opened(sample).tensors.size(), 4u) << "of no class";
  EXPECT_EQ(opened(sample, {{"l.weight.__class__", "mine.Int8Tensor"}}).tensors.size(), 4u);
  const Checkpoint other = opened(sample, {{"l.weight.__class__", "torchao.quantization.Int4Tensor"}});
  EXPECT_THAT(other.tensors[*other.find("l.weight.qdata")].remark, HasSubstr("Int4Tensor, which is not decoded"));
  sample.parts.back() = {"l.weight", "BF16", {4, 31}, std::string(248, '\0')};
  EXPECT_THAT(opened(sample, metadata).warnings, ElementsAre(HasSubstr("shape [4, 31] expected")));
}

TEST(Hqq, TakesFromTheMetadataWhatQmodelKeepsAsNumbersAndTexts) {
  const PackedSample sample = sampleOf("hqq_pickled");
  const auto warningsWith = [&](const std::string& key, const std::string& value) {
    auto metadata = sample.metadata;
    metadata[key] = value;
    return opened(sample, {metadata.begin(), metadata.end()}).warnings;
  };
  EXPECT_THAT(warningsWith("l.axis", "1"), IsEmpty());
  EXPECT_THAT(warningsWith("l.quant_zero", "True"),
              Contains(HasSubstr("quant_zero of an HQQ weight expected to be False")));
  for (const std::string shape : {"[6, -16]", "[]", "6, 16", "[6, 16, 1, 1, 1]", "[6, 17]", "[6, 1.5]"})
    EXPECT_THAT(warningsWith("l.shape", shape), Contains(HasSubstr("Not decoded as HQQ"))) << shape;
}

/// Found by fuzzing: as a double, the largest integer is one that no integer holds.
TEST(Hqq, RefusesNumbersThatNoDoubleHolds) {
  PackedSample sample = sampleOf("hqq_4_axis1");
  const auto part = std::ranges::find(sample.parts, "l.nbits", &PackedPart::name);
  ASSERT_NE(part, sample.parts.end());
  part->type = "I64";
  part->bytes = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F";
  EXPECT_THAT(opened(sample).warnings, Contains(HasSubstr("a number below 2^53 expected")));
}

TEST(PackedValues, RoundAsTorchDoes) {
  EXPECT_EQ(halfBits(65519.0F), 0x7BFFu);
  EXPECT_EQ(halfBits(65520.0F), 0x7C00u);
  EXPECT_EQ(halfBits(-1e30F), 0xFC00u);
  EXPECT_EQ(halfBits(0x1p-25F), 0u);  // half of the smallest: to even
  EXPECT_EQ(halfBits(0x1.8p-25F), 1u);
  EXPECT_EQ(halfBits(-0.0F), 0x8000u);
  EXPECT_EQ(bfloatBits(0x1.01p0F), 0x3F80u);
  EXPECT_EQ(bfloatBits(0x1.03p0F), 0x3F82u);
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    if ((half & 0x7FFFu) <= 0x7C00u) {
      EXPECT_EQ(halfBits(halfValue(half)), half);
    }
  }
}

}  // namespace
}  // namespace ulpscope
