// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/recipe/survey_memory.h"

namespace ulpscope {

class Backend;

/// Measures every tensor in every scheme of which the memory does not know it yet, reading each tensor once: by what
/// its layer's output loses where the memory's calibration has its inputs, else by what it loses itself. A scheme that
/// does not fit a tensor is listed with it, a tensor that none fits is kept. Progress in bytes. What was measured
/// before it fails or is stopped stays in the memory, unless the files have changed.
Result<RecipeSurvey> surveyForRecipe(SurveyMemory& memory, const std::vector<SchemeChoice>& schemes,
                                     const RecipeRules& rules, const Backend& backend, const JobContext& job);

/// Without a memory. `calibration`: null where nothing is known of the layers' inputs.
Result<RecipeSurvey> surveyForRecipe(const Checkpoint& checkpoint, const std::vector<SchemeChoice>& schemes,
                                     const RecipeRules& rules, const Calibration* calibration, const Backend& backend,
                                     const JobContext& job);

}  // namespace ulpscope
