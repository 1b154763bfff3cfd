// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// How a matrix is cut into runs: values that share a scale, or are coded together.
enum class Granularity : std::uint8_t {
  Tensor,
  Row,
  Column,
  Group,       ///< `group` values within a row; the last run of a row may be short
  FlatBlocks,  ///< `group` values of the flattened tensor, across the ends of rows; the last run may be short
  Tile,        ///< squares of `group` rows and columns; those at the right and lower edge may be smaller
  Strided,     ///< `group` values of the flattened tensor as far apart as there are runs (HQQ's axis 0)
};

/// The runs of a matrix.
class RunLayout {
 public:
  /// Precondition: group > 0 where the granularity has one; Strided: it divides the number of elements.
  RunLayout(Granularity granularity, std::uint64_t group, const MatrixShape& shape);

  std::uint64_t runs() const { return m_runsPerLine * m_lines; }
  /// Values in a full run, at least 1.
  std::uint64_t runSize() const { return m_runSize; }
  /// A line is a sequence of runs of which only the last may be short.
  std::uint64_t lines() const { return m_lines; }
  std::uint64_t runsPerLine() const { return m_runsPerLine; }
  /// Values in a line.
  std::uint64_t lineSize() const { return m_lineSize; }
  /// Whether the values of a run, and the runs, follow each other in memory.
  bool isContiguous() const;

  std::uint64_t runOf(std::uint64_t element) const;
  /// The values of a run, row by row: (r, c) is element first + r * stride + c.
  struct Run {
    std::uint64_t first;
    std::uint64_t rows;
    std::uint64_t columns;
    std::uint64_t stride;
    std::uint64_t size() const { return rows * columns; }
    /// The element at `place` of the run.
    std::uint64_t element(std::uint64_t place) const { return first + place / columns * stride + place % columns; }
    /// The place of one of its elements.
    std::uint64_t place(std::uint64_t element) const {
      return (element - first) / stride * columns + (element - first) % stride;
    }
  };
  Run run(std::uint64_t index) const;

 private:
  Granularity m_granularity;
  std::uint64_t m_group;
  MatrixShape m_shape;
  std::uint64_t m_runSize = 1;
  std::uint64_t m_lines = 0;
  std::uint64_t m_lineSize = 0;
  std::uint64_t m_runsPerLine = 0;
};

/// After how many rows, and multiples of them, the matrix may be cut without cutting a run; 0: nowhere.
std::uint64_t rowsBetweenCuts(Granularity granularity, std::uint64_t group, const MatrixShape& shape);

/// Unsupported where rows are not whole groups of `group` values.
Result<> expectWholeGroups(const MatrixShape& shape, std::uint64_t group, const std::string& schemeId);

}  // namespace ulpscope
