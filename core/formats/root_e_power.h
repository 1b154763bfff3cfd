// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/formats/unrounded.h"

namespace ulpscope {

/// sqrt(e)^l for l = numerator / 2^places: the leading 64 bits, cut toward zero, and sticky, as every such power but
/// l = 0 is irrational (Lindemann). Preconditions: 0 <= places <= 35; -256 <= l < 256.
Unrounded rootEPower(std::int64_t numerator, int places);

/// 2 * ln(number), the l of the number, to about 12 digits after the point. Precondition: `number` is Finite, positive.
double rootELogarithm(const Unrounded& number);

}  // namespace ulpscope
