// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/quantization/scheme_choice.h"
#include "core/recipe/recipe.h"
#include "core/report/figure.h"

namespace ulpscope {

/// The schemes in few letters, each its own: "Q4_K", "GPTQ b3 g64", "as stored".
std::vector<std::string> briefTitles(std::span<const SchemeChoice> schemes);

/// The error that is left against bits per weight: the best recipes as a guide, uniform plans as dots, and the recipe
/// that is looked at as a marked one. Recipes without any error are left out, as the axis is logarithmic. `recipe`:
/// null while there is none.
Figure recipeFigure(const RecipeSurvey& survey, std::span<const RecipePoint> curve, const Recipe* recipe);

}  // namespace ulpscope
