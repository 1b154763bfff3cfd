// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/checkpoint/model_description.h"

namespace ulpscope {
namespace {

using enum TensorRole;

/// What the last component of a module's name says on its own; those that need more are in roleInContext.
struct Leaf {
  std::string_view name;
  TensorRole role;
};
constexpr std::array kLeaves{Leaf{"q_proj", Query},
                             Leaf{"query", Query},
                             Leaf{"wq", Query},
                             Leaf{"attn_q", Query},
                             Leaf{"q_lin", Query},
                             Leaf{"to_q", Query},
                             Leaf{"q", Query},
                             Leaf{"q_a_proj", Query},
                             Leaf{"q_b_proj", Query},
                             Leaf{"attn_q_a", Query},
                             Leaf{"attn_q_b", Query},
                             Leaf{"k_proj", Key},
                             Leaf{"key", Key},
                             Leaf{"wk", Key},
                             Leaf{"attn_k", Key},
                             Leaf{"k_lin", Key},
                             Leaf{"to_k", Key},
                             Leaf{"k", Key},
                             Leaf{"attn_k_b", Key},
                             Leaf{"v_proj", Value},
                             Leaf{"value", Value},
                             Leaf{"wv", Value},
                             Leaf{"attn_v", Value},
                             Leaf{"v_lin", Value},
                             Leaf{"to_v", Value},
                             Leaf{"v", Value},
                             Leaf{"attn_v_b", Value},
                             Leaf{"c_attn", QueryKeyValue},
                             Leaf{"query_key_value", QueryKeyValue},
                             Leaf{"qkv", QueryKeyValue},
                             Leaf{"Wqkv", QueryKeyValue},
                             Leaf{"attn_qkv", QueryKeyValue},
                             Leaf{"qkv_proj", QueryKeyValue},
                             Leaf{"in_proj", QueryKeyValue},
                             Leaf{"in_proj_weight", QueryKeyValue},
                             Leaf{"W_pack", QueryKeyValue},
                             Leaf{"kv_a_proj_with_mqa", KeyValue},
                             Leaf{"kv_b_proj", KeyValue},
                             Leaf{"attn_kv_a_mqa", KeyValue},
                             Leaf{"attn_kv_b", KeyValue},
                             Leaf{"o_proj", AttentionOutput},
                             Leaf{"out_proj", AttentionOutput},
                             Leaf{"attn_output", AttentionOutput},
                             Leaf{"attn_out", AttentionOutput},
                             Leaf{"out_lin", AttentionOutput},
                             Leaf{"o", AttentionOutput},
                             Leaf{"to_out", AttentionOutput},
                             Leaf{"gate_proj", Gate},
                             Leaf{"w1", Gate},
                             Leaf{"ffn_gate", Gate},
                             Leaf{"ffn_gate_exps", Gate},
                             Leaf{"ffn_gate_shexp", Gate},
                             Leaf{"wi_0", Gate},
                             Leaf{"up_proj", Up},
                             Leaf{"w3", Up},
                             Leaf{"ffn_up", Up},
                             Leaf{"ffn_up_exps", Up},
                             Leaf{"ffn_up_shexp", Up},
                             Leaf{"c_fc", Up},
                             Leaf{"fc1", Up},
                             Leaf{"wi", Up},
                             Leaf{"wi_1", Up},
                             Leaf{"lin1", Up},
                             Leaf{"fc_in", Up},
                             Leaf{"gate_up_proj", GateUp},
                             Leaf{"mlp1_weight", GateUp},
                             Leaf{"ffn_gate_up_exps", GateUp},
                             Leaf{"down_proj", Down},
                             Leaf{"w2", Down},
                             Leaf{"ffn_down", Down},
                             Leaf{"ffn_down_exps", Down},
                             Leaf{"ffn_down_shexp", Down},
                             Leaf{"fc2", Down},
                             Leaf{"dense_4h_to_h", Down},
                             Leaf{"lin2", Down},
                             Leaf{"fc_out", Down},
                             Leaf{"mlp2_weight", Down},
                             Leaf{"embed_tokens", Embedding},
                             Leaf{"wte", Embedding},
                             Leaf{"word_embeddings", Embedding},
                             Leaf{"embed_in", Embedding},
                             Leaf{"token_embd", Embedding},
                             Leaf{"tok_embeddings", Embedding},
                             Leaf{"shared", Embedding},
                             Leaf{"token_type_embeddings", Embedding},
                             Leaf{"token_types", Embedding},
                             Leaf{"wpe", PositionEmbedding},
                             Leaf{"position_embeddings", PositionEmbedding},
                             Leaf{"embed_positions", PositionEmbedding},
                             Leaf{"position_embd", PositionEmbedding},
                             Leaf{"relative_attention_bias", PositionEmbedding},
                             Leaf{"attn_rel_b", PositionEmbedding},
                             Leaf{"lm_head", Head},
                             Leaf{"embed_out", Head},
                             Leaf{"output_layer", Head},
                             Leaf{"router", Router},
                             Leaf{"ffn_gate_inp", Router}};

std::vector<std::string_view> componentsOf(std::string_view name) {
  std::vector<std::string_view> components;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("./"), name.size());
    components.push_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return components;
}

std::optional<std::uint64_t> numberIn(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                    : std::nullopt;
}

bool isNorm(std::string_view leaf) {
  std::string lower(leaf);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.find("norm") != lower.npos || lower == "ln" || lower.starts_with("ln_");
}

bool isBelow(const std::vector<std::string_view>& modules, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(modules,
                             [&](std::string_view module) { return std::ranges::find(names, module) != names.end(); });
}

/// Names that mean one thing in attention and another behind it. `modules` stand above `leaf`.
TensorRole roleInContext(const std::vector<std::string_view>& modules, std::string_view leaf, bool inLayer,
                         const ModelDescription& model) {
  const bool attention = isBelow(modules, {"attn", "attention", "self_attn", "self_attention", "SelfAttention",
                                           "EncDecAttention", "encoder_attn", "cross_attn", "crossattention"});
  if (leaf == "c_proj") return attention ? AttentionOutput : Down;
  if (leaf == "wo") return isBelow(modules, {"DenseReluDense", "mlp"}) ? Down : AttentionOutput;  // T5 has it twice
  if (leaf == "out") return attention ? AttentionOutput : None;
  if (leaf == "dense") {
    if (attention) return AttentionOutput;  // BERT's is attention.output.dense
    if (isBelow(modules, {"intermediate"})) return Up;
    return isBelow(modules, {"output"}) ? Down : None;
  }
  if (leaf == "dense_h_to_4h") return model.modelType == "chatglm" ? GateUp : Up;
  if (leaf == "gate") return inLayer ? Router : None;
  if (leaf == "output" || leaf == "embed_out") return inLayer ? None : Head;
  if (leaf == "decoder") return isBelow(modules, {"predictions", "lm_head"}) ? Head : None;
  // Meta's and T5's embeddings; GPT-NeoX names its head likewise.
  return leaf == "embed" && !inLayer ? Embedding : None;
}

/// What a packed weight's parts are called takes the place of "weight".
bool isParameter(std::string_view component) {
  constexpr std::array<std::string_view, 12> kParameters{"weight",       "bias",  "qweight", "qzeros",
                                                         "scales",       "g_idx", "W_q",     "weight_packed",
                                                         "weight_scale", "gamma", "beta",    "kernel"};
  return std::ranges::find(kParameters, component) != kParameters.end();
}

}  // namespace

std::string_view titleOf(TensorRole role) {
  switch (role) {
    case None:
      return "";
    case Query:
      return "query";
    case Key:
      return "key";
    case Value:
      return "value";
    case QueryKeyValue:
      return "query, key and value";
    case KeyValue:
      return "key and value";
    case AttentionOutput:
      return "attention output";
    case Gate:
      return "gate";
    case Up:
      return "up";
    case GateUp:
      return "gate and up";
    case Down:
      return "down";
    case Norm:
      return "norm";
    case Embedding:
      return "embedding";
    case PositionEmbedding:
      return "position embedding";
    case Head:
      return "head";
    case Router:
      return "router";
  }
  return "";
}

TensorPlace roleOf(std::string_view name, const ModelDescription& model) {
  std::vector<std::string_view> components = componentsOf(name);
  TensorPlace place;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const auto number = numberIn(components[i]);
    if (!number) continue;
    const bool ofExpert = i > 0 && (components[i - 1] == "experts" || components[i - 1] == "local_experts");
    if (ofExpert && !place.expert) place.expert = number;
    if (!ofExpert && !place.layer) place.layer = number;
  }
  place.ofExperts = place.expert.has_value() || std::ranges::find(components, "experts") != components.end() ||
                    name.find("_exps") != name.npos;
  if (!components.empty() && isParameter(components.back())) {
    place.bias = components.back() == "bias" || components.back() == "beta";
    components.pop_back();
  }
  // T5's `layer.0.SelfAttention`, Keras' and Sequential's numbered leaves say nothing: the name above them does.
  while (!components.empty() && numberIn(components.back())) components.pop_back();
  if (components.empty()) return place;
  std::string_view leaf = components.back();
  components.pop_back();
  for (const std::string_view ending : {"_bias", "_blocks", "_scales"})
    if (leaf.size() > ending.size() && leaf.ends_with(ending) && leaf != "relative_attention_bias") {
      leaf.remove_suffix(ending.size());
      place.bias = ending == "_bias";
    }
  if (isNorm(leaf)) {
    place.role = Norm;
    return place;
  }
  const auto known = std::ranges::find(kLeaves, leaf, &Leaf::name);
  place.role = known != kLeaves.end() ? known->role : roleInContext(components, leaf, place.layer.has_value(), model);
  if (place.role == None && leaf == "mlp1") place.role = GateUp;
  if (place.role == None && leaf == "mlp2") place.role = Down;
  const bool convolutions =
      model.modelType == "gpt2" || model.modelType == "openai-gpt" || model.modelType == "imagegpt";
  place.transposed =
      convolutions && !place.bias && (leaf == "c_attn" || leaf == "c_proj" || leaf == "c_fc" || leaf == "q_attn");
  return place;
}

}  // namespace ulpscope
