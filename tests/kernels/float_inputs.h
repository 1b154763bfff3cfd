// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope::kernels {

/// The binary formats of the registry of up to `mostCodeBits` bits, at most 32: their values are all floats.
std::vector<const NumberFormat*> formatsWithinFloat(int mostCodeBits);

/// `count` bit patterns, each as likely as any other: all exponents, subnormals, infinities and NaN included.
std::vector<float> randomBitPatterns(std::size_t count, std::uint32_t seed);

/// `count` values of a normal distribution.
std::vector<float> normalValues(std::size_t count, float deviation, std::uint32_t seed);

/// Every value of a format of up to 16 bits, every midpoint between two of them (and what would be the next one beyond
/// the largest), and the floats on both sides of each; zeros, infinities, NaN.
std::vector<float> midpointsAndNeighbours(const FloatSpec& spec);

}  // namespace ulpscope::kernels
