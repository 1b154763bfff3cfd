// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ulpscope {
namespace {

using enum TensorRole;

struct Leaf {
  std::string_view name;
  std::string_view gguf;
};
/// Of which the role does not say enough: the two halves of a projection, and norms.
constexpr std::array kLeaves{Leaf{"q_a_proj", "attn_q_a"},
                             Leaf{"q_b_proj", "attn_q_b"},
                             Leaf{"kv_a_proj_with_mqa", "attn_kv_a_mqa"},
                             Leaf{"kv_b_proj", "attn_kv_b"},
                             Leaf{"q_a_layernorm", "attn_q_a_norm"},
                             Leaf{"kv_a_layernorm", "attn_kv_a_norm"},
                             Leaf{"q_norm", "attn_q_norm"},
                             Leaf{"k_norm", "attn_k_norm"},
                             Leaf{"input_layernorm", "attn_norm"},
                             Leaf{"attention_norm", "attn_norm"},
                             Leaf{"ln_1", "attn_norm"},
                             Leaf{"post_attention_layernorm", "ffn_norm"},
                             Leaf{"ffn_norm", "ffn_norm"},
                             Leaf{"ln_2", "ffn_norm"}};
/// Outside of layers; no others begin with "blk.", "enc." or "dec.".
constexpr std::array<std::string_view, 8> kGguf{"token_embd.weight",  "token_embd_norm.weight", "token_embd_norm.bias",
                                                "token_types.weight", "position_embd.weight",   "output.weight",
                                                "output_norm.weight", "output_norm.bias"};
constexpr std::array<std::string_view, 4> kLastNorms{"norm", "ln_f", "final_layernorm", "final_layer_norm"};

/// T5 has two stacks, and names of its own.
std::string_view stackOf(std::string_view name) {
  if (name.starts_with("encoder.block.")) return "enc.blk";
  return name.starts_with("decoder.block.") ? "dec.blk" : "blk";
}

std::string_view ofRole(TensorRole role, bool isT5, bool isCross) {
  switch (role) {
    case Query:
      return isCross ? "cross_attn_q" : "attn_q";
    case Key:
      return isCross ? "cross_attn_k" : "attn_k";
    case Value:
      return isCross ? "cross_attn_v" : "attn_v";
    case QueryKeyValue:
      return "attn_qkv";
    case AttentionOutput:
      return isCross ? "cross_attn_o" : isT5 ? "attn_o" : "attn_output";
    case Gate:
      return "ffn_gate";
    case Up:
      return "ffn_up";
    case GateUp:
      return "ffn_gate_up";
    case Down:
      return "ffn_down";
    case Router:
      return "ffn_gate_inp";
    default:
      return {};
  }
}

std::string_view inLayer(std::string_view module, std::string_view leaf, TensorRole role) {
  if (const auto known = std::ranges::find(kLeaves, leaf, &Leaf::name); known != kLeaves.end()) return known->gguf;
  if (role == Norm && module.ends_with("attention.output.LayerNorm")) return "attn_output_norm";
  if (role == Norm && module.ends_with("output.LayerNorm")) return "layer_output_norm";
  return ofRole(role, stackOf(module) != "blk", module.find("EncDecAttention") != module.npos);
}

std::string_view outsideLayers(std::string_view module, std::string_view leaf, TensorRole role) {
  if (role == Head) return "output";
  if (role == PositionEmbedding) return "position_embd";
  if (role == Embedding) return module.find("token_type") == module.npos ? "token_embd" : "token_types";
  if (role != Norm) return {};
  if (module.ends_with("embeddings.LayerNorm")) return "token_embd_norm";
  if (module == "encoder.final_layer_norm") return "enc.output_norm";
  if (module == "decoder.final_layer_norm") return "dec.output_norm";
  return std::ranges::find(kLastNorms, leaf) != kLastNorms.end() ? "output_norm" : "";
}

std::string_view expertSuffix(std::string_view name, const TensorPlace& place) {
  if (place.expert || place.ofExperts) return "_exps";
  return name.find("shared_expert") != std::string_view::npos ? "_shexp" : "";
}

std::string_view without(std::string_view name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

}  // namespace

std::optional<std::string> ggufNameOf(std::string_view name, const TensorPlace& place) {
  if (name.starts_with("blk.") || name.starts_with("enc.blk.") || name.starts_with("dec.blk.") ||
      std::ranges::find(kGguf, name) != kGguf.end())
    return std::string(name);
  const std::string_view parameter = place.bias ? "bias" : "weight";
  const std::string_view module = without(without(name, ".weight"), ".bias");
  const std::string_view leaf = module.substr(module.rfind('.') + 1);
  if (place.layer) {
    const std::string_view gguf = inLayer(module, leaf, place.role);
    if (gguf.empty()) return std::nullopt;
    return fmt::format("{}.{}.{}{}.{}", stackOf(name), *place.layer, gguf, expertSuffix(name, place), parameter);
  }
  const std::string_view gguf = outsideLayers(module, leaf, place.role);
  return gguf.empty() ? std::nullopt : std::optional(fmt::format("{}.{}", gguf, parameter));
}

}  // namespace ulpscope
