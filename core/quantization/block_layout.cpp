// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/base/checked.h"
#include "core/quantization/block_scheme.h"

namespace ulpscope {

BlockLayout::BlockLayout(const BlockPlan& plan, const MatrixShape& shape) : m_shape(shape) {
  const std::uint64_t elements = shape.rows * shape.columns;
  if (elements == 0) return;
  switch (plan.granularity) {
    case Granularity::Tensor:
    case Granularity::FlatBlocks:
      m_lines = 1;
      m_lineSize = elements;
      m_blockSize = plan.granularity == Granularity::Tensor ? elements : plan.group;
      break;
    case Granularity::Row:
      m_lines = 1;
      m_lineSize = elements;
      m_blockSize = shape.columns;
      break;
    case Granularity::Column:
      m_transposed = true;
      m_lines = shape.columns;
      m_lineSize = shape.rows;
      m_blockSize = shape.rows;
      break;
    case Granularity::Group: {
      // Rows that are whole groups follow each other without a seam.
      const bool seamless = shape.columns % plan.group == 0;
      m_lines = seamless ? 1 : shape.rows;
      m_lineSize = seamless ? elements : shape.columns;
      m_blockSize = plan.group;
      break;
    }
  }
  m_blocksPerLine = divideRoundingUp(m_lineSize, m_blockSize);
}

std::uint64_t BlockLayout::blockOf(std::uint64_t element) const {
  if (m_transposed) return element % m_shape.columns;
  return element / m_lineSize * m_blocksPerLine + element % m_lineSize / m_blockSize;
}

BlockLayout::Run BlockLayout::runOf(std::uint64_t block) const {
  if (m_transposed) return {block, m_shape.rows, m_shape.columns};
  const std::uint64_t line = block / m_blocksPerLine;
  const std::uint64_t begin = block % m_blocksPerLine * m_blockSize;
  return {line * m_lineSize + begin, std::min(m_blockSize, m_lineSize - begin), 1};
}

}  // namespace ulpscope
