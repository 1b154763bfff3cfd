// SPDX-License-Identifier: Apache-2.0
//
// GPTQModel 7.7.0, quantization/config.py: QuantizeConfig with `dynamic`, a map from regular expressions to what
// differs from the base for the modules that they match from their beginning on (re.match); "-:" before one leaves them
// out. The first that matches decides.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

using Json = nlohmann::ordered_json;

bool takes(const SchemeChoice& choice) {
  if (!choice.scheme) return true;
  if (choice.scheme->info().id != "gptq") return false;
  constexpr std::array<std::string_view, 6> passedOn{"bits",      "group",         "symmetric",
                                                     "act_order", "static_groups", "damp_percent"};
  for (const auto& [knob, value] : choice.settings)
    if (std::ranges::find(passedOn, knob) == passedOn.end()) return false;
  const auto is = [&](const char* knob, std::string_view value) {
    const auto found = choice.settings.find(knob);
    return found != choice.settings.end() && found->second == value;
  };
  return !(is("act_order", "group_aware") && is("group", "-1"));  // which it refuses
}

std::string leaves(const RecipeTensor& tensor) {
  using enum TensorRole;
  return tensor.place.role == Embedding || tensor.place.role == Head ? "not among the layers that GPTQModel quantizes"
                                                                     : "";
}

Json fieldsOf(const SchemeChoice& choice) {
  const auto settings = completeSettings(choice.scheme->info(), choice.settings);
  const auto number = [&](const char* knob) { return std::stoi(settings->at(knob)); };
  const auto is = [&](const char* knob, std::string_view value) { return settings->at(knob) == value; };
  // Both orders are written: unless told otherwise it takes the group-aware one.
  return {{"bits", number("bits")},
          {"group_size", number("group")},
          {"desc_act", is("act_order", "yes")},
          {"act_group_aware", is("act_order", "group_aware")},
          {"static_groups", is("static_groups", "yes")},
          {"sym", is("symmetric", "yes")},
          {"damp_percent", std::stod(settings->at("damp_percent"))}};
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
