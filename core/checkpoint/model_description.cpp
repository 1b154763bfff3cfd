// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/model_description.h"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>
#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_values.h"

namespace ulpscope {
namespace {

using Names = std::initializer_list<std::string_view>;

/// The first of `names` that is there and above zero; those of a language model inside a larger one lie below.
std::optional<std::uint64_t> count(const ConfigValues& config, Names names) {
  for (const std::string_view below : {"", "text_config/", "llm_config/"})
    for (const std::string_view name : names)
      if (const auto value = config.integer(std::string(below) + std::string(name)); value && *value > 0)
        return static_cast<std::uint64_t>(*value);
  return std::nullopt;
}

ModelDescription fromConfig(const ConfigValues& config) {
  ModelDescription model;
  model.architectures = config.texts("architectures").value_or(std::vector<std::string>());
  model.modelType = config.text("model_type").value_or("");
  model.hiddenSize = count(config, {"hidden_size", "n_embd", "d_model", "dim"});
  model.layers = count(config, {"num_hidden_layers", "n_layer", "n_layers", "num_layers"});
  model.heads = count(config, {"num_attention_heads", "n_head", "n_heads", "num_heads"});
  model.keyValueHeads = count(config, {"num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num"});
  model.headDim = count(config, {"head_dim", "d_kv", "kv_channels"});
  model.intermediateSize =
      count(config, {"intermediate_size", "ffn_hidden_size", "d_ff", "n_inner", "ffn_dim", "hidden_dim"});
  model.vocabulary = count(config, {"vocab_size", "padded_vocab_size"});
  model.experts = count(config, {"num_local_experts", "n_routed_experts", "num_experts", "ffn_config/moe_num_experts"});
  model.activeExperts =
      count(config, {"num_experts_per_tok", "num_experts_per_token", "experts_per_token", "ffn_config/moe_top_k"});
  for (const std::string_view path : {"tie_word_embeddings", "text_config/tie_word_embeddings"})
    if (!model.tiedEmbeddings) model.tiedEmbeddings = config.truth(path);
  for (const std::string_view path : {"torch_dtype", "dtype", "text_config/torch_dtype"})
    if (model.torchDtype.empty()) model.torchDtype = config.text(path).value_or("");
  model.quantMethod = config.text("quantization_config/quant_method").value_or("");
  return model;
}

ModelDescription fromGguf(const Checkpoint& checkpoint, const std::string& architecture) {
  const auto value = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const std::string full = fmt::format("{}.{}", architecture, key);
    for (const auto& [name, text] : checkpoint.metadata) {
      if (name != full) continue;
      std::uint64_t number = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (failed == std::errc() && end == text.data() + text.size()) return number;
    }
    return std::nullopt;
  };
  ModelDescription model;
  model.architectures = {architecture};
  model.modelType = architecture;
  model.hiddenSize = value("embedding_length");
  model.layers = value("block_count");
  model.heads = value("attention.head_count");
  model.keyValueHeads = value("attention.head_count_kv");
  model.headDim = value("attention.key_length");
  model.intermediateSize = value("feed_forward_length");
  model.vocabulary = value("vocab_size");
  model.experts = value("expert_count");
  model.activeExperts = value("expert_used_count");
  return model;
}

void deriveHeadDim(ModelDescription& model) {
  if (!model.headDim && model.hiddenSize && model.heads && *model.heads > 0 && *model.hiddenSize % *model.heads == 0)
    model.headDim = *model.hiddenSize / *model.heads;
}

}  // namespace

std::optional<ModelDescription> describeModel(const Checkpoint& checkpoint) {
  std::optional<ModelDescription> model;
  if (checkpoint.config) {
    if (const auto config = ConfigValues::parse(*checkpoint.config); config && !config->empty())
      model = fromConfig(*config);
  } else {
    for (const auto& [name, text] : checkpoint.metadata)
      if (name == "general.architecture" && !model) model = fromGguf(checkpoint, text);
  }
  if (model) deriveHeadDim(*model);
  return model;
}

}  // namespace ulpscope
