// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/model_description.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_values.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using enum TensorRole;

std::optional<ModelDescription> described(std::string config) {
  Checkpoint checkpoint;
  checkpoint.config = std::move(config);
  return describeModel(checkpoint);
}

TEST(ModelDescription, ReadsTheConfigOfALlama) {
  const auto model = described(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
    "vocab_size": 128256, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "rope_theta": 500000.0,
    "quantization_config": {"quant_method": "gptq", "group_size": -1}})");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->architectures, std::vector<std::string>{"LlamaForCausalLM"});
  EXPECT_EQ(model->modelType, "llama");
  EXPECT_EQ(model->hiddenSize, 4096u);
  EXPECT_EQ(model->layers, 32u);
  EXPECT_EQ(model->keyValueHeads, 8u);
  EXPECT_EQ(model->headDim, 128u);
  EXPECT_EQ(model->intermediateSize, 14336u);
  EXPECT_EQ(model->vocabulary, 128256u);
  EXPECT_EQ(model->tiedEmbeddings, false);
  EXPECT_EQ(model->torchDtype, "bfloat16");
  EXPECT_EQ(model->quantMethod, "gptq");
  EXPECT_FALSE(model->experts);
}

TEST(ModelDescription, ReadsOtherNamesForTheSame) {
  EXPECT_EQ(described(R"({"n_embd": 768, "n_head": 12})")->headDim, 64u);
  EXPECT_EQ(described(R"({"d_model": 512, "d_kv": 64, "num_heads": 8})")->headDim, 64u);
  EXPECT_EQ(described(R"({"model_type": "x", "n_routed_experts": 256, "num_experts_per_tok": 8})")->experts, 256u);
  EXPECT_EQ(described(R"({"text_config": {"hidden_size": 2560, "tie_word_embeddings": true}})")->hiddenSize, 2560u);
}

TEST(ModelDescription, IsEmptyWhereTheConfigIsBrokenOrAbsurd) {
  EXPECT_FALSE(described("{"));
  EXPECT_FALSE(described(""));
  EXPECT_FALSE(describeModel(Checkpoint{}));
  const auto model =
      described(R"({"hidden_size": -1, "num_attention_heads": 0, "vocab_size": 1e300, "architectures": 3})");
  ASSERT_TRUE(model);
  EXPECT_EQ(*model, ModelDescription{});
  EXPECT_FALSE(described(std::string(100, '[') + std::string(100, ']')));
}

TEST(ModelDescription, ReadsTheMetadataOfGguf) {
  Checkpoint checkpoint;
  checkpoint.metadata = {{"general.architecture", "qwen2moe"},  {"qwen2moe.block_count", "24"},
                         {"qwen2moe.embedding_length", "2048"}, {"qwen2moe.attention.head_count", "16"},
                         {"qwen2moe.expert_count", "60"},       {"llama.block_count", "7"}};
  const auto model = describeModel(checkpoint);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->modelType, "qwen2moe");
  EXPECT_EQ(model->layers, 24u);
  EXPECT_EQ(model->headDim, 128u);
  EXPECT_EQ(model->experts, 60u);
}

/// As TensorPlace, with a default for what a test leaves out.
struct Expected {
  TensorRole role = None;
  std::optional<std::uint64_t> layer = {};
  std::optional<std::uint64_t> expert = {};
  bool ofExperts = false;
  bool bias = false;
  bool transposed = false;
};
struct Named {
  std::string_view name;
  Expected place;
};
void expectPlaces(std::initializer_list<Named> tensors, const ModelDescription& model = {}) {
  for (const auto& [name, place] : tensors) {
    const TensorPlace found = roleOf(name, model);
    EXPECT_EQ(titleOf(found.role), titleOf(place.role)) << name;
    EXPECT_EQ(found.layer, place.layer) << name;
    EXPECT_EQ(found.expert, place.expert) << name;
    EXPECT_EQ(found.bias, place.bias) << name;
    EXPECT_EQ(found.ofExperts, place.ofExperts) << name;
    EXPECT_EQ(found.transposed, place.transposed) << name;
  }
}

TEST(TensorRoles, OfLlamaQwenGemmaAndPhi) {
  expectPlaces({{"model.embed_tokens.weight", {Embedding}},
                {"model.layers.3.self_attn.q_proj.weight", {Query, 3}},
                {"model.layers.3.self_attn.k_proj.bias", {Key, 3, {}, false, true}},
                {"model.layers.31.self_attn.v_proj.qweight", {Value, 31}},
                {"model.layers.0.self_attn.o_proj.weight", {AttentionOutput, 0}},
                {"model.layers.0.self_attn.dense.weight", {AttentionOutput, 0}},
                {"model.layers.0.self_attn.qkv_proj.weight", {QueryKeyValue, 0}},
                {"model.layers.0.mlp.gate_proj.weight", {Gate, 0}},
                {"model.layers.0.mlp.up_proj.weight", {Up, 0}},
                {"model.layers.0.mlp.gate_up_proj.weight", {GateUp, 0}},
                {"model.layers.0.mlp.down_proj.weight", {Down, 0}},
                {"model.layers.0.mlp.fc1.weight", {Up, 0}},
                {"model.layers.0.mlp.fc2.weight", {Down, 0}},
                {"model.layers.0.input_layernorm.weight", {Norm, 0}},
                {"model.layers.0.self_attn.q_norm.weight", {Norm, 0}},
                {"model.layers.0.pre_feedforward_layernorm.weight", {Norm, 0}},
                {"model.norm.weight", {Norm}},
                {"lm_head.weight", {Head}},
                {"model.layers.0.self_attn.rotary_emb.inv_freq", {None, 0}}});
}

TEST(TensorRoles, OfGpt2WhoseConvolutionsAreTransposed) {
  ModelDescription model;
  model.modelType = "gpt2";
  expectPlaces({{"wte.weight", {Embedding}},
                {"wpe.weight", {PositionEmbedding}},
                {"h.5.attn.c_attn.weight", {QueryKeyValue, 5, {}, false, false, true}},
                {"h.5.attn.c_attn.bias", {QueryKeyValue, 5, {}, false, true}},
                {"h.5.attn.c_proj.weight", {AttentionOutput, 5, {}, false, false, true}},
                {"transformer.h.5.mlp.c_fc.weight", {Up, 5, {}, false, false, true}},
                {"transformer.h.5.mlp.c_proj.weight", {Down, 5, {}, false, false, true}},
                {"h.5.ln_1.weight", {Norm, 5}},
                {"ln_f.weight", {Norm}}},
               model);
  EXPECT_FALSE(roleOf("transformer.h.5.mlp.c_proj.weight").transposed);  // GPTBigCode's are linear
}

TEST(TensorRoles, OfBertDistilBertAndT5) {
  expectPlaces({{"embeddings.word_embeddings.weight", {Embedding}},
                {"embeddings.position_embeddings.weight", {PositionEmbedding}},
                {"embeddings.LayerNorm.weight", {Norm}},
                {"encoder.layer.3.attention.self.query.weight", {Query, 3}},
                {"bert.encoder.layer.3.attention.output.dense.weight", {AttentionOutput, 3}},
                {"encoder.layer.3.attention.output.LayerNorm.bias", {Norm, 3, {}, false, true}},
                {"encoder.layer.3.intermediate.dense.weight", {Up, 3}},
                {"encoder.layer.3.output.dense.weight", {Down, 3}},
                {"pooler.dense.weight", {None}},
                {"distilbert.transformer.layer.0.attention.q_lin.weight", {Query, 0}},
                {"distilbert.transformer.layer.0.ffn.lin2.weight", {Down, 0}},
                {"shared.weight", {Embedding}},
                {"encoder.block.2.layer.0.SelfAttention.q.weight", {Query, 2}},
                {"encoder.block.2.layer.0.SelfAttention.o.weight", {AttentionOutput, 2}},
                {"encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", {PositionEmbedding, 0}},
                {"encoder.block.2.layer.1.DenseReluDense.wi_0.weight", {Gate, 2}},
                {"encoder.block.2.layer.1.DenseReluDense.wo.weight", {Down, 2}},
                {"decoder.block.2.layer.1.layer_norm.weight", {Norm, 2}}});
}

TEST(TensorRoles, OfNeoxOptFalconMptAndChatGlm) {
  ModelDescription chat;
  chat.modelType = "chatglm";
  expectPlaces({{"gpt_neox.embed_in.weight", {Embedding}},
                {"gpt_neox.layers.7.attention.query_key_value.weight", {QueryKeyValue, 7}},
                {"gpt_neox.layers.7.attention.dense.weight", {AttentionOutput, 7}},
                {"gpt_neox.layers.7.mlp.dense_h_to_4h.weight", {Up, 7}},
                {"gpt_neox.layers.7.mlp.dense_4h_to_h.bias", {Down, 7, {}, false, true}},
                {"embed_out.weight", {Head}},
                {"model.decoder.embed_positions.weight", {PositionEmbedding}},
                {"model.decoder.layers.1.self_attn.out_proj.weight", {AttentionOutput, 1}},
                {"transformer.h.1.self_attention.dense.weight", {AttentionOutput, 1}},
                {"transformer.blocks.1.attn.Wqkv.weight", {QueryKeyValue, 1}},
                {"transformer.blocks.1.ffn.down_proj.weight", {Down, 1}},
                {"transformer.blocks.1.norm_1.weight", {Norm, 1}}});
  EXPECT_EQ(roleOf("transformer.encoder.layers.0.mlp.dense_h_to_4h.weight", chat).role, GateUp);
  EXPECT_EQ(roleOf("transformer.output_layer.weight", chat).role, Head);
}

TEST(TensorRoles, OfExpertsAndTheirRouters) {
  expectPlaces({{"model.layers.2.block_sparse_moe.gate.weight", {Router, 2}},
                {"model.layers.2.block_sparse_moe.experts.5.w1.weight", {Gate, 2, 5, true}},
                {"model.layers.2.block_sparse_moe.experts.5.w2.weight", {Down, 2, 5, true}},
                {"model.layers.2.mlp.gate.weight", {Router, 2}},
                {"model.layers.2.mlp.experts.59.up_proj.weight", {Up, 2, 59, true}},
                {"model.layers.2.mlp.shared_experts.up_proj.weight", {Up, 2}},
                {"model.layers.2.self_attn.q_a_proj.weight", {Query, 2}},
                {"model.layers.2.self_attn.kv_a_proj_with_mqa.weight", {KeyValue, 2}},
                {"model.layers.2.self_attn.kv_a_layernorm.weight", {Norm, 2}},
                {"model.layers.2.mlp.router.weight", {Router, 2}},
                {"model.layers.2.mlp.experts.gate_up_proj_blocks", {GateUp, 2, {}, true}},
                {"model.layers.2.mlp.experts.down_proj_bias", {Down, 2, {}, true, true}},
                {"block.2.mlp.mlp1_weight.blocks", {None, 2}}});
}

TEST(TensorRoles, OfGgufAndMetasOwnFiles) {
  expectPlaces({{"token_embd.weight", {Embedding}},
                {"blk.4.attn_q.weight", {Query, 4}},
                {"blk.4.attn_k.bias", {Key, 4, {}, false, true}},
                {"blk.4.attn_output.weight", {AttentionOutput, 4}},
                {"blk.4.attn_qkv.weight", {QueryKeyValue, 4}},
                {"blk.4.ffn_gate.weight", {Gate, 4}},
                {"blk.4.ffn_down_exps.weight", {Down, 4, {}, true}},
                {"blk.4.ffn_gate_inp.weight", {Router, 4}},
                {"blk.4.attn_norm.weight", {Norm, 4}},
                {"output_norm.weight", {Norm}},
                {"output.weight", {Head}},
                {"tok_embeddings.weight", {Embedding}},
                {"layers.4.attention.wq.weight", {Query, 4}},
                {"layers.4.attention.wo.weight", {AttentionOutput, 4}},
                {"layers.4.feed_forward.w1.weight", {Gate, 4}},
                {"layers.4.feed_forward.w2.weight", {Down, 4}},
                {"layers.4.feed_forward.w3.weight", {Up, 4}}});
}

TEST(TensorRoles, OfNamesThatMeanNothing) {
  for (const std::string_view name :
       {"", ".", "...", "weight", "0.weight", "99999999999999999999999.weight", "a/b//c", "\xFF\xFE"})
    EXPECT_EQ(roleOf(name).role, None) << name;
}

TEST(OpenCheckpoint, SaysThatTheEmbeddingIsTheHeadToo) {
  const test::TemporaryFolder folder;
  folder.write("config.json", R"({"model_type": "llama", "tie_word_embeddings": true})");
  const auto path = folder.write("model.safetensors", test::SafetensorsBuilder()
                                                          .add("model.embed_tokens.weight", "F32", {2, 2}, 16)
                                                          .add("model.norm.weight", "F32", {2}, 8)
                                                          .bytes());
  const auto checkpoint = openCheckpoint(path);
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_TRUE((*checkpoint)->model);
  EXPECT_EQ((*checkpoint)->model->modelType, "llama");
  EXPECT_NE((*checkpoint)->tensors[0].remark.find("Also the output head"), std::string::npos);
}

TEST(ConfigValues, KeepsPathsOfNestedValuesApart) {
  const auto values = ConfigValues::parse(R"({"a": {"b": [1, {"c": "x"}, null], "b-c": true}, "a-b": 2.5, "e": []})");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->integer("a/b/0"), 1);
  EXPECT_EQ(values->text("a/b/1/c"), "x");
  EXPECT_EQ(values->truth("a/b-c"), true);
  EXPECT_EQ(values->number("a-b"), 2.5);
  EXPECT_FALSE(values->integer("a-b"));
  EXPECT_TRUE(values->has("a"));
  EXPECT_FALSE(values->has("e"));
  EXPECT_EQ(values->keys(""), (std::vector<std::string>{"a", "a-b"}));
  EXPECT_EQ(values->keys("a"), (std::vector<std::string>{"b", "b-c"}));
  EXPECT_FALSE(values->integers("a/b"));
}

TEST(ConfigValues, RefusesWhatIsTooDeepTooLargeOrNoJson) {
  EXPECT_FALSE(ConfigValues::parse(std::string(65, '[') + std::string(65, ']')));
  EXPECT_TRUE(ConfigValues::parse(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(ConfigValues::parse(R"({"a": 1} x)"));
  EXPECT_FALSE(ConfigValues::parse("\xFF"));
  std::string many = "[0";
  for (int i = 0; i < 200'000; ++i) many += ",0";
  EXPECT_FALSE(ConfigValues::parse(many + "]"));
}

}  // namespace
}  // namespace ulpscope
