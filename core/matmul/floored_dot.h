// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/matmul/dot_unit.h"

namespace ulpscope {

/// Summation::FlooredFused and FlooredPair: c + a . b as AMD's CDNA3 does it, in integers. Source: arXiv 2511.10909 v2
/// (TR-FDPA and GTR-FDPA); no recorded results were at hand to check it with.
///
/// Products are aligned to their largest exponent and cut toward zero to `alignmentBits` below it; their sum (of even
/// and odd products each, for FlooredPair) is exact. That sum, down to 32 bits, and c, down to `alignmentBits`, are
/// aligned to the larger of the two exponents, where down means toward negative infinity; what comes out is cut down to
/// 31 fraction bits and rounded to float32, to nearest even. A product beyond float32 is infinite (FlooredFused).
///
/// Preconditions as for fusedBlock().
float flooredBlock(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b,
                   float c);

}  // namespace ulpscope
