// SPDX-License-Identifier: Apache-2.0
//
// llm-compressor's recipe.yaml with the config groups of compressed-tensors 0.20.0: `re:` before a target is matched
// from the beginning of a module's name on (re.match).
#include <fmt/format.h>

#include <array>

#include "core/recipe/fused_layers.h"
#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"
#include "core/recipe/yaml.h"

namespace ulpscope {
namespace {

/// The arguments of a weight, as compressed-tensors' presets W4A16, W8A16, FP8_DYNAMIC and NVFP4A16 have them.
struct Weights {
  std::string_view choice;
  std::string_view arguments;
  std::string_view inputs;  ///< of FP8, whose kernels want them so
};
constexpr std::array kWeights{
    Weights{"compressed_int4", "{num_bits: 4, type: int, symmetric: true, strategy: group, group_size: 128}", ""},
    Weights{"compressed_int4:group=32", "{num_bits: 4, type: int, symmetric: true, strategy: group, group_size: 32}",
            ""},
    Weights{"compressed_int8", "{num_bits: 8, type: int, symmetric: true, strategy: channel}", ""},
    Weights{"compressed_int8:granularity=group",
            "{num_bits: 8, type: int, symmetric: true, strategy: group, group_size: 128}", ""},
    Weights{"fp8_row", "{num_bits: 8, type: float, symmetric: true, strategy: channel}",
            "{num_bits: 8, type: float, symmetric: true, strategy: token, dynamic: true}"},
    Weights{"nvfp4:reference=compressed-tensors",
            "{num_bits: 4, type: float, symmetric: true, strategy: tensor_group, group_size: 16, "
            "scale_dtype: torch.float8_e4m3fn, zp_dtype: torch.float8_e4m3fn}",
            ""}};

const Weights* weightsOf(const SchemeChoice& choice) {
  const std::string text = textOf(choice);
  for (const Weights& weights : kWeights)
    if (weights.choice == text) return &weights;
  return nullptr;
}

bool takes(const SchemeChoice& choice) { return !choice.scheme || weightsOf(choice); }

std::string leaves(const RecipeTensor& tensor) {
  return tensor.place.role == TensorRole::Embedding ? "no linear layer" : "";
}

std::string target(std::string_view pattern) { return yamlString(fmt::format("re:(.*\\.)?{}$", pattern)); }

std::string targets(std::string_view indent, std::span<const std::string> modules) {
  std::string lines;
  for (const std::string& pattern : namePatterns(modules)) lines += fmt::format("{}- {}\n", indent, target(pattern));
  return lines;
}

std::string write(const RecipeSurvey& survey, const Recipe& recipe) {
  std::string groups;
  std::vector<std::string> ignored;
  std::size_t number = 0;
  for (const RecipeAssignment& assignment : assignments(survey, recipe)) {
    const std::vector<std::string> modules = modulesOf(assignment);
    if (!assignment.choice.scheme) {
      ignored.insert(ignored.end(), modules.begin(), modules.end());
      continue;
    }
    const Weights& weights = *weightsOf(assignment.choice);
    groups += fmt::format("        group_{}:\n          weights: {}\n", number++, weights.arguments);
    if (!weights.inputs.empty()) groups += fmt::format("          input_activations: {}\n", weights.inputs);
    groups += "          targets:\n" + targets("            ", modules);
  }
  const std::vector<std::string> kept = keptModules(survey);
  ignored.insert(ignored.end(), kept.begin(), kept.end());
  std::string text = "quant_stage:\n  quant_modifiers:\n    QuantizationModifier:\n";
  text += groups.empty() ? "      config_groups: {}\n" : "      config_groups:\n" + groups;
  text += ignored.empty() ? "      ignore: []\n" : "      ignore:\n" + targets("        ", ignored);
  return text;
}

}  // namespace

const RecipeTarget& llm_compressor_entry() {
  static const RecipeTarget target{
      .id = "llm-compressor",
      .title = "llm-compressor",
      .fileName = "recipe.yaml",
      .usage = "oneshot(model=model, recipe=\"recipe.yaml\")",
      .version = "compressed-tensors 0.20.0",
      .schemes = {"compressed_int4", "compressed_int4:group=32", "nvfp4:reference=compressed-tensors",
                  "compressed_int8", "fp8_row", "as_stored"},
      .takes = takes,
      .leaves = leaves,
      .sharedKey = fusedLayer,
      .write = write};
  return target;
}

}  // namespace ulpscope
