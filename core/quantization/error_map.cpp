// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/error_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/base/checked.h"

namespace ulpscope {

HeatMap errorMap(const MatrixView& input, std::span<const float> restored, std::uint64_t maxSide) {
  assert(restored.size() == input.values.size() && maxSide > 0);
  HeatMap map;
  map.matrix = input.shape;
  if (input.values.empty()) return map;
  map.cellRows = divideRoundingUp(input.shape.rows, maxSide);
  map.cellColumns = divideRoundingUp(input.shape.columns, maxSide);
  map.rows = divideRoundingUp(input.shape.rows, map.cellRows);
  map.columns = divideRoundingUp(input.shape.columns, map.cellColumns);
  map.values.resize(map.rows * map.columns);
  for (std::uint64_t row = 0; row < input.shape.rows; ++row) {
    float* const cells = map.values.data() + row / map.cellRows * map.columns;
    const std::uint64_t first = row * input.shape.columns;
    for (std::uint64_t column = 0; column < input.shape.columns; ++column) {
      const float error = restored[first + column] - input.values[first + column];
      float& cell = cells[column / map.cellColumns];
      if (std::isnan(error))
        cell = std::numeric_limits<float>::infinity();
      else if (std::fabs(error) > std::fabs(cell))
        cell = error;
    }
  }
  return map;
}

std::optional<std::uint64_t> largestErrorIn(const MatrixView& input, std::span<const float> restored,
                                            const MatrixPart& part) {
  assert(part.firstRow + part.rows <= input.shape.rows && part.firstColumn + part.columns <= input.shape.columns);
  std::optional<std::uint64_t> found;
  double largest = -1;
  for (std::uint64_t row = part.firstRow; row < part.firstRow + part.rows; ++row) {
    const std::uint64_t first = row * input.shape.columns + part.firstColumn;
    for (std::uint64_t index = first; index < first + part.columns; ++index) {
      const double error = std::fabs(static_cast<double>(restored[index]) - static_cast<double>(input.values[index]));
      if (!std::isfinite(error) || error <= largest) continue;
      largest = error;
      found = index;
    }
  }
  return found;
}

}  // namespace ulpscope
