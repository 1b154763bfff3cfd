// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

#include "core/matmul/dot_unit.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/operand_block.h"

namespace ulpscope {

/// A scale as the unit takes it: significand * 2^exponent, 1 <= significand < 2 but for subnormal scales; NaN is kept.
struct SplitScale {
  float significand = 1;
  int exponent = 0;
};

/// Some rows of operands in blocks along K: `blockLength` elements share a scale.
struct ScaledBlock {
  OperandBlock elements;
  RowBlock<SplitScale> scales;
  std::size_t blockLength = 1;
};

/// A unit that multiplies operands with scales.
struct ScaledUnit {
  DotUnit unit;              ///< Summation::Fused; blocks of it are whole blocks of the operands
  int smallestExponent = 0;  ///< of the elements' format
  /// Products of so many neighbours are added exactly before they are scaled: FP4's, at most 8 groups in a block of the
  /// unit. 0: scales are powers of two, and part of each product's exponent.
  std::size_t groupLength = 0;
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
/// 8 groups. The trace has a term for each group.
float groupedBlock(const DotUnit& unit, std::span<const ScaledGroup> groups, float c, FusedBlock* trace = nullptr);

/// c + one block of row i of A times row j of B, of which `first` is the first element. NaN where a scale is.
float scaledBlock(const ScaledUnit& unit, const ScaledBlock& a, std::size_t i, const ScaledBlock& b, std::size_t j,
                  std::size_t first, float c, FusedBlock* trace = nullptr);

/// The definition: c + a[i] . b[j] over the first `length` elements, whole blocks of the unit one after the other.
float scaledDot(const ScaledUnit& unit, const ScaledBlock& a, std::size_t i, const ScaledBlock& b, std::size_t j,
                std::size_t length, float c);

}  // namespace ulpscope
