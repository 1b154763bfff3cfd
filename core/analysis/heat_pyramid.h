// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/analysis/matrix_slice.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {

class Backend;

/// How many elements a cell of a heat map stands for.
struct CellSize {
  std::uint64_t rows = 1;
  std::uint64_t columns = 1;

  friend bool operator==(const CellSize&, const CellSize&) = default;
};

/// A part of a matrix in cells of `cell`, those at its ends cut off. Rows are shared out to the backend's threads.
/// Fails with Usage where the part does not lie in the matrix or a cell is empty. Progress in bytes.
Result<HeatMap> heatMapOf(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part, CellSize cell,
                          const Backend& backend, const JobContext& job);

/// The same picture in cells `by` times as large.
HeatMap pooled(const HeatMap& map, CellSize by);

/// The element of largest magnitude in cells [firstRow, firstRow + rows) x [firstColumn, ...) of a map, which are cut
/// off at its ends. Precondition: the first cell lies in the map.
float largestIn(const HeatMap& map, const MatrixPart& cells);

/// Some cells of a map, pooled, row-major; the last ones may be of fewer than `by`.
/// Precondition: `cells` lies in the map.
std::vector<float> pooledCells(const HeatMap& map, const MatrixPart& cells, CellSize by);

/// A matrix, or a part of one, at several resolutions: each level pools 2 x 2 cells of the one before.
struct HeatPyramid {
  static constexpr std::uint64_t kFinestSide = 2048;   ///< cells on a side of the first level, at most
  static constexpr std::uint64_t kCoarsestSide = 256;  ///< of the last one

  std::vector<HeatMap> levels;  ///< finest first; none for a matrix without elements

  /// That map and what is coarser: a third more memory. Precondition: the map has cells.
  static HeatPyramid above(HeatMap finest);
};
/// Of the whole matrix, from one read, in at most 22 MiB. Cells are powers of two on either side.
Result<HeatPyramid> heatPyramid(const TensorSource& source, const MatrixSlice& matrix, const Backend& backend,
                                const JobContext& job);

}  // namespace ulpscope
