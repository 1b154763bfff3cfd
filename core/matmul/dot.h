// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/matmul/dot_unit.h"

namespace ulpscope {

/// c + a . b as the unit computes it, the definition of every summation. Blocks follow each other in the order of the
/// elements, the last one may be shorter; each block's sum is the accumulator of the next. Operands are values of a
/// format whose smallest normal exponent is `smallestExponent`, floats unless the accumulator is Float64NearestEven;
/// so is c. The result is a value of the accumulator's format.
///
/// What the units of hardware do with NaN, infinity and zero is said at fusedBlock(); the others follow IEEE 754.
/// Preconditions: a.size() == b.size(). Not Int32.
double dot(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, double c);
/// The same for a unit whose accumulator is Float64NearestEven, over doubles.
double dot(const DotUnit& unit, std::span<const double> a, std::span<const double> b, double c);

}  // namespace ulpscope
