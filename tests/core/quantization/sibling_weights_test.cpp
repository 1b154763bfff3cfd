// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/sibling_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/backend/backend.h"
#include "core/checkpoint/siblings.h"
#include "core/quantization/known_layer.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A checkpoint of matrices [2, 3] of these names.
Checkpoint checkpointOf(const std::vector<std::string>& names) {
  test::SafetensorsBuilder builder;
  for (const std::string& name : names) builder.add(name, "F32", {2, 3}, test::bytesOf(std::vector<float>(6, 1)));
  return test::openedWith(builder.bytes());
}

std::vector<std::string> siblingNames(const Checkpoint& checkpoint, const std::string& name) {
  std::vector<std::string> names;
  for (const std::size_t sibling : siblingsOf(checkpoint, *checkpoint.find(name)))
    names.push_back(checkpoint.tensors[sibling].name);
  return names;
}

TEST(Siblings, AreTheProjectionsOfOneInputInEveryNaming) {
  const Checkpoint checkpoint = checkpointOf(
      {"model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.k_proj.weight",
       "model.layers.0.self_attn.v_proj.weight", "model.layers.0.self_attn.o_proj.weight",
       "model.layers.1.self_attn.q_proj.weight", "encoder.layer.3.attention.self.query.weight",
       "encoder.layer.3.attention.self.value.weight", "blk.2.attn_q.weight", "blk.2.attn_k.weight",
       "blk.2.ffn_gate.weight", "blk.2.ffn_up.weight", "blk.2.ffn_down.weight", "l.experts.0.w1.weight",
       "l.experts.0.w2.weight", "l.experts.0.w3.weight", "l.experts.1.w3.weight", "q_proj.weight", "v_proj.weight"});
  EXPECT_THAT(siblingNames(checkpoint, "model.layers.0.self_attn.k_proj.weight"),
              ElementsAre("model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.v_proj.weight"));
  EXPECT_THAT(siblingNames(checkpoint, "encoder.layer.3.attention.self.query.weight"),
              ElementsAre("encoder.layer.3.attention.self.value.weight"));
  EXPECT_THAT(siblingNames(checkpoint, "blk.2.attn_q.weight"), ElementsAre("blk.2.attn_k.weight"));
  EXPECT_THAT(siblingNames(checkpoint, "blk.2.ffn_up.weight"), ElementsAre("blk.2.ffn_gate.weight"));
  EXPECT_THAT(siblingNames(checkpoint, "l.experts.0.w1.weight"), ElementsAre("l.experts.0.w3.weight"));
  EXPECT_THAT(siblingNames(checkpoint, "q_proj.weight"), ElementsAre("v_proj.weight"));
  for (const char* alone : {"model.layers.0.self_attn.o_proj.weight", "model.layers.1.self_attn.q_proj.weight",
                            "blk.2.ffn_down.weight", "l.experts.0.w2.weight"})
    EXPECT_THAT(siblingNames(checkpoint, alone), IsEmpty()) << alone;
}

TEST(Siblings, OfCrossAttentionAreKeyAndValueAlone) {
  const Checkpoint checkpoint = checkpointOf({"decoder.block.0.layer.1.EncDecAttention.q.weight",
                                              "decoder.block.0.layer.1.EncDecAttention.k.weight",
                                              "decoder.block.0.layer.1.EncDecAttention.v.weight"});
  EXPECT_THAT(siblingNames(checkpoint, "decoder.block.0.layer.1.EncDecAttention.q.weight"), IsEmpty());
  EXPECT_THAT(siblingNames(checkpoint, "decoder.block.0.layer.1.EncDecAttention.v.weight"),
              ElementsAre("decoder.block.0.layer.1.EncDecAttention.k.weight"));
}

TEST(Siblings, HaveAsManyColumnsAndAreMatrices) {
  const Checkpoint checkpoint =
      test::openedWith(test::SafetensorsBuilder()
                           .add("a.q_proj.weight", "F32", {2, 3}, test::bytesOf({1, 2, 3, 4, 5, 6}))
                           .add("a.k_proj.weight", "F32", {3, 2}, test::bytesOf({1, 2, 3, 4, 5, 6}))
                           .add("a.v_proj.weight", "F32", {1, 3}, test::bytesOf({7, 8, 9}))
                           .bytes());
  EXPECT_THAT(siblingNames(checkpoint, "a.q_proj.weight"), ElementsAre("a.v_proj.weight"));
  const auto known = knownLayer(Calibration::synthetic().get(), checkpoint, *checkpoint.find("a.q_proj.weight"),
                                Siblings::Read, *makeReferenceBackend(), {});
  ASSERT_TRUE(known) << known.error().message;
  ASSERT_EQ(known->siblings.views().size(), 1u);
  EXPECT_THAT(known->siblings.views()[0].values, ElementsAre(7, 8, 9));
  EXPECT_EQ(known->siblings.briefNames("a.q_proj.weight"), "v_proj");
}

}  // namespace
}  // namespace ulpscope
