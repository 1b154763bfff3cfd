// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

#include "core/matmul/dot_unit.h"
#include "core/matmul/operand_block.h"

namespace ulpscope::kernels {

/// Backend::multiplyAdd() of a unit that aligns and cuts (Summation::Fused), to the bit, by one thread. false, and
/// nothing is done, where the lanes do not cover it: other block lengths than 4, 8, 16 and 32, accumulators that are
/// renewed inside a block, operands or sums that are not finite or might not be.
bool multiplyFused(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                   std::size_t length, std::span<float> c);

/// The same for a chain of fused multiply-adds in float32 (Summation::FmaChain), or float64. false where the processor
/// has none.
bool multiplyChain(const DotUnit& unit, const OperandBlock& a, const OperandBlock& b, std::size_t length,
                   std::span<float> c);
bool multiplyChain(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length, std::span<double> c);

}  // namespace ulpscope::kernels
