// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/analysis/tensor_profile.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// The signed error restored - input of the whole matrix, pooled to at most `maxSide` cells on a side as heatMap()
/// pools values: a cell holds the error of largest magnitude of its elements, NaN as infinity.
/// Preconditions: restored.size() == input.values.size(), maxSide > 0.
HeatMap errorMap(const MatrixView& input, std::span<const float> restored, std::uint64_t maxSide);

/// Row-major index of the first element of `part` with the largest finite error; nullopt where no error is finite.
/// Precondition: `part` lies inside the matrix.
std::optional<std::uint64_t> largestErrorIn(const MatrixView& input, std::span<const float> restored,
                                            const MatrixPart& part);

}  // namespace ulpscope
