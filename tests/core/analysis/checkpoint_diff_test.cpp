// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/checkpoint_diff.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "tests/core/checkpoint/gguf_builder.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using test::SafetensorsBuilder;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// BF16 by cutting off: exact for the values used here.
std::string halves(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) {
    const auto code = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
    bytes.append(reinterpret_cast<const char*>(&code), sizeof code);
  }
  return bytes;
}

Checkpoint opened(const SafetensorsBuilder& builder) { return test::openedBy("safetensors", builder.bytes()).value(); }

CheckpointDiff diffOf(const SafetensorsBuilder& a, const SafetensorsBuilder& b,
                      const std::vector<std::string>& rules = {}) {
  std::vector<RenameRule> parsed;
  for (const std::string& rule : rules) parsed.push_back(RenameRule::parse(rule).value());
  return diffCheckpoints(opened(a), opened(b), parsed, {}).value();
}

const std::vector<float> kValues = {1, -2, 0.5, 4};

TEST(CheckpointDiff, CountsEachStateOnce) {
  const auto a = SafetensorsBuilder()
                     .add("same", "F32", {4}, floats(kValues))
                     .add("other", "F32", {4}, floats(kValues))
                     .add("gone", "F32", {4}, floats(kValues))
                     .add("turned", "F32", {2, 2}, floats(kValues))
                     .add("typed", "F32", {4}, floats(kValues))
                     .add("unread", "C64", {2}, floats(kValues));
  const auto b = SafetensorsBuilder()
                     .add("typed", "BF16", {4}, halves(kValues))
                     .add("new", "F32", {4}, floats(kValues))
                     .add("turned", "F32", {4, 1}, floats(kValues))
                     .add("other", "F32", {4}, floats({1, -2, 0.75, 4}))
                     .add("unread", "C64", {2}, floats(kValues))
                     .add("same", "F32", {4}, floats(kValues));
  const CheckpointDiff diff = diffOf(a, b);
  for (std::size_t state = 0; state < kDiffStates; ++state)
    EXPECT_EQ(diff.summary[state], 1u) << idOf(static_cast<DiffState>(state));
  std::vector<std::string> names;
  for (const TensorDiff& tensor : diff.tensors) names.push_back(tensor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"same", "other", "gone", "turned", "typed", "unread", "new"}));
  const TensorDiff& other = diff.tensors[1];
  EXPECT_EQ(other.different, 1u);
  EXPECT_EQ(other.firstDifferent, 2u);
  EXPECT_EQ(other.metrics->maxAbsoluteError, 0.25);
  EXPECT_EQ(other.metrics->meanError, 0.0625);
  EXPECT_TRUE(std::isnan(other.metrics->p50));
  const TensorDiff& typed = diff.tensors[4];
  EXPECT_EQ(typed.different, 0u);
  EXPECT_EQ(typed.metrics->maxAbsoluteError, 0);
  EXPECT_FALSE(diff.tensors[5].remark.empty());
}

TEST(CheckpointDiff, ComparesCodesWithinATypeAndValuesAcrossTypes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> a = {0.0F, nan, 1}, b = {-0.0F, nan, 1};
  const CheckpointDiff codes = diffOf(SafetensorsBuilder().add("x", "F32", {3}, floats(a)),
                                      SafetensorsBuilder().add("x", "F32", {3}, floats(b)));
  EXPECT_EQ(codes.tensors[0].state, DiffState::Changed);
  EXPECT_EQ(codes.tensors[0].different, 1u);
  EXPECT_EQ(codes.tensors[0].metrics->excluded, 1u);
  const CheckpointDiff values = diffOf(SafetensorsBuilder().add("x", "F32", {3}, floats(a)),
                                       SafetensorsBuilder().add("x", "BF16", {3}, halves(b)));
  EXPECT_EQ(values.tensors[0].state, DiffState::Type);
  EXPECT_EQ(values.tensors[0].different, 0u);
}

TEST(CheckpointDiff, FindsTheElementInPackedTypesAndBeyondTheFirstBatch) {
  const CheckpointDiff packed = diffOf(SafetensorsBuilder().add("x", "F4", {4}, "\x21\x43"),
                                       SafetensorsBuilder().add("x", "F4", {4}, "\x21\x53"));
  EXPECT_EQ(packed.tensors[0].different, 1u);
  EXPECT_EQ(packed.tensors[0].firstDifferent, 3u);
  std::vector<float> many((1 << 20) + 100'000, 0.5F);
  const auto a = SafetensorsBuilder().add("x", "F32", {many.size()}, floats(many));
  many[(1 << 20) + 70'001] = 3;
  const CheckpointDiff diff = diffOf(a, SafetensorsBuilder().add("x", "F32", {many.size()}, floats(many)));
  EXPECT_EQ(diff.tensors[0].different, 1u);
  EXPECT_EQ(diff.tensors[0].firstDifferent, (1u << 20) + 70'001);
  EXPECT_EQ(diff.tensors[0].metrics->maxAt, (1u << 20) + 70'001);
  EXPECT_EQ(diff.tensors[0].metrics->included, many.size());
}

TEST(CheckpointDiff, GivesTensorsOfTheSecondOtherNames) {
  const auto a = SafetensorsBuilder().add("model.layers.0.mix.weight", "F32", {4}, floats(kValues));
  const auto b = SafetensorsBuilder().add("blk.0.mixer.weight", "F32", {4}, floats(kValues));
  EXPECT_EQ(diffOf(a, b).count(DiffState::Missing), 1u);
  const CheckpointDiff renamed = diffOf(a, b, {"nothing.*=else.*", "blk.*.mixer.*=model.layers.*.mix.*"});
  EXPECT_EQ(renamed.count(DiffState::Identical), 1u);
  const auto two = SafetensorsBuilder().add("a.x", "F32", {4}, floats(kValues)).add("b.x", "F32", {4}, floats(kValues));
  const std::vector<RenameRule> rules{RenameRule::parse("a.*=*").value(), RenameRule::parse("b.*=*").value()};
  const auto failed = diffCheckpoints(opened(a), opened(two), rules, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::Corrupt);
}

TEST(CheckpointDiff, PairsWhatGgufCallsTheSameIfThereIsButOneOfIt) {
  const auto hugging = SafetensorsBuilder()
                           .add("model.layers.0.self_attn.q_proj.weight", "F32", {4}, floats(kValues))
                           .add("model.layers.0.mlp.experts.0.up_proj.weight", "F32", {4}, floats(kValues))
                           .add("model.layers.0.mlp.experts.1.up_proj.weight", "F32", {4}, floats(kValues))
                           .add("model.layers.0.post_attention_layernorm.weight", "F32", {4}, floats(kValues));
  const auto gguf = SafetensorsBuilder()
                        .add("blk.0.attn_q.weight", "F32", {4}, floats(kValues))
                        .add("blk.0.ffn_up_exps.weight", "F32", {4}, floats(kValues))
                        .add("blk.0.ffn_norm.weight", "F32", {4}, floats(kValues));
  const CheckpointDiff diff = diffOf(hugging, gguf);
  EXPECT_EQ(diff.count(DiffState::Identical), 2u);
  EXPECT_EQ(diff.count(DiffState::Missing), 2u);
  EXPECT_EQ(diff.count(DiffState::Extra), 1u);
  EXPECT_EQ(diff.tensors[0].name, "model.layers.0.self_attn.q_proj.weight");
  EXPECT_EQ(diffOf(gguf, hugging).count(DiffState::Identical), 2u);
  EXPECT_EQ(diffOf(hugging, gguf, {"blk.*=*"}).count(DiffState::Identical), 0u) << "renamed, so it is as meant";
  const auto gemma = SafetensorsBuilder()
                         .add("model.layers.0.post_attention_layernorm.weight", "F32", {4}, floats(kValues))
                         .add("model.layers.0.post_feedforward_layernorm.weight", "F32", {4}, floats(kValues));
  EXPECT_EQ(diffOf(gemma, gguf).count(DiffState::Identical), 0u) << "another norm has that name in GGUF";
}

/// 12 rows of one column: of queries three heads of 4 rows, of keys one head of 12 as the file has it.
Checkpoint llama(const std::vector<float>& queries, const std::vector<float>& keys) {
  Checkpoint checkpoint = test::openedBy("gguf", test::GgufBuilder()
                                                     .entry("general.architecture", "llama")
                                                     .entry("llama.attention.head_count", 3)
                                                     .entry("llama.attention.head_count_kv", 1)
                                                     .tensor("blk.0.attn_q.weight", {1, 12}, 0, floats(queries))
                                                     .tensor("blk.0.attn_k.weight", {1, 12}, 0, floats(keys))
                                                     .bytes())
                              .value();
  checkpoint.model = describeModel(checkpoint);
  return checkpoint;
}

TEST(CheckpointDiff, ReadsQueriesAndKeysOfLlamaInTheFirstsOrder) {
  // numpy: numpy.arange(12).reshape(heads, 2, 12 // heads // 2).swapaxes(1, 2).flatten()
  const std::vector<float> rows{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const Checkpoint gguf = llama({0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11}, {0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11});
  const auto named = [&](const std::string& query, const std::string& key) {
    return opened(SafetensorsBuilder()
                      .add(query + ".weight", "F32", {12, 1}, floats(rows))
                      .add(key + ".weight", "F32", {12, 1}, floats(rows)));
  };
  const auto identical = [](const Checkpoint& a, const Checkpoint& b) {
    return diffCheckpoints(a, b, {}, {}).value().count(DiffState::Identical);
  };
  const Checkpoint hugging = named("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj");
  EXPECT_EQ(identical(hugging, gguf), 2u);
  EXPECT_EQ(identical(gguf, hugging), 2u);
  const Checkpoint meta = named("layers.0.attention.wq", "layers.0.attention.wk");
  EXPECT_EQ(identical(meta, gguf), 0u);
  EXPECT_EQ(identical(meta, llama(rows, rows)), 2u) << "Meta's order is that of GGUF";
}

TEST(RenameRule, PutsWhatAnAsteriskMatchedInItsPlace) {
  const auto renamed = [](const char* rule, const char* name) {
    return RenameRule::parse(rule).value().apply(name).value_or("none");
  };
  EXPECT_EQ(renamed("model.*=*", "model.a.b"), "a.b");
  EXPECT_EQ(renamed("*=model.*", "a"), "model.a");
  EXPECT_EQ(renamed("*.weight=*.kernel", "a.weight.weight"), "a.weight.kernel");
  EXPECT_EQ(renamed("a.*.b.*.c=*/*", "a.1.b.2.b.3.c"), "1/2.b.3");
  EXPECT_EQ(renamed("x=y", "x"), "y");
  EXPECT_EQ(renamed("x=y", "xx"), "none");
  EXPECT_EQ(renamed("ab*ba=*", "aba"), "none");
  for (const char* rule : {"", "a", "a=b=c", "*=a", "a=*"})
    EXPECT_EQ(RenameRule::parse(rule).error().code, Errc::Usage) << rule;
}

TEST(CheckpointDiff, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const Checkpoint a = opened(SafetensorsBuilder().add("x", "F32", {4}, floats(kValues)));
  EXPECT_EQ(diffCheckpoints(a, a, {}, JobContext{stop.get_token(), nullptr}).error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
