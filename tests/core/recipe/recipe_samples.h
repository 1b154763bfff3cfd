// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/recipe/recipe.h"

namespace ulpscope {

/// A tensor of 4,096 weights in FP32, with an error of its own for each of the schemes of a survey: `noise` over four
/// to the power of the bits.
RecipeTensor sampleTensor(const std::string& name, const std::vector<SchemeChoice>& schemes, double noise);

std::vector<SchemeChoice> parsedChoices(const std::vector<std::string>& texts);

}  // namespace ulpscope
