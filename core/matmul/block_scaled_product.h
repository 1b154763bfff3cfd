// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// An operand in blocks along K, each with a scale, as core/formats/block_format.h quantizes them; the last block of a
/// row is filled up with zeros, and rows to a whole number of the unit's blocks. NVFP4 has a scale for all of the
/// matrix, which is applied at the end.
struct BlockOperand {
  std::size_t rows = 0;
  std::size_t length = 0;  ///< of a row of elements
  std::size_t blockLength = 1;
  std::vector<float> elements;     ///< values of the element format
  std::vector<SplitScale> scales;  ///< length / blockLength of them for each row
  float tensorScale = 1;
  InputCounts counts;

  /// Rows from `row` on, elements from `first` on, which begins a block.
  ScaledBlock part(std::size_t row, std::size_t count, std::size_t first = 0) const {
    const std::size_t blocks = length / blockLength;
    return {{elements.data() + row * length + first, count, length},
            {scales.data() + row * blocks + first / blockLength, count, blocks},
            blockLength};
  }
};
BlockOperand blockOperand(const EngineUnit& unit, const DenseMatrix& rows);

/// The operand as its blocks restore it.
DenseMatrix restored(const EngineUnit& unit, const DenseMatrix& rows);

/// The part of the engine that meets elements and scales.
ScaledUnit scaledUnitOf(const EngineUnit& unit);

/// How many elements one accumulator takes, of rows that are `length` long: whole blocks of the unit.
std::size_t scaledRun(const ProductSettings& settings, std::size_t length);

/// multiply() of a unit with BlockOperands.
Result<MatrixProduct> multiplyBlockScaled(const ProductSettings& settings, const DenseMatrix& a,
                                          const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

/// multiplyRows() of such a unit.
std::vector<double> multiplyRowsBlockScaled(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b,
                                            std::span<const double> c, const Backend& backend);

}  // namespace ulpscope
