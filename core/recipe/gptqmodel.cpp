// SPDX-License-Identifier: Apache-2.0
//
// GPTQModel 7.7.0, quantization/config.py: QuantizeConfig with `dynamic`, a map from regular expressions to what
// differs from the base for the modules that they match from their beginning on (re.match); "-:" before one leaves them
// out. The first that matches decides.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

using Json = nlohmann::ordered_json;

bool takes(const SchemeChoice& choice) {
  if (!choice.scheme) return true;
  if (choice.scheme->info().id != "gptq") return false;
  for (const auto& [knob, value] : choice.settings) {
    const bool isPassedOn = knob == "bits" || knob == "group" || knob == "symmetric" ||
                            (knob == "act_order" && value != "group_aware") || knob == "static_groups" ||
                            knob == "damp_percent";
    if (!isPassedOn) return false;
  }
  return true;
}

std::string leaves(const RecipeTensor& tensor) {
  using enum TensorRole;
  return tensor.place.role == Embedding || tensor.place.role == Head ? "not among the layers that GPTQModel quantizes"
                                                                     : "";
}

Json fieldsOf(const SchemeChoice& choice) {
  const auto settings = completeSettings(choice.scheme->info(), choice.settings);
  const auto number = [&](const char* knob) { return std::stoi(settings->at(knob)); };
  const auto isYes = [&](const char* knob) { return settings->at(knob) == "yes"; };
  return {{"bits", number("bits")},         {"group_size", number("group")},
          {"desc_act", isYes("act_order")}, {"static_groups", isYes("static_groups")},
          {"sym", isYes("symmetric")},      {"damp_percent", std::stod(settings->at("damp_percent"))}};
}

std::string keyOf(std::string_view sign, std::string_view pattern) {
  return fmt::format("{}:(.*\\.)?{}$", sign, pattern);
}

std::string write(const RecipeSurvey& survey, const Recipe& recipe) {
  const std::vector<RecipeAssignment> all = assignments(survey, recipe);
  const RecipeAssignment* base = nullptr;  // what most modules get
  for (const RecipeAssignment& each : all)
    if (each.choice.scheme && (!base || each.tensors.size() > base->tensors.size())) base = &each;
  Json config = base ? fieldsOf(base->choice) : Json::object();
  config["quant_method"] = "gptq";
  config["lm_head"] = false;
  Json dynamic = Json::object();
  for (const RecipeAssignment& each : all) {
    if (&each == base) continue;
    Json fields = Json::object();
    if (each.choice.scheme) {
      const Json own = fieldsOf(each.choice);
      for (const auto& [field, value] : own.items())
        if (config[field] != value) fields[field] = value;
    }
    for (const std::string& pattern : namePatterns(modulesOf(each)))
      dynamic[keyOf(each.choice.scheme ? "+" : "-", pattern)] = fields;
  }
  for (const std::string& pattern : namePatterns(keptModules(survey))) dynamic[keyOf("-", pattern)] = Json::object();
  config["dynamic"] = std::move(dynamic);
  return config.dump(2, ' ', true) + '\n';
}

}  // namespace

const RecipeTarget& gptqmodel_entry() {
  static const RecipeTarget target{
      .id = "gptqmodel",
      .title = "GPTQModel",
      .fileName = "quantize_config.json",
      .usage = "GPTQModel.load(model, QuantizeConfig.from_pretrained(folder of quantize_config.json))",
      .version = "GPTQModel 7.7.0",
      .schemes = {"gptq:bits=2:group=64", "gptq:bits=3", "gptq", "gptq:group=32", "gptq:bits=8", "as_stored"},
      .takes = takes,
      .leaves = leaves,
      .sharedKey = nullptr,
      .write = write};
  return target;
}

}  // namespace ulpscope
