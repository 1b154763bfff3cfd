// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "core/analysis/tensor_diff.h"
#include "core/report/figure.h"

namespace ulpscope {

/// The values of two tensors as shares of each one's finite elements, in the same bins. `first` and `second` name them,
/// as stored.
Figure comparedValuesFigure(std::string_view first, std::string_view second, const TensorComparison& comparison);

/// How often the second differs from the first by how much. Empty where nothing was measured.
Figure differencesFigure(const TensorComparison& comparison);

}  // namespace ulpscope
