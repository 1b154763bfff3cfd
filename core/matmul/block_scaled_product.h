// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// A scale as the unit takes it: significand * 2^exponent, 1 <= significand < 2 but for subnormal scales; NaN is kept.
struct SplitScale {
  float significand = 1;
  int exponent = 0;
};

/// A sum of exact products that share two scales.
struct ScaledGroup {
  double sum = 0;         ///< of products of elements
  bool isAllZero = true;  ///< every product is zero: then the group has the unit's exponent for zero
  SplitScale a, b;
};

/// One block of a unit that adds groups exactly before they are scaled: groups and c are aligned to the largest
/// exponent (that of the two scales, not of the sum), cut toward zero to unit.alignmentBits below it, added exactly,
/// and rounded to the accumulator. Source: arXiv 2511.10909 v2 (GST-FDPA). Preconditions: sums of FP4 products, at most
/// 8 groups.
float groupedBlock(const DotUnit& unit, std::span<const ScaledGroup> groups, float c);

/// An operand in blocks along K, each with a scale, as core/formats/block_format.h quantizes them; the last block of a
/// row is filled up with zeros, and rows to a whole number of the unit's blocks. NVFP4 has a scale for all of the
/// matrix, which is applied at the end.
struct BlockOperand {
  std::size_t rows = 0;
  std::size_t length = 0;          ///< of a row of elements
  std::vector<float> elements;     ///< values of the element format
  std::vector<SplitScale> scales;  ///< length / block size of them for each row
  float tensorScale = 1;
  InputCounts counts;
};
BlockOperand blockOperand(const EngineUnit& unit, const DenseMatrix& rows);

/// The operand as its blocks restore it.
DenseMatrix restored(const EngineUnit& unit, const DenseMatrix& rows);

/// c + a[i] . b[j], times the scales of the whole matrices. In the order that was chosen.
float blockScaledDot(const ProductSettings& settings, const BlockOperand& a, std::size_t i, const BlockOperand& b,
                     std::size_t j, float c);

/// multiply() of a unit with BlockOperands.
Result<MatrixProduct> multiplyBlockScaled(const ProductSettings& settings, const DenseMatrix& a,
                                          const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

}  // namespace ulpscope
