// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/run_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>

#include "core/base/checked.h"

namespace ulpscope {

RunLayout::RunLayout(Granularity granularity, std::uint64_t group, const MatrixShape& shape)
    : m_granularity(granularity), m_group(group), m_shape(shape) {
  const std::uint64_t elements = shape.rows * shape.columns;
  if (elements == 0) return;
  m_lines = 1;
  m_lineSize = elements;
  switch (granularity) {
    case Granularity::Tensor:
      m_runSize = elements;
      break;
    case Granularity::FlatBlocks:
      m_runSize = group;
      break;
    case Granularity::Row:
      m_runSize = shape.columns;
      break;
    case Granularity::Column:
      m_lines = shape.columns;
      m_lineSize = shape.rows;
      m_runSize = shape.rows;
      break;
    case Granularity::Group:
      m_runSize = group;
      if (shape.columns % group == 0) break;  // rows that are whole groups follow each other without a seam
      m_lines = shape.rows;
      m_lineSize = shape.columns;
      break;
    case Granularity::Tile:
      m_runSize = group * group;
      m_lines = divideRoundingUp(shape.rows, group);
      m_lineSize = std::min(group, shape.rows) * shape.columns;
      m_runsPerLine = divideRoundingUp(shape.columns, group);
      return;
    case Granularity::Strided:
      assert(elements % group == 0);
      m_runSize = group;
      break;
  }
  m_runsPerLine = divideRoundingUp(m_lineSize, m_runSize);
}

bool RunLayout::isContiguous() const {
  return m_granularity != Granularity::Column && m_granularity != Granularity::Tile &&
         m_granularity != Granularity::Strided;
}

std::uint64_t RunLayout::runOf(std::uint64_t element) const {
  switch (m_granularity) {
    case Granularity::Column:
      return element % m_shape.columns;
    case Granularity::Strided:
      return element % runs();
    case Granularity::Tile:
      return element / m_shape.columns / m_group * m_runsPerLine + element % m_shape.columns / m_group;
    default:
      return element / m_lineSize * m_runsPerLine + element % m_lineSize / m_runSize;
  }
}

RunLayout::Run RunLayout::run(std::uint64_t index) const {
  if (m_granularity == Granularity::Column) return {index, m_shape.rows, 1, m_shape.columns};
  if (m_granularity == Granularity::Strided) return {index, m_group, 1, runs()};
  const std::uint64_t line = index / m_runsPerLine;
  const std::uint64_t place = index % m_runsPerLine;
  if (m_granularity == Granularity::Tile) {
    const std::uint64_t row = line * m_group;
    const std::uint64_t column = place * m_group;
    return {row * m_shape.columns + column, std::min(m_group, m_shape.rows - row),
            std::min(m_group, m_shape.columns - column), m_shape.columns};
  }
  const std::uint64_t begin = place * m_runSize;
  const std::uint64_t size = std::min(m_runSize, m_lineSize - begin);
  return {line * m_lineSize + begin, 1, size, size};
}

std::uint64_t rowsBetweenCuts(Granularity granularity, std::uint64_t group, const MatrixShape& shape) {
  switch (granularity) {
    case Granularity::Row:
    case Granularity::Group:
      return 1;
    case Granularity::FlatBlocks:
      return shape.columns == 0 ? 0 : group / std::gcd(group, shape.columns);
    case Granularity::Tile:
      return group;
    case Granularity::Tensor:
    case Granularity::Column:
    case Granularity::Strided:
      break;
  }
  return 0;
}

Result<> expectWholeGroups(const MatrixShape& shape, std::uint64_t group, const std::string& schemeId) {
  if (shape.columns % group == 0) return {};
  return fail(Errc::Unsupported,
              fmt::format("rows of a multiple of {} values expected, the rows have {}", group, shape.columns),
              schemeId);
}

}  // namespace ulpscope
