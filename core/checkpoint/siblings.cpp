// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/siblings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace ulpscope {
namespace {

constexpr std::string_view kWeight = ".weight";

/// Names of modules that stand beside each other and take one input.
using Group = std::array<std::string_view, 3>;
constexpr std::array kAttention{Group{"q_proj", "k_proj", "v_proj"},
                                Group{"query", "key", "value"},
                                Group{"wq", "wk", "wv"},
                                Group{"attn_q", "attn_k", "attn_v"},
                                Group{"q_lin", "k_lin", "v_lin"},
                                Group{"to_q", "to_k", "to_v"},
                                Group{"q", "k", "v"}};
constexpr std::array kOthers{Group{"q_a_proj", "kv_a_proj_with_mqa"},
                             Group{"attn_q_a", "attn_kv_a_mqa"},
                             Group{"gate_proj", "up_proj"},
                             Group{"w1", "w3"},
                             Group{"ffn_gate", "ffn_up"},
                             Group{"ffn_gate_shexp", "ffn_up_shexp"},
                             Group{"wi_0", "wi_1"}};
/// Modules whose keys and values are of another sequence than their queries.
constexpr std::array<std::string_view, 5> kCrossAttention{"EncDecAttention", "encoder_attn", "cross_attn",
                                                          "crossattention", "attn2"};

/// "model.layers.0.self_attn." and "q_proj" of "model.layers.0.self_attn.q_proj.weight".
struct Module {
  std::string_view parent;
  std::string_view leaf;
};

std::optional<Module> moduleOf(std::string_view weight) {
  if (!weight.ends_with(kWeight)) return std::nullopt;
  weight.remove_suffix(kWeight.size());
  const std::size_t leaf = weight.rfind('.') + 1;  // 0 where there is no dot
  return Module{weight.substr(0, leaf), weight.substr(leaf)};
}

bool isCrossAttention(std::string_view parent) {
  return std::ranges::any_of(kCrossAttention, [&](std::string_view name) {
    const std::size_t at = parent.find(name);
    return at != parent.npos && (at == 0 || parent[at - 1] == '.') && parent.substr(at + name.size()).starts_with('.');
  });
}

/// The names beside a leaf, itself among them.
std::vector<std::string_view> namesBeside(const Module& module) {
  const auto holds = [&](const Group& group) { return std::ranges::find(group, module.leaf) != group.end(); };
  std::span<const std::string_view> names;
  if (const auto found = std::ranges::find_if(kOthers, holds); found != kOthers.end()) names = *found;
  if (const auto found = std::ranges::find_if(kAttention, holds); found != kAttention.end()) {
    names = *found;
    if (isCrossAttention(module.parent)) names = module.leaf == names.front() ? names.first(1) : names.subspan(1);
  }
  return {names.begin(), names.end()};
}

bool isMatrix(const TensorInfo& info) { return info.isReadable() && !info.partOf && info.shape.size() == 2; }

}  // namespace

std::vector<std::size_t> siblingsOf(const Checkpoint& checkpoint, std::size_t tensor) {
  const TensorInfo& own = checkpoint.tensors[tensor];
  const auto module = moduleOf(own.name);
  if (!module || !isMatrix(own)) return {};
  const std::vector<std::string_view> names = namesBeside(*module);
  std::vector<std::size_t> siblings;
  for (std::size_t i = 0; !names.empty() && i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& info = checkpoint.tensors[i];
    if (i == tensor || !isMatrix(info) || info.shape[1] != own.shape[1]) continue;
    const auto other = moduleOf(info.name);
    if (other && other->parent == module->parent && !other->leaf.empty() &&
        std::ranges::find(names, other->leaf) != names.end())
      siblings.push_back(i);
  }
  return siblings;
}

}  // namespace ulpscope
