// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe_target.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/recipe/name_patterns.h"

namespace ulpscope {

const RecipeTarget* findRecipeTarget(std::string_view id) {
  const auto targets = recipeTargets();
  const auto found = std::ranges::find(targets, id, &RecipeTarget::id);
  return found == targets.end() ? nullptr : *found;
}

std::span<const std::string_view> usualRecipeSchemes() {
  static constexpr std::array<std::string_view, 10> schemes{"mxfp4", "bnb_nf4", "nvfp4",   "q4_0",     "q5_0",
                                                            "q6_k",  "q8_0",    "fp8_row", "int8_row", "as_stored"};
  return schemes;
}

RecipeSurvey restrictTo(const RecipeTarget& target, const RecipeSurvey& survey) {
  RecipeSurvey restricted = survey;
  for (RecipeTensor& tensor : restricted.tensors) {
    if (tensor.options.empty()) continue;
    if (std::string reason = target.leaves(tensor); !reason.empty()) {
      tensor.kept = std::move(reason);
      tensor.options.clear();
      continue;
    }
    std::erase_if(tensor.options,
                  [&](const RecipeOption& option) { return !target.takes(survey.schemes[option.scheme]); });
    if (tensor.options.empty()) tensor.kept = "no scheme of this tool fits";
  }
  return restricted;
}

std::vector<std::size_t> groupsFor(const RecipeTarget& target, const RecipeSurvey& survey) {
  std::map<std::string, std::size_t> numbers;
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
    const bool mayShare = target.sharedKey && !survey.tensors[i].options.empty();
    const std::string key = mayShare ? target.sharedKey(survey.tensors[i]) : "";
    groups.push_back(key.empty() ? i : numbers.emplace(key, i).first->second);
  }
  return groups;
}

std::vector<RecipeAssignment> assignments(const RecipeSurvey& survey, const Recipe& recipe) {
  std::vector<RecipeAssignment> found;
  for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
    if (!recipe.chosen[i]) continue;
    const RecipeTensor& tensor = survey.tensors[i];
    const SchemeChoice& choice = survey.schemes[tensor.options[*recipe.chosen[i]].scheme];
    auto same = std::ranges::find(found, choice, &RecipeAssignment::choice);
    if (same == found.end()) same = found.insert(found.end(), {choice, {}});
    same->tensors.push_back(&tensor);
  }
  return found;
}

std::vector<std::string> modulesOf(const RecipeAssignment& assignment) {
  std::vector<std::string> modules;
  for (const RecipeTensor* tensor : assignment.tensors) modules.emplace_back(moduleOf(tensor->name));
  return modules;
}

std::vector<std::string> keptModules(const RecipeSurvey& survey) {
  std::vector<std::string> modules;
  for (const RecipeTensor& tensor : survey.tensors)
    if (tensor.options.empty() && tensor.shape.size() == 2 && tensor.name.ends_with(".weight"))
      modules.emplace_back(moduleOf(tensor.name));
  return modules;
}

}  // namespace ulpscope
