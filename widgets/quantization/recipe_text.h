// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "core/recipe/recipe.h"

namespace ulpscope {

/// A share as "0.4213 %".
QString percent(double share);
/// For a narrow cell: three digits at most, without the sign.
QString briefPercent(double share);

/// Whether a recipe is the best there is, or how far it may be from that.
QString boundOf(const Recipe& recipe);
/// The best of the uniform plans that the budget has room for, beside it.
QString bestUniformOf(const RecipeSurvey& survey, const Recipe& recipe);

}  // namespace ulpscope
