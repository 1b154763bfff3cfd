// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/block_scaled_dot.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace ulpscope {
namespace {

constexpr std::size_t kMostGroups = 8;
constexpr float kNan = std::bit_cast<float>(0x7FFFFFFFu);

float special(float value, FusedBlock* trace) {
  if (trace) {
    *trace = {};
    trace->result = value;
  }
  return value;
}

/// Elements `first` to first + count of two rows.
ScaledGroup groupOf(std::span<const float> a, std::span<const float> b, const SplitScale& scaleOfA,
                    const SplitScale& scaleOfB) {
  ScaledGroup group{.a = scaleOfA, .b = scaleOfB};
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double product = static_cast<double>(a[k]) * static_cast<double>(b[k]);
    group.sum += product;
    group.isAllZero = group.isAllZero && product == 0;
  }
  return group;
}

}  // namespace

float groupedBlock(const DotUnit& unit, std::span<const ScaledGroup> groups, float c, FusedBlock* trace) {
  assert(groups.size() <= kMostGroups);
  if (!std::isfinite(c)) return special(std::isnan(c) ? kNan : c, trace);
  for (const ScaledGroup& group : groups)
    if (std::isnan(group.a.significand) || std::isnan(group.b.significand)) return special(kNan, trace);
  std::array<FusedTerm, kMostGroups + 1> terms;  // the last one is c
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double scale = static_cast<double>(groups[g].a.significand) * static_cast<double>(groups[g].b.significand);
    const bool isZero = groups[g].isAllZero || scale == 0;
    const int exponent = groups[g].a.exponent + groups[g].b.exponent;
    terms[g] = {std::ldexp(groups[g].sum * scale, exponent), isZero ? unit.zeroExponent : exponent};
  }
  const SplitFloat sum = splitFloat(c, specOf(unit.accumulator).smallestExponent());
  terms[groups.size()] = {static_cast<double>(c), sum.significand == 0 ? unit.zeroExponent : sum.exponent};
  const std::span used = std::span(terms).first(groups.size() + 1);
  const int largest = std::ranges::max_element(used, {}, &FusedTerm::exponent)->exponent;
  const int lastPlace = largest - unit.alignmentBits;
  std::int64_t total = 0;
  for (FusedTerm& term : used) {
    // A number of at most 53 bits once it is cut.
    term.kept = static_cast<std::int64_t>(std::trunc(std::ldexp(term.value, -lastPlace)));
    term.cut = term.value - std::ldexp(static_cast<double>(term.kept), lastPlace);
    total += term.kept;
  }
  const float result = total == 0 ? 0.0F
                                  : roundToAccumulator(unit.accumulator, total < 0,
                                                       static_cast<std::uint64_t>(std::abs(total)), lastPlace);
  if (trace) {
    const double rounded = static_cast<double>(result) - std::ldexp(static_cast<double>(total), lastPlace);
    *trace = {{used.begin(), used.end()}, largest, lastPlace, total, result, rounded};
  }
  return result;
}

float scaledBlock(const ScaledUnit& unit, const ScaledBlock& a, std::size_t i, const ScaledBlock& b, std::size_t j,
                  std::size_t first, float c, FusedBlock* trace) {
  const auto length = static_cast<std::size_t>(unit.unit.blockLength);
  const auto row = [&](const ScaledBlock& operand, std::size_t r, std::size_t from, std::size_t count) {
    return operand.elements.row(r, from + count).subspan(from);
  };
  const auto scale = [&](const ScaledBlock& operand, std::size_t r, std::size_t at) -> const SplitScale& {
    return operand.scales.values[r * operand.scales.stride + at / operand.blockLength];
  };
  if (unit.groupLength == 0) {
    const SplitScale& ofA = scale(a, i, first);
    const SplitScale& ofB = scale(b, j, first);
    if (std::isnan(ofA.significand) || std::isnan(ofB.significand)) return special(kNan, trace);
    return fusedBlock(unit.unit, unit.smallestExponent, row(a, i, first, length), row(b, j, first, length), c, trace,
                      ofA.exponent + ofB.exponent);
  }
  std::array<ScaledGroup, kMostGroups> groups;
  const std::size_t count = length / unit.groupLength;
  for (std::size_t g = 0; g < count; ++g) {
    const std::size_t at = first + g * unit.groupLength;
    groups[g] =
        groupOf(row(a, i, at, unit.groupLength), row(b, j, at, unit.groupLength), scale(a, i, at), scale(b, j, at));
  }
  return groupedBlock(unit.unit, std::span(groups).first(count), c, trace);
}

float scaledDot(const ScaledUnit& unit, const ScaledBlock& a, std::size_t i, const ScaledBlock& b, std::size_t j,
                std::size_t length, float c) {
  for (std::size_t first = 0; first < length; first += static_cast<std::size_t>(unit.unit.blockLength))
    c = scaledBlock(unit, a, i, b, j, first, c);
  return c;
}

}  // namespace ulpscope
