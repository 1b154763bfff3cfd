// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/calibration.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"
#include "core/recipe/recipe.h"

namespace ulpscope {

/// What stays as it is stored, beside what cannot be quantized.
struct RecipeRules {
  std::vector<TensorRole> keptRoles = {TensorRole::Norm, TensorRole::Router, TensorRole::PositionEmbedding};
  std::vector<std::string> keptNames = {};  ///< with * and ?, of whole names
};

/// Reads each tensor once and measures it in every scheme: by what its layer's output loses where `calibration` (null:
/// nothing is known) has its inputs, else by what it loses itself. A scheme that does not fit a tensor is listed with
/// it, a tensor that none fits is kept. Progress in bytes. `each`, where given, is told of every tensor as soon as it
/// is measured.
Result<RecipeSurvey> surveyForRecipe(const Checkpoint& checkpoint, std::vector<SchemeChoice> schemes,
                                     const RecipeRules& rules, const Calibration* calibration, const Backend& backend,
                                     const JobContext& job, const std::function<void(const RecipeTensor&)>& each = {});

/// The survey as it were had it been made of these schemes and by these rules alone: options of others are gone, and
/// tensors that the rules keep are kept. What was not measured stays unknown (coversAll()).
RecipeSurvey narrowedTo(const RecipeSurvey& survey, std::span<const SchemeChoice> schemes, const RecipeRules& rules);

/// Whether a survey made by `measured` tells all that one of `schemes` made by `rules` would.
bool coversAll(const RecipeSurvey& survey, const RecipeRules& measured, std::span<const SchemeChoice> schemes,
               const RecipeRules& rules);

}  // namespace ulpscope
