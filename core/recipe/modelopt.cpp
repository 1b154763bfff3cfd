// SPDX-License-Identifier: Apache-2.0
//
// NVIDIA ModelOpt 0.47.0, torch/quantization/config.py: `quant_cfg` is a list of wildcards (fnmatch) for the names of
// quantizers, of which later ones override earlier ones. Weights only: inputs stay as they are.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/recipe/fused_layers.h"
#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"
#include "core/recipe/yaml.h"

namespace ulpscope {
namespace {

struct Quantizer {
  std::string_view choice;
  std::string_view attributes;
};
constexpr std::array kQuantizers{
    Quantizer{"nvfp4", "{num_bits: e2m1, block_sizes: {-1: 16, type: dynamic, scale_bits: e4m3}}"},
    Quantizer{"mxfp4", "{num_bits: e2m1, block_sizes: {-1: 32, type: dynamic, scale_bits: e8m0}}"},
    Quantizer{"mxfp8_e4m3", "{num_bits: e4m3, block_sizes: {-1: 32, type: dynamic, scale_bits: e8m0}}"},
    Quantizer{"fp8_tensor", "{num_bits: e4m3, axis: null}"}};

const Quantizer* quantizerOf(const SchemeChoice& choice) {
  const std::string text = textOf(choice);
  for (const Quantizer& quantizer : kQuantizers)
    if (quantizer.choice == text) return &quantizer;
  return nullptr;
}

bool takes(const SchemeChoice& choice) { return !choice.scheme || quantizerOf(choice); }

std::string leaves(const RecipeTensor& tensor) {
  return tensor.place.role == TensorRole::Embedding ? "no linear layer" : "";
}

/// Whether another module's name ends with this one, which a wildcard before it would match, too ("0" of "10").
bool isEndOfAnother(std::string_view module, const RecipeSurvey& survey) {
  return std::ranges::any_of(survey.tensors, [&](const RecipeTensor& tensor) {
    const std::string_view other = moduleOf(tensor.name);
    return other.size() > module.size() && other.ends_with(module);
  });
}

/// Whatever stands before it in the model, if that is safe. fnmatch has no escape: what would be a wildcard in a name
/// stands as a class of one.
std::string wildcard(std::string_view module, const RecipeSurvey& survey) {
  std::string out = isEndOfAnother(module, survey) ? "" : "*";
  for (const char c : module) out += c == '*' || c == '?' || c == '[' ? fmt::format("[{}]", c) : std::string(1, c);
  return out + ".weight_quantizer";
}

std::string write(const RecipeSurvey& survey, const Recipe& recipe) {
  std::string text = "algorithm: max\nquant_cfg:\n  - quantizer_name: \"*\"\n    enable: false\n";
  for (const RecipeAssignment& assignment : assignments(survey, recipe)) {
    if (!assignment.choice.scheme) continue;
    for (const RecipeTensor* tensor : assignment.tensors)
      text += fmt::format("  - quantizer_name: {}\n    cfg: {}\n", yamlString(wildcard(moduleOf(tensor->name), survey)),
                          quantizerOf(assignment.choice)->attributes);
  }
  return text;
}

}  // namespace

const RecipeTarget& modelopt_entry() {
  static const RecipeTarget target{
      .id = "modelopt",
      .title = "ModelOpt",
      .fileName = "quant_cfg.yaml",
      .usage = "mtq.quantize(model, yaml.safe_load(open(\"quant_cfg.yaml\")), forward_loop)",
      .version = "nvidia-modelopt 0.47.0",
      .schemes = {"mxfp4", "nvfp4", "fp8_tensor", "mxfp8_e4m3", "as_stored"},
      .takes = takes,
      .leaves = leaves,
      .sharedKey = fusedLayer,
      .write = write};
  return target;
}

}  // namespace ulpscope
