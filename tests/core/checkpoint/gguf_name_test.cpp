// SPDX-License-Identifier: Apache-2.0
// Oracle: gguf 0.19.0, get_tensor_name_map(arch, 8).get_name(module), for the architectures llama, bert, qwen3,
// deepseek2, t5, phi2 and qwen2moe.
#include "core/checkpoint/gguf_name.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace ulpscope {
namespace {

std::optional<std::string> named(const std::string& name) { return ggufNameOf(name, roleOf(name)); }

TEST(GgufNames, AreThoseOfTheConverter) {
  for (const auto& [module, expected] :
       {std::pair{"model.layers.3.self_attn.q_proj", "blk.3.attn_q"},
        std::pair{"layers.3.attention.wq", "blk.3.attn_q"},
        std::pair{"encoder.layer.3.attention.output.dense", "blk.3.attn_output"},
        std::pair{"encoder.layer.3.output.dense", "blk.3.ffn_down"},
        std::pair{"model.layers.0.mlp.experts.7.gate_proj", "blk.0.ffn_gate_exps"},
        std::pair{"model.layers.0.mlp.shared_expert.up_proj", "blk.0.ffn_up_shexp"},
        std::pair{"model.layers.0.mlp.gate", "blk.0.ffn_gate_inp"},
        std::pair{"model.layers.0.mlp.fc1", "blk.0.ffn_up"},
        std::pair{"model.layers.1.self_attn.q_a_proj", "blk.1.attn_q_a"},
        std::pair{"model.layers.1.self_attn.q_b_proj", "blk.1.attn_q_b"},
        std::pair{"model.layers.1.self_attn.kv_a_proj_with_mqa", "blk.1.attn_kv_a_mqa"},
        std::pair{"model.layers.1.self_attn.kv_b_proj", "blk.1.attn_kv_b"},
        std::pair{"model.layers.1.self_attn.q_a_layernorm", "blk.1.attn_q_a_norm"},
        std::pair{"model.layers.1.self_attn.kv_a_layernorm", "blk.1.attn_kv_a_norm"},
        std::pair{"model.layers.1.self_attn.q_norm", "blk.1.attn_q_norm"},
        std::pair{"model.layers.1.self_attn.k_norm", "blk.1.attn_k_norm"},
        std::pair{"model.layers.3.input_layernorm", "blk.3.attn_norm"},
        std::pair{"model.layers.3.post_attention_layernorm", "blk.3.ffn_norm"},
        std::pair{"layers.3.attention_norm", "blk.3.attn_norm"},
        std::pair{"layers.3.ffn_norm", "blk.3.ffn_norm"},
        std::pair{"encoder.layer.3.attention.output.LayerNorm", "blk.3.attn_output_norm"},
        std::pair{"encoder.layer.3.output.LayerNorm", "blk.3.layer_output_norm"},
        std::pair{"embeddings.LayerNorm", "token_embd_norm"},
        std::pair{"embeddings.position_embeddings", "position_embd"},
        std::pair{"embeddings.token_type_embeddings", "token_types"},
        std::pair{"embeddings.word_embeddings", "token_embd"},
        std::pair{"model.embed_tokens", "token_embd"},
        std::pair{"model.norm", "output_norm"},
        std::pair{"norm", "output_norm"},
        std::pair{"lm_head", "output"},
        std::pair{"decoder.block.1.layer.1.EncDecAttention.q", "dec.blk.1.cross_attn_q"},
        std::pair{"decoder.block.1.layer.1.EncDecAttention.o", "dec.blk.1.cross_attn_o"},
        std::pair{"decoder.block.1.layer.0.SelfAttention.k", "dec.blk.1.attn_k"},
        std::pair{"encoder.block.1.layer.0.SelfAttention.o", "enc.blk.1.attn_o"},
        std::pair{"encoder.block.1.layer.1.DenseReluDense.wi_0", "enc.blk.1.ffn_gate"},
        std::pair{"encoder.final_layer_norm", "enc.output_norm"}})
    for (const char* parameter : {"weight", "bias"})
      EXPECT_EQ(named(fmt::format("{}.{}", module, parameter)), fmt::format("{}.{}", expected, parameter));
}

TEST(GgufNames, StayWhereTheyAreGgufsAlreadyAndAreNotMadeUp) {
  for (const std::string name : {"blk.3.ssm_in.weight", "dec.blk.0.attn_rel_b.weight", "token_types.weight"})
    EXPECT_EQ(named(name), name);
  for (const char* name : {"pooler.dense.weight", "embeddings.position_ids", "model.layers.0.self_attn.inv_freq", ""})
    EXPECT_EQ(named(name), std::nullopt) << name;
}

}  // namespace
}  // namespace ulpscope
