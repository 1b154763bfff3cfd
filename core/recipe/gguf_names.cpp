// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/gguf_names.h"

#include <fmt/format.h>

namespace ulpscope {
namespace {

using enum TensorRole;

std::string_view inLayer(TensorRole role) {
  switch (role) {
    case Query:
      return "attn_q";
    case Key:
      return "attn_k";
    case Value:
      return "attn_v";
    case QueryKeyValue:
      return "attn_qkv";
    case AttentionOutput:
      return "attn_output";
    case Gate:
      return "ffn_gate";
    case Up:
      return "ffn_up";
    case GateUp:
      return "ffn_gate_up";
    case Down:
      return "ffn_down";
    default:
      return {};
  }
}

/// T5 has both.
std::string_view stackOf(std::string_view name) {
  if (name.starts_with("encoder.block.")) return "enc.blk";
  return name.starts_with("decoder.block.") ? "dec.blk" : "blk";
}

std::string_view expertSuffix(std::string_view name, const TensorPlace& place) {
  if (place.expert || place.ofExperts) return "_exps";
  return name.find("shared_expert") != std::string_view::npos ? "_shexp" : "";
}

}  // namespace

std::optional<std::string> ggufNameOf(std::string_view name, const TensorPlace& place) {
  if (place.bias) return std::nullopt;
  if (name.starts_with("blk.") || name == "token_embd.weight" || name == "output.weight") return std::string(name);
  if (place.layer) {
    const std::string_view leaf = inLayer(place.role);
    if (leaf.empty()) return std::nullopt;
    return fmt::format("{}.{}.{}{}.weight", stackOf(name), *place.layer, leaf, expertSuffix(name, place));
  }
  if (place.role == Head) return "output.weight";
  if (place.role != Embedding) return std::nullopt;
  return name.find("token_type") == std::string_view::npos ? "token_embd.weight" : "token_types.weight";
}

}  // namespace ulpscope
