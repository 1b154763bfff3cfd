// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/value_walk.h"

#include <cmath>

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

std::strong_ordering compareMagnitudes(const Unrounded& a, const Unrounded& b) {
  if (const auto order = a.exponent <=> b.exponent; order != 0) return order;  // both are normalized
  return a.significand <=> b.significand;
}

}  // namespace

std::strong_ordering compareValues(const Unrounded& a, const Unrounded& b) {
  const auto sign = [](const Unrounded& number) { return number.kind == Kind::Zero ? 0 : number.negative ? -1 : 1; };
  if (const auto order = sign(a) <=> sign(b); order != 0 || sign(a) == 0) return order;
  return sign(a) > 0 ? compareMagnitudes(a, b) : compareMagnitudes(b, a);
}

int binadeOf(const Unrounded& number) { return number.exponent + 63; }

double log2Magnitude(const Unrounded& number) {
  return std::log2(std::ldexp(static_cast<double>(number.significand), -63)) + binadeOf(number);
}

std::optional<std::uint64_t> firstAtLeast(const NumberFormat& format, const FormatLimits& limits,
                                          const Unrounded& number) {
  if (compareValues(number, format.decode(limits.lowest)) <= 0) return limits.lowest;
  if (compareValues(number, format.decode(limits.largest)) > 0) return std::nullopt;
  // Within the range the directed mode gives the code, but for formats that round in a way of their own; those come
  // out at a neighbour.
  std::uint64_t code = format.encode(number, Rounding::TowardPositive, Overflow::Saturate).code;
  while (compareValues(format.decode(code), number) < 0) code = *nextFinite(format, code);
  for (auto below = format.nextDown(code); below && isFinite(format.decode(*below)); below = format.nextDown(code)) {
    if (compareValues(format.decode(*below), number) < 0) break;
    code = *below;
  }
  return code;
}

std::optional<std::uint64_t> nextFinite(const NumberFormat& format, std::uint64_t code) {
  const auto next = format.nextUp(code);
  return next && isFinite(format.decode(*next)) ? next : std::nullopt;
}

std::optional<std::uint64_t> smallestPositive(const NumberFormat& format, const FormatLimits& limits) {
  const auto& normal = limits.smallestNormal;
  const auto& subnormal = limits.smallestSubnormal;
  if (!normal || !subnormal) return normal ? normal : subnormal;
  return compareValues(format.decode(*subnormal), format.decode(*normal)) < 0 ? subnormal : normal;
}

}  // namespace ulpscope
