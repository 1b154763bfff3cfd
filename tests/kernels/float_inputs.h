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

/// Blocks that are zero, tiny, huge or not finite, each among zeros, ones and its like. Precondition: blockSize >= 4.
std::vector<float> extremeBlocks(std::size_t blockSize);

/// Some thousand layouts of up to 16 bits whose values are floats: with and without a sign, of each width of both
/// fields, with all specials and bottoms, each with some of the biases that are usual, at the ends of float's range, or
/// next to where the plans of kernels/plans change.
std::vector<FloatSpec> everyLayout();

/// Every value of a format of up to 16 bits, every midpoint between two of them (and what would be the next one beyond
/// the largest), and the floats on both sides of each; zeros, infinities, NaN.
std::vector<float> midpointsAndNeighbours(const FloatSpec& spec);

/// The same of some values only: both ends, the first normal ones, and `count` drawn with `seed`.
std::vector<float> someMidpointsAndNeighbours(const FloatSpec& spec, std::size_t count, std::uint32_t seed);

}  // namespace ulpscope::kernels
