// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/hdf5_builder.h"
#include "tests/core/checkpoint/zip_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::asBytes;
using test::ZipBuilder;
using Builder = test::Hdf5Builder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Result<Checkpoint> open(const std::string& bytes, const Limits& limits = {}) {
  const auto file = memorySource("m", asBytes(bytes));
  for (const CheckpointReader* reader : checkpointReaders())
    if (reader->recognizes(*file)) return reader->open(file, {.options = {.limits = limits}});
  return fail(Errc::Usage, "nobody knows it");
}

constexpr std::string_view kLambda =
    R"({"class_name":"Functional","config":{"layers":[{"class_name":"Dense","config":{"name":"dense"}},)"
    R"({"class_name":"Lambda","config":{"name":"evil","trainable":true,"rate":-0.5,"function":["4wEAAAA=",null,null]}}]}})";

/// As Keras 2 saves a model: the attributes of its root and the weights of a layer.
std::string keras2Model(const std::string& config) {
  Builder file;
  const auto kernel = file.dataset(Builder::floatType(4), {1}, std::string("\0\0\xC0\x3F", 4));
  const auto inner = file.group({Builder::hardLink("kernel:0", kernel)});
  const auto layer = file.group(
      {Builder::hardLink("dense", inner), Builder::texts("weight_names", {"dense/kernel:0", "dense/biases:0"})});
  const auto weights = file.group({Builder::hardLink("dense", layer), Builder::texts("layer_names", {"dense"}),
                                   Builder::text("backend", "tensorflow")});
  return file.bytes(file.group({Builder::hardLink("model_weights", weights), Builder::text("keras_version", "2.2.4"),
                                Builder::text("model_config", config)}));
}

std::string weightsFile(float value = 1.5F) {
  Builder file;
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &value, 4);
  const auto variable = file.dataset(Builder::floatType(4), {1}, bytes);
  return file.bytes(file.group({Builder::hardLink("layers", file.group({Builder::hardLink("0", variable)}))}));
}

ZipBuilder archive(const std::string& config = "{}") {
  return ZipBuilder().add("metadata.json", R"({"keras_version":"3.15.1"})").add("config.json", config);
}

TEST(KerasH7, ShowsTheWeightsOfKeras2AndItsConfigurationAsTextOnly) {
  const auto checkpoint = open(keras2Model(R"({"class_name":"Model","config":{"name":"m","value":NaN}})"));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_EQ(checkpoint->tensors.size(), 1u);
  EXPECT_EQ(checkpoint->tensors[0].name, "model_weights/dense/dense/kernel:0");
  EXPECT_EQ(checkpoint->source(0)->valueAt(0).value(), 1.5);
  EXPECT_THAT(checkpoint->metadata, ElementsAre(Pair("keras_version", "2.2.4"), Pair("model_config", HasSubstr("NaN")),
                                                Pair("model_weights@backend", "tensorflow")));
  ASSERT_EQ(checkpoint->warnings.size(), 2u);
  EXPECT_THAT(checkpoint->warnings[0], HasSubstr("model_config is shown as text only"));
  EXPECT_EQ(checkpoint->warnings[1],
            "weight_names lists weights that are not there: \"model_weights/dense/dense/biases:0\".");
}

TEST(KerasH7, NamesEveryLambdaLayerAndRunsNone) {
  const auto keras2 = open(keras2Model(std::string(kLambda)));
  ASSERT_TRUE(keras2) << describe(keras2.error());
  ASSERT_EQ(keras2->objects.size(), 1u);
  EXPECT_EQ(keras2->objects[0].name, "model_config/evil");
  EXPECT_TRUE(keras2->objects[0].suspicious);
  EXPECT_THAT(keras2->objects[0].remark, HasSubstr("never run here"));

  for (const std::string config :
       {R"({"config":{"function":{"class_name":"__lambda__","config":{"code":"4wEAAAA="}}}})",
        R"({"class_name":"Lambd\u0061"})", R"({"class_name": "Lambda", "unfinished)"}) {
    const auto keras3 = open(archive(config).add("model.weights.h5", weightsFile()).bytes());
    ASSERT_TRUE(keras3) << describe(keras3.error());
    ASSERT_EQ(keras3->objects.size(), 1u) << config;
    EXPECT_EQ(keras3->objects[0].type, "Lambda");
  }
}

TEST(KerasH7, ReadsAKeras3ModelStoredAndDeflated) {
  for (const auto method : {std::uint16_t{0}, std::uint16_t{8}}) {
    const auto checkpoint =
        open(archive().add("model.weights.h5", weightsFile(), method).add("assets/words.txt", "a b").bytes());
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_EQ(checkpoint->container, "keras");
    EXPECT_THAT(checkpoint->warnings, IsEmpty());
    EXPECT_EQ(test::brokenInvariant(*checkpoint, false), "");
    ASSERT_EQ(checkpoint->tensors.size(), 1u);
    EXPECT_EQ(checkpoint->tensors[0].name, "layers/0");
    EXPECT_EQ(checkpoint->source(0)->valueAt(0).value(), 1.5);
    EXPECT_THAT(checkpoint->metadata,
                ElementsAre(Pair("metadata.json", HasSubstr("3.15.1")), Pair("config.json", "{}")));
  }
}

TEST(KerasH7, ReadsShardsInsideAModelAsOne) {
  const auto checkpoint = open(
      archive().add("model_00000.weights.h5", weightsFile(1)).add("model_00001.weights.h5", weightsFile(2)).bytes());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_EQ(checkpoint->tensors.size(), 2u);
  EXPECT_EQ(checkpoint->tensors[1].name, "layers/0 (2)");
  EXPECT_EQ(checkpoint->source(1)->valueAt(0).value(), 2);
  EXPECT_EQ(test::brokenInvariant(*checkpoint, false), "");
}

TEST(KerasH7, ReadsShardsBesideAnIndexOfGroups) {
  const test::TemporaryFolder folder;
  folder.write("m_00000.weights.h5", weightsFile(1));
  folder.write("m_00001.weights.h5", weightsFile(2));
  const auto index = folder.write("m.weights.json", R"({"metadata":{"total_size":8.0},"weight_map":{)"
                                                    R"("/layers":["m_00000.weights.h5","m_00001.weights.h5"],)"
                                                    R"("/gone":["m_00001.weights.h5"]}})");
  for (const auto& path : {index, folder.path()}) {
    const auto checkpoint = openCheckpoint(path);
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    ASSERT_EQ((*checkpoint)->tensors.size(), 2u);
    EXPECT_EQ((*checkpoint)->tensors[1].name, "layers/0 (2)");
    EXPECT_EQ((*checkpoint)->source(1)->valueAt(0).value(), 2);
    EXPECT_THAT((*checkpoint)->warnings,
                ElementsAre("The index lists groups in shards that do not hold them: \"/gone\".",
                            HasSubstr("a tensor of the same name")));
  }
}

TEST(KerasH7, RefusesMoreCompressedWeightsThanItsLimitAndLeavesOutWhatIsTooLong) {
  const std::string bytes = archive(std::string(1000, ' ')).add("model.weights.h5", weightsFile(), 8).bytes();
  EXPECT_EQ(open(bytes, {.inflatedBytes = 100}).error().code, Errc::LimitExceeded);
  const auto checkpoint = open(bytes, {.metadataBytes = 100});
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->metadata.size(), 1u);
  EXPECT_THAT(checkpoint->warnings, ElementsAre("config.json is left out: at most 100 bytes expected, 1000 found."));
}

}  // namespace
}  // namespace ulpscope
