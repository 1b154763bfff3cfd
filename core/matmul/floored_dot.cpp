// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/floored_dot.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/matmul/fused_dot.h"

namespace ulpscope {
namespace {

constexpr int kSumBits = 31;  ///< fraction bits of the block's result before it is rounded
constexpr int kNoExponent = -999;

/// value * 2^lastPlace.
struct Scaled {
  std::int64_t value = 0;
  int lastPlace = 0;
  int exponent = kNoExponent;  ///< what others are aligned to
};

/// In units of 2^lastPlace, down.
std::int64_t flooredTo(const Scaled& x, int lastPlace) {
  const int shift = lastPlace - x.lastPlace;
  if (shift <= 0) return x.value * (std::int64_t{1} << -shift);
  return x.value >> std::min(shift, 63);
}

/// Products first, first + step and so on, cut toward zero.
Scaled sumOfProducts(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b,
                     std::size_t first, std::size_t step) {
  int largest = kNoExponent;
  for (std::size_t i = first; i < a.size(); i += step)
    if (a[i] != 0 && b[i] != 0)
      largest =
          std::max(largest, splitFloat(a[i], smallestExponent).exponent + splitFloat(b[i], smallestExponent).exponent);
  Scaled sum{0, largest - unit.alignmentBits, largest};
  for (std::size_t i = first; i < a.size(); i += step) {
    const SplitFloat x = splitFloat(a[i], smallestExponent);
    const SplitFloat y = splitFloat(b[i], smallestExponent);
    const std::int64_t product = x.significand * y.significand;
    if (product == 0) continue;
    const int shift = sum.lastPlace - (x.exponent + y.exponent - 46);
    const std::int64_t kept = shift > 62 ? 0 : std::abs(product) >> shift;
    sum.value += product < 0 ? -kept : kept;
  }
  return sum;
}

/// Even and odd products meet, each down to `alignmentBits` below the larger exponent.
Scaled joined(const DotUnit& unit, const Scaled& even, const Scaled& odd) {
  const int largest = std::max(even.exponent, odd.exponent);
  const int lastPlace = largest - unit.alignmentBits;
  return {flooredTo(even, lastPlace) + flooredTo(odd, lastPlace), lastPlace, largest};
}

/// The block's sum and c, to float32.
float withAccumulator(const DotUnit& unit, const Scaled& dot, float c) {
  const SplitFloat split = splitFloat(c, -126);
  const Scaled added{split.significand, split.exponent - 23, split.exponent};
  const int largest = std::max(dot.exponent, added.exponent);
  const int lastPlace = largest - (kSumBits + 1);
  std::int64_t kept = flooredTo(added, largest - unit.alignmentBits);
  if (unit.summation == Summation::FlooredPair && added.exponent < largest - unit.alignmentBits - 1) kept = 0;
  const std::int64_t total =
      flooredTo(dot, lastPlace) + kept * (std::int64_t{1} << (kSumBits + 1 - unit.alignmentBits));
  if (total == 0) return 0;
  const int leading = std::ilogb(std::abs(static_cast<double>(total)));  // below 2^53
  const int exponent = std::max(leading + lastPlace, -126);
  const int last = exponent - kSumBits;
  const std::int64_t cut = last > lastPlace ? flooredTo({total, lastPlace, 0}, last) : total;
  return roundToAccumulator(Accumulator::Float32NearestEven, cut < 0, static_cast<std::uint64_t>(std::abs(cut)),
                            std::max(last, lastPlace));
}

/// Products beyond float32 as infinities of their sign.
SpecialSum overflowOf(int smallestExponent, std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const SplitFloat x = splitFloat(a[i], smallestExponent);
    const SplitFloat y = splitFloat(b[i], smallestExponent);
    const double product = static_cast<double>(x.significand) * static_cast<double>(y.significand) * 0x1p-46;
    const int carry = std::abs(product) >= 2 ? 1 : 0;
    if (product != 0 && x.exponent + y.exponent + carry >= 128)
      sum += std::copysign(std::numeric_limits<float>::infinity(), static_cast<float>(product));
  }
  return {sum != 0, sum};
}

}  // namespace

float flooredBlock(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b,
                   float c) {
  assert(a.size() == b.size());
  if (const SpecialSum special = specialSum(a, b, c); special.isSpecial) return special.value;
  if (unit.summation == Summation::FlooredFused) {
    if (const SpecialSum special = overflowOf(smallestExponent, a, b); special.isSpecial)
      return std::isnan(special.value) ? specialSum({}, {}, special.value).value : special.value;
    return withAccumulator(unit, sumOfProducts(unit, smallestExponent, a, b, 0, 1), c);
  }
  const Scaled even = sumOfProducts(unit, smallestExponent, a, b, 0, 2);
  const Scaled odd = sumOfProducts(unit, smallestExponent, a, b, 1, 2);
  return withAccumulator(unit, joined(unit, even, odd), c);
}

}  // namespace ulpscope
