// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/fused_dot.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/formats/codec.h"
#include "core/formats/float16_spec.h"

namespace ulpscope {
namespace {

constexpr int kFractionBits = 23;
constexpr int kProductBits = 2 * kFractionBits;  ///< fraction bits of a product of two significands
constexpr std::size_t kMostProducts = 64;

constexpr FloatSpec kFraction13Spec{.exponentBits = 8, .fractionBits = 13, .bias = 127};

/// significand * 2^(exponent - kProductBits); no more than 48 bits and a sign.
struct Term {
  std::int64_t significand = 0;
  int exponent = 0;
};

/// Toward zero to a multiple of 2^lastPlace. Never shifts to the left: alignment keeps fewer bits than a product has.
std::int64_t aligned(const Term& term, int lastPlace) {
  const int shift = lastPlace - (term.exponent - kProductBits);
  assert(shift >= 0);
  const std::int64_t magnitude = shift > 62 ? 0 : std::abs(term.significand) >> shift;
  return term.significand < 0 ? -magnitude : magnitude;
}

void record(FusedBlock& trace, const Term& term, int lastPlace) {
  const double value = std::ldexp(static_cast<double>(term.significand), term.exponent - kProductBits);
  const std::int64_t kept = aligned(term, lastPlace);
  trace.terms.push_back({value, term.exponent, kept, value - std::ldexp(static_cast<double>(kept), lastPlace)});
}

}  // namespace

const FloatSpec& specOf(Accumulator accumulator) {
  if (accumulator == Accumulator::Float16NearestEven) return kFloat16Spec;
  return accumulator == Accumulator::Fraction13TowardZero ? kFraction13Spec : kFloat32Spec;
}

SpecialSum specialSum(std::span<const float> a, std::span<const float> b, float c) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  bool nan = std::isnan(c);
  bool positive = c == kInfinity;
  bool negative = c == -kInfinity;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(a[i]) && std::isfinite(b[i])) continue;
    const float product = a[i] * b[i];  // of an infinity or NaN: no rounding has a part in it
    nan = nan || std::isnan(product);
    positive = positive || product == kInfinity;
    negative = negative || product == -kInfinity;
  }
  if (nan || (positive && negative)) return {true, std::bit_cast<float>(0x7FFFFFFFu)};
  if (positive) return {true, kInfinity};
  if (negative) return {true, -kInfinity};
  return {};
}

SplitFloat splitFloat(float value, int smallestExponent) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const int field = static_cast<int>(bits >> kFractionBits & 0xFF);
  std::int64_t significand = bits & 0x7FFFFF;
  if (field != 0) significand |= 0x800000;
  int exponent = std::max(field, 1) - 127;
  if (exponent < smallestExponent) {  // subnormal in its own format, whose last place is above what goes
    significand >>= std::min(smallestExponent - exponent, 24);
    exponent = smallestExponent;
  }
  return {bits >> 31 != 0 ? -significand : significand, exponent};
}

float roundToAccumulator(Accumulator accumulator, bool negative, std::uint64_t magnitude, int lastPlace) {
  const bool cuts = accumulator == Accumulator::Float32TowardZero || accumulator == Accumulator::Fraction13TowardZero;
  const Rounding rounding = cuts ? Rounding::TowardZero : Rounding::NearestEven;
  const FloatSpec& spec = specOf(accumulator);
  const Encoded encoded =
      encodeFloat(spec, exactNumber(negative, magnitude, lastPlace), {rounding}, Overflow::Infinity);
  return decodeToFloat(spec, encoded.code);
}

float fusedBlock(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, float c,
                 FusedBlock* trace, int productScale) {
  assert(a.size() == b.size() && a.size() <= kMostProducts && unit.alignmentBits < kProductBits);
  if (const SpecialSum special = specialSum(a, b, c); special.isSpecial) {
    if (trace) {
      *trace = {};
      trace->result = special.value;
    }
    return special.value;
  }
  std::array<Term, kMostProducts + 1> terms;
  const std::size_t count = a.size() + 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const SplitFloat x = splitFloat(a[i], smallestExponent);
    const SplitFloat y = splitFloat(b[i], smallestExponent);
    terms[i] = {x.significand * y.significand, x.exponent + y.exponent + productScale};
  }
  const SplitFloat sum = splitFloat(c, specOf(unit.accumulator).smallestExponent());
  terms[a.size()] = {sum.significand * (std::int64_t{1} << kFractionBits), sum.exponent};
  int largest = std::numeric_limits<int>::min();
  for (std::size_t i = 0; i < count; ++i) {
    if (terms[i].significand == 0) terms[i].exponent = unit.zeroExponent;
    largest = std::max(largest, terms[i].exponent);
  }
  const int lastPlace = largest - unit.alignmentBits;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += aligned(terms[i], lastPlace);
  const float result = total == 0 ? 0.0F
                                  : roundToAccumulator(unit.accumulator, total < 0,
                                                       static_cast<std::uint64_t>(std::abs(total)), lastPlace);
  if (trace) {
    *trace = {{}, largest, lastPlace, total, result, 0};
    for (std::size_t i = 0; i < count; ++i) record(*trace, terms[i], lastPlace);
    trace->rounded = static_cast<double>(result) - std::ldexp(static_cast<double>(total), lastPlace);
  }
  return result;
}

}  // namespace ulpscope
