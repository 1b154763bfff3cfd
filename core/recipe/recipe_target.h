// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/recipe/recipe.h"

namespace ulpscope {

/// A tool that carries a recipe out: one .cpp and one line in the registry.
struct RecipeTarget {
  std::string_view id;                    ///< "llama.cpp"
  std::string_view title;                 ///< "llama.cpp (llama-quantize)"
  std::string_view fileName;              ///< what its file is usually called
  std::string_view usage;                 ///< how it is given to the tool: one line, or one sentence
  std::string_view version;               ///< whose format it follows
  std::vector<std::string_view> schemes;  ///< what it can do, as parseSchemeChoice() reads it

  bool hasOneScheme = false;  ///< and `as_stored`: no second one beside it

  /// Whether it can do that; settings that it does not pass on must be at their defaults.
  bool (*takes)(const SchemeChoice& choice);
  /// Why it leaves a tensor as it is, one phrase; empty where it does not.
  std::string (*leaves)(const RecipeTensor& tensor);
  /// Tensors with the same key have to get the same scheme; empty: this one is free. Null: all are.
  std::string (*sharedKey)(const RecipeTensor& tensor);
  /// The text of the file.
  std::string (*write)(const RecipeSurvey& survey, const Recipe& recipe);
};

std::span<const RecipeTarget* const> recipeTargets();
/// nullptr if there is none of that id.
const RecipeTarget* findRecipeTarget(std::string_view id);

/// What is tried where no tool and no list is given, as parseSchemeChoice() reads it.
std::span<const std::string_view> usualRecipeSchemes();

/// The survey as the tool has it: options that it cannot do are gone, and tensors that it leaves alone are kept.
RecipeSurvey restrictTo(const RecipeTarget& target, const RecipeSurvey& survey);

/// For planRecipe(): tensors that have to share a scheme have the same number.
std::vector<std::size_t> groupsFor(const RecipeTarget& target, const RecipeSurvey& survey);

/// The names of the tensors of a recipe by what they get, in the order of their first tensors; those that are kept as
/// they are, of all that the recipe decides on, come under `as_stored`.
struct RecipeAssignment {
  SchemeChoice choice;
  std::vector<const RecipeTensor*> tensors;
};
std::vector<RecipeAssignment> assignments(const RecipeSurvey& survey, const Recipe& recipe);

/// The modules of an assignment.
std::vector<std::string> modulesOf(const RecipeAssignment& assignment);
/// The modules with a matrix that the recipe does not decide on, and which therefore stay as they are.
std::vector<std::string> keptModules(const RecipeSurvey& survey);

}  // namespace ulpscope
