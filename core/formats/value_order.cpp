// SPDX-License-Identifier: Apache-2.0
#include "core/formats/value_order.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

std::optional<std::uint64_t> nextToward(const NumberFormat& format, std::uint64_t code, bool upward) {
  return upward ? format.nextUp(code) : format.nextDown(code);
}

bool isInfinite(const NumberFormat& format, std::uint64_t code) {
  return format.classify(code) == NumberClass::Infinity;
}

double finiteValue(const NumberFormat& format, std::uint64_t code) { return toDouble(format.decode(code)); }

/// The length that a LinePoint's position counts, around the finite value of `code`.
double unitAround(const NumberFormat& format, std::uint64_t code) {
  const bool away = !format.decode(code).negative;
  for (const bool upward : {away, !away}) {
    const auto next = nextToward(format, code, upward);
    if (!next || isInfinite(format, *next)) continue;
    const double distance = finiteValue(format, *next) - finiteValue(format, code);
    return distance < 0 ? -distance : distance;
  }
  return 1;
}

/// The finite value nearest to `code` (itself, unless it is infinite).
std::uint64_t nearestFinite(const NumberFormat& format, std::uint64_t code) {
  if (!isInfinite(format, code)) return code;
  return *nextToward(format, code, format.decode(code).negative);
}

std::uint64_t scaledByPowerOfTwo(const NumberFormat& format, std::uint64_t code, int exponent) {
  Unrounded number = format.decode(code);
  number.exponent += exponent;
  return format.encode(number, Rounding::TowardZero, Overflow::Saturate).code;
}

}  // namespace

ValueOrder::ValueOrder(const NumberFormat& format) {
  assert(format.info().codeBits <= kEnumerableBits);
  const std::size_t count = std::size_t{1} << format.info().codeBits;
  m_rankOfCode.assign(count, -1);

  struct Entry {
    double value;  // exact: a value of at most 16 bits is a double
    bool positive;
    std::uint16_t code;
  };
  std::vector<Entry> entries;
  entries.reserve(count);
  for (std::size_t code = 0; code < count; ++code) {
    const Unrounded number = format.decode(code);
    if (number.kind != Kind::Nan)
      entries.push_back({toDouble(number), !number.negative, static_cast<std::uint16_t>(code)});
  }
  std::ranges::sort(entries, {},
                    [](const Entry& entry) { return std::tuple(entry.value, entry.positive, entry.code); });

  m_codes.reserve(entries.size());
  for (const Entry& entry : entries) {
    m_rankOfCode[entry.code] = static_cast<std::int32_t>(m_codes.size());
    m_codes.push_back(entry.code);
  }
}

std::optional<std::size_t> ValueOrder::rankOf(std::uint64_t code) const {
  const std::int32_t rank = m_rankOfCode[code];
  if (rank < 0) return std::nullopt;
  return static_cast<std::size_t>(rank);
}

std::vector<LinePoint> neighbourhood(const NumberFormat& format, std::uint64_t code, int perSide) {
  if (format.classify(code) == NumberClass::Nan) return {};
  // Differences of doubles a few steps apart are exact: multiples of the smaller step, well below 2^53 of them.
  const std::uint64_t anchor = nearestFinite(format, code);
  const double centre = finiteValue(format, anchor);
  const double unit = unitAround(format, anchor);
  const auto positionOf = [&](std::uint64_t other) {
    const std::uint64_t finite = nearestFinite(format, other);
    const double position = (finiteValue(format, finite) - centre) / unit;
    if (!isInfinite(format, other)) return position;
    return position + (format.decode(other).negative ? -1 : 1);
  };
  const double origin = positionOf(code);

  std::vector<LinePoint> points;
  for (const bool upward : {false, true}) {
    std::optional<std::uint64_t> at = code;
    for (int step = 0; step < perSide; ++step) {
      at = nextToward(format, *at, upward);
      if (!at) break;
      points.push_back({*at, positionOf(*at) - origin, isInfinite(format, *at)});
    }
    if (upward) break;
    std::ranges::reverse(points);
    points.push_back({code, 0, isInfinite(format, code)});
  }
  return points;
}

std::uint64_t doubled(const NumberFormat& format, std::uint64_t code) {
  if (format.decode(code).kind != Kind::Finite) return code;
  const std::uint64_t result = scaledByPowerOfTwo(format, code, 1);
  if (result != code) return result;
  const auto next = nextToward(format, code, !format.decode(code).negative);
  return next && !isInfinite(format, *next) ? *next : code;
}

std::uint64_t halved(const NumberFormat& format, std::uint64_t code) {
  if (isInfinite(format, code)) return nearestFinite(format, code);
  if (format.decode(code).kind != Kind::Finite) return code;
  return scaledByPowerOfTwo(format, code, -1);
}

}  // namespace ulpscope
