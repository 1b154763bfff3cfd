// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/checkpoint/tensor_filter.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;

Checkpoint checkpointOf(const std::vector<std::string>& names) {
  Checkpoint checkpoint;
  for (const std::string& name : names) {
    TensorInfo tensor;
    tensor.name = name;
    tensor.storedType = "BF16";
    tensor.shape = {384, 1536};
    tensor.elements = 384 * 1536;
    tensor.bytes = 2 * tensor.elements;
    checkpoint.tensors.push_back(tensor);
  }
  return checkpoint;
}

/// `weight` stored in `parts`, all of them in the checkpoint.
void pack(Checkpoint& checkpoint, std::size_t weight, std::vector<std::size_t> parts) {
  for (const std::size_t part : parts) checkpoint.tensors[part].partOf = weight;
  checkpoint.tensors[weight].packing =
      std::make_shared<const Packing>(Packing{"gptq", "GPTQ v1, 4 bits, groups of 128", std::move(parts)});
  checkpoint.tensors[weight].storedType = "GPTQ 4-bit";
}

Checkpoint packedCheckpoint() {
  Checkpoint checkpoint = checkpointOf({"model.embed.weight", "model.layers.0.q.qweight", "model.layers.0.q.scales",
                                        "model.layers.0.norm.weight", "model.layers.0.q.weight"});
  pack(checkpoint, 4, {1, 2});
  return checkpoint;
}

std::vector<std::string> outline(const Checkpoint& checkpoint, std::string_view query = "") {
  const std::vector<TensorGroup> groups = groupTensors(checkpoint);
  TensorRows rows;
  keepOnly(checkpoint, groups, TensorFilter(checkpoint).matches(TensorQuery::parse(query).value()), rows);
  std::vector<std::string> lines;
  for (const TensorRows::Group& group : rows.groups) {
    lines.push_back(group.group->name);
    for (std::size_t row = group.first; row < group.first + group.count; ++row) {
      const TensorGroup::Leaf& leaf = *rows.leaves[row];
      lines.push_back("  " + std::string(leaf.label));
      for (const TensorGroup::Leaf& part : rows.partsOf(leaf)) lines.push_back("    " + std::string(part.label));
    }
  }
  return lines;
}

TEST(TensorTree, GroupsByTheFirstNumberedModuleInNaturalOrder) {
  const auto checkpoint = checkpointOf({"encoder.layer.10.output.weight", "encoder.layer.2.output.weight",
                                        "encoder.layer.2.attention.query.weight", "embeddings.word.weight", "scale"});
  EXPECT_THAT(outline(checkpoint),
              ElementsAre("embeddings", "  word.weight", "encoder.layer.2", "  attention.query.weight",
                          "  output.weight", "encoder.layer.10", "  output.weight", "scale", "  scale"));
}

TEST(TensorTree, LooksPastComponentsThatAllNamesShare) {
  EXPECT_THAT(outline(checkpointOf({"bert.embeddings.weight", "bert.encoder.layer.0.weight"})),
              ElementsAre("bert.embeddings", "  weight", "bert.encoder.layer.0", "  weight"));
}

TEST(TensorTree, GroupsThePathsOfTensorFlowLikeTheNamesOfPyTorch) {
  EXPECT_THAT(outline(checkpointOf({"conv1d_2/conv1d_2/kernel:0", "conv1d_2/conv1d_2/bias:0", "/blocks/1/kernel"})),
              ElementsAre("/blocks/1", "  kernel", "conv1d_2", "  conv1d_2/bias:0", "  conv1d_2/kernel:0"));
}

TEST(TensorTree, CountsElementsAndBytesOfAGroup) {
  const auto checkpoint = checkpointOf({"a.0.x", "a.0.y", "a.1.x"});
  const auto groups = groupTensors(checkpoint);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].elements, 2u * 384 * 1536);
  EXPECT_EQ(groups[0].bytes, 4u * 384 * 1536);
}

TEST(TensorTree, KeepsTheOrderOfWhatAFilterLeaves) {
  const auto checkpoint = checkpointOf({"layer.10.key", "layer.10.query", "layer.2.query", "embedding"});
  EXPECT_THAT(outline(checkpoint, "query"), ElementsAre("layer.2", "  query", "layer.10", "  query"));
  const std::vector<TensorGroup> groups = groupTensors(checkpoint);
  TensorRows rows;
  keepOnly(checkpoint, groups, {0, 1, 3}, rows);
  keepOnly(checkpoint, groups, {1}, rows);  // what was kept before is gone
  ASSERT_EQ(rows.groups.size(), 1u);
  EXPECT_EQ(rows.leaves.size(), 1u);
  EXPECT_EQ(rows.groups[0].elements, 384u * 1536);
  EXPECT_EQ(sharesByType(checkpoint, rows)[0].tensors, 1u);
}

TEST(TensorTree, ShowsThePartsOfAPackedWeightBelowItAndNowhereElse) {
  EXPECT_THAT(outline(packedCheckpoint()), ElementsAre("model.embed", "  weight", "model.layers.0", "  norm.weight",
                                                       "  q.weight", "    qweight", "    scales"));
}

TEST(TensorTree, FindsAPartWithTheWeightItBelongsToAndAWeightWithAllItsParts) {
  const Checkpoint checkpoint = packedCheckpoint();
  EXPECT_THAT(outline(checkpoint, "scales"), ElementsAre("model.layers.0", "  q.weight", "    scales"));
  EXPECT_THAT(outline(checkpoint, "gptq"), ElementsAre("model.layers.0", "  q.weight", "    qweight", "    scales"));
}

TEST(TensorTree, CountsPartsAndSharedBytesOnce) {
  Checkpoint checkpoint = packedCheckpoint();
  checkpoint.tensors[3].sharesWith = 0;
  const auto groups = groupTensors(checkpoint);
  EXPECT_EQ(groups[1].elements, 2u * 384 * 1536);
  EXPECT_EQ(groups[1].bytes, 2u * 384 * 1536);
}

TEST(TensorTree, KeepsNamesThatDifferOnlyInLeadingZerosApart) {
  EXPECT_THAT(outline(checkpointOf({"a.1.x", "a.01.x"})), ElementsAre("a.01", "  x", "a.1", "  x"));
}

TEST(TensorTree, ShowsEveryTensorOnceWhateverItsName) {
  const auto checkpoint = checkpointOf({"", ".", "..", "a..b", "."});
  std::vector<std::size_t> shown;
  for (const TensorGroup& group : groupTensors(checkpoint))
    for (const TensorGroup::Leaf& leaf : group.leaves) shown.push_back(leaf.tensor);
  EXPECT_THAT(shown, testing::UnorderedElementsAre(0, 1, 2, 3, 4));
}

TEST(TensorTree, SharesTheBytesAmongTypes) {
  Checkpoint checkpoint = packedCheckpoint();
  checkpoint.tensors[0].sharesWith = 3;
  checkpoint.tensors[3].storedType = "F32";
  checkpoint.tensors[3].bytes *= 4;
  const auto shares = sharesByType(checkpoint, std::vector<std::size_t>{0, 1, 2, 3, 4});
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_EQ(shares[0].type, typeTitle(checkpoint.tensors[3]));
  EXPECT_EQ(shares[1].type, "GPTQ 4-bit");
  EXPECT_EQ(shares[1].tensors, 1u);  // its parts are not counted beside it
  EXPECT_EQ(shares[2].bytes, 0u);
  EXPECT_EQ(shares[2].elements, 384u * 1536);
}

}  // namespace
}  // namespace ulpscope
