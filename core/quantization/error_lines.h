// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/quantization/scheme.h"

namespace ulpscope {

class Backend;
struct ScaleBlocks;

/// Root mean squared errors of the columns (rows) of a matrix, over errors restored - input that are finite, in double;
/// NaN where none is. Added in the order of the elements: the result does not depend on threads.
std::vector<double> columnErrors(const MatrixView& input, std::span<const float> restored, const Backend& backend);
std::vector<double> rowErrors(const MatrixView& input, std::span<const float> restored, const Backend& backend);

/// The same of values that share a scale.
struct BlockErrors {
  std::vector<double> rmse;
  std::vector<std::uint64_t> first;  ///< element of each block
  std::vector<std::uint64_t> worst;  ///< the first of those with its largest error; its first one where none is finite
};
BlockErrors blockErrors(const MatrixView& input, std::span<const float> restored, const ScaleBlocks& blocks,
                        const Backend& backend);

}  // namespace ulpscope
