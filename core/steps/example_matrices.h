// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/steps/step_board.h"

namespace ulpscope {

/// 2.1, 3.1, 2.5, 3.7, 3.3: all on one side of zero, which absmax and affine treat differently.
StepExample fiveNumbers();

/// 25 weights in binary16 of which only the first, the smallest and the largest are known from elsewhere.
StepExample fiveByFive();

/// Three outputs of four weights, and six correlated input vectors: what GPTQ lives on.
StepExample correlatedLayer();

/// Three outputs of six weights; of the inputs, columns 2 and 4 have magnitudes above 6.
StepExample layerWithOutliers();

/// Input vectors for weights that come without: a fixed pattern in which neighbours are alike and, from four columns
/// on, the last column but one is large. Says so in the note.
void fillInputs(StepInput& input);

}  // namespace ulpscope
