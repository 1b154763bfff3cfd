// SPDX-License-Identifier: Apache-2.0
//
// transformers' BitsAndBytesConfig: one scheme for all linear layers but those that `llm_int8_skip_modules` names,
// which also counts for 4 bits. A name there is one of a module, or of what it is part of.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

using Json = nlohmann::ordered_json;

bool takes(const SchemeChoice& choice) {
  if (!choice.scheme) return true;
  const std::string& id = choice.scheme->info().id;
  if (id == "llm_int8") return choice.settings.empty();
  const bool isPassedOn =
      std::ranges::all_of(choice.settings, [](const auto& knob) { return knob.first == "double_quantization"; });
  return (id == "bnb_nf4" || id == "bnb_fp4") && isPassedOn;
}

std::string leaves(const RecipeTensor& tensor) {
  using enum TensorRole;
  return tensor.place.role == Embedding || tensor.place.role == Head ? "not among the layers that transformers converts"
                                                                     : "";
}

std::string write(const RecipeSurvey& survey, const Recipe& recipe) {
  Json config{{"quant_method", "bitsandbytes"}};
  Json skipped = Json::array();
  for (const RecipeAssignment& assignment : assignments(survey, recipe)) {
    if (!assignment.choice.scheme) {
      for (const std::string& module : modulesOf(assignment)) skipped.push_back(module);
      continue;
    }
    const std::string& id = assignment.choice.scheme->info().id;
    config["load_in_8bit"] = id == "llm_int8";
    config["load_in_4bit"] = id != "llm_int8";
    if (id == "llm_int8") continue;
    config["bnb_4bit_quant_type"] = id == "bnb_nf4" ? "nf4" : "fp4";
    config["bnb_4bit_use_double_quant"] = assignment.choice.settings.contains("double_quantization");
  }
  for (const std::string& module : keptModules(survey)) skipped.push_back(module);
  config["llm_int8_skip_modules"] = std::move(skipped);
  return Json{{"quantization_config", std::move(config)}}.dump(2, ' ', true) + '\n';
}

}  // namespace

const RecipeTarget& bitsandbytes_entry() {
  static const RecipeTarget target{
      .id = "bitsandbytes",
      .title = "bitsandbytes",
      .fileName = "quantization_config.json",
      .usage = "into the model's config.json, or BitsAndBytesConfig(**quantization_config)",
      .version = "transformers 5.24.0",
      .schemes = {"bnb_nf4:double_quantization=yes", "as_stored"},
      .hasOneScheme = true,
      .takes = takes,
      .leaves = leaves,
      .sharedKey = nullptr,
      .write = write};
  return target;
}

}  // namespace ulpscope
