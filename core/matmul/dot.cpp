// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/dot.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "core/matmul/exact_sum.h"
#include "core/matmul/floored_dot.h"
#include "core/matmul/fused_dot.h"

namespace ulpscope {
namespace {

template <class T>
T chain(std::span<const T> a, std::span<const T> b, T c) {
  for (std::size_t i = 0; i < a.size(); ++i) c = std::fma(a[i], b[i], c);
  return c;
}

/// The halves' sums, down to single products; the first half is the larger one.
template <class T>
T pairwise(std::span<const T> a, std::span<const T> b) {
  if (a.empty()) return 0;
  if (a.size() == 1) return a[0] * b[0];
  const std::size_t half = (a.size() + 1) / 2;
  return pairwise(a.first(half), b.first(half)) + pairwise(a.subspan(half), b.subspan(half));
}

template <class T>
T blocked(std::size_t length, std::span<const T> a, std::span<const T> b, T c) {
  for (std::size_t i = 0; i < a.size(); i += length) {
    const std::size_t count = std::min(length, a.size() - i);
    c += chain<T>(a.subspan(i, count), b.subspan(i, count), 0);
  }
  return c;
}

template <class T>
T kahan(std::span<const T> a, std::span<const T> b, T c) {
  T lost = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const T addend = a[i] * b[i] - lost;
    const T sum = c + addend;
    lost = (sum - c) - addend;
    c = sum;
  }
  return c;
}

template <class T>
T exact(std::span<const T> a, std::span<const T> b, T c) {
  ExactSum sum;
  sum.add(static_cast<double>(c));
  for (std::size_t i = 0; i < a.size(); ++i) sum.addProduct(static_cast<double>(a[i]), static_cast<double>(b[i]));
  if constexpr (std::is_same_v<T, float>)
    return sum.toFloat();
  else
    return sum.toDouble();
}

/// Zero of its sign for subnormal numbers of float32.
float flushed(float x) { return std::abs(x) < 0x1p-126F ? std::copysign(0.0F, x) : x; }
/// +0 for those of the input format.
float flushedInput(float x, int smallestExponent) { return std::abs(x) < std::ldexp(1.0F, smallestExponent) ? 0 : x; }

/// Products by twos, the twos by twos where the unit takes four, then to c.
float flushedPairwise(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b,
                      float c) {
  assert(unit.blockLength == 2 || unit.blockLength == 4);
  const auto product = [&](std::size_t i) {
    if (i >= a.size()) return 0.0F;
    return flushed(flushedInput(a[i], smallestExponent) * flushedInput(b[i], smallestExponent));
  };
  const auto pair = [&](std::size_t i) { return flushed(product(i) + product(i + 1)); };
  c = flushedInput(c, -126);
  const auto length = static_cast<std::size_t>(unit.blockLength);
  for (std::size_t i = 0; i < a.size(); i += length)
    c = flushed(c + (length == 4 ? flushed(pair(i) + pair(i + 2)) : pair(i)));
  return c;
}

template <class T>
T ideal(const DotUnit& unit, std::span<const T> a, std::span<const T> b, T c) {
  switch (unit.summation) {
    case Summation::Pairwise:
      return c + pairwise(a, b);
    case Summation::Blocked:
      return blocked(static_cast<std::size_t>(unit.blockLength), a, b, c);
    case Summation::Kahan:
      return kahan(a, b, c);
    case Summation::Exact:
      return exact(a, b, c);
    default:
      return chain(a, b, c);
  }
}

float inBlocks(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, float c) {
  const auto length = static_cast<std::size_t>(unit.blockLength);
  for (std::size_t i = 0; i < a.size(); i += length) {
    const std::size_t count = std::min(length, a.size() - i);
    const auto x = a.subspan(i, count);
    const auto y = b.subspan(i, count);
    if (unit.summation == Summation::Fused)
      c = fusedBlock(unit, smallestExponent, x, y, c);
    else if (unit.summation == Summation::ExactBlock)
      c = exact(x, y, c);
    else
      c = flooredBlock(unit, smallestExponent, x, y, c);
  }
  return c;
}

float dotOf(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, float c) {
  switch (unit.summation) {
    case Summation::Fused:
    case Summation::ExactBlock:
    case Summation::FlooredFused:
    case Summation::FlooredPair:
      return inBlocks(unit, smallestExponent, a, b, c);
    case Summation::FlushedPairwise:
      return flushedPairwise(unit, smallestExponent, a, b, c);
    default:
      return ideal(unit, a, b, c);
  }
}

/// x + y of two values of the accumulator's format, to nearest even in it.
float sumIn(Accumulator accumulator, float x, float y) {
  // Of two float16: 24 bits are at least 2 * 11 + 2, so that rounding once more is as good as rounding once.
  const float sum = x + y;
  if (accumulator != Accumulator::Float16NearestEven || !std::isfinite(sum)) return sum;
  const SplitFloat split = splitFloat(sum, -126);
  return roundToAccumulator(accumulator, std::signbit(sum), static_cast<std::uint64_t>(std::abs(split.significand)),
                            split.exponent - 23);
}

}  // namespace

double dot(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, double c) {
  assert(a.size() == b.size() && unit.accumulator != Accumulator::Int32);
  float sum = static_cast<float>(c);
  if (unit.promoteEvery == 0) return dotOf(unit, smallestExponent, a, b, sum);
  const auto length = static_cast<std::size_t>(unit.promoteEvery);
  for (std::size_t i = 0; i < a.size(); i += length) {
    const std::size_t count = std::min(length, a.size() - i);
    const float part = dotOf(unit, smallestExponent, a.subspan(i, count), b.subspan(i, count), 0);
    sum = sumIn(unit.accumulator, sum, part);
  }
  return sum;
}

double dot(const DotUnit& unit, std::span<const double> a, std::span<const double> b, double c) {
  assert(a.size() == b.size() && unit.accumulator == Accumulator::Float64NearestEven);
  return ideal(unit, a, b, c);
}

}  // namespace ulpscope
