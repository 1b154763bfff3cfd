// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/rounding_bins.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/analysis/value_walk.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFarthest = std::numeric_limits<double>::max();

/// Doubles in the order of their values as integers without gaps.
std::uint64_t rankOf(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? sign - (bits & ~sign) : sign + bits;
}

double valueOfRank(std::uint64_t rank) {
  const std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>(rank >= sign ? rank - sign : sign | (sign - rank));
}

int significantBits(double value) {
  return value == 0 ? 0 : 64 - std::countr_zero(std::bit_cast<std::uint64_t>(value) | std::uint64_t{1} << 52);
}

/// NaN, which negative numbers become where there is no sign, is one outcome as well.
bool isSame(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

struct Border {
  double at;
  bool belongsBelow;
};

class Rounder {
 public:
  Rounder(const NumberFormat& format, Rounding rounding) : m_format(format), m_rounding(rounding) {}

  std::uint64_t code(double number) const {
    return m_format.encode(unrounded(number), m_rounding, Overflow::Format).code;
  }
  double value(double number) const { return toDouble(m_format.decode(code(number))); }

  /// Where the numbers that become `below` end, on the way from `lower` to `upper`, which becomes something else. One
  /// double to either side of them may be where: those of irrational values lie beside them.
  Border borderBetween(double lower, double upper, double below) const {
    const auto isBelow = [&](double number) {  // NaN, where negative numbers have no place, is one outcome as well
      const double found = value(number);
      return found <= below || isSame(found, below);
    };
    std::uint64_t from = rankOf(lower) - 1;
    std::uint64_t to = rankOf(upper) + 1;
    // Borders are at midpoints or at the values themselves, as a rule; looking there first saves the search.
    for (const double guess : {lower / 2 + upper / 2, lower, upper})
      for (const std::uint64_t rank : {rankOf(guess) - 1, rankOf(guess), rankOf(guess) + 1}) {
        if (rank <= from || rank >= to) continue;
        (isBelow(valueOfRank(rank)) ? from : to) = rank;
      }
    while (to - from > 1) {
      const std::uint64_t middle = from + (to - from) / 2;
      (isBelow(valueOfRank(middle)) ? from : to) = middle;
    }
    const double last = valueOfRank(from);
    const double first = valueOfRank(to);
    return significantBits(last) <= significantBits(first) ? Border{last, true} : Border{first, false};
  }

 private:
  const NumberFormat& m_format;
  Rounding m_rounding;
};

/// What becomes of the numbers beyond the last finite value on one side: `bins` gains a bin for them if they do not
/// round to that value; the bin of the value itself, `end`, ends where they begin.
void closeEnd(const Rounder& rounder, bool upward, RoundingBin& end, std::vector<RoundingBin>& bins) {
  const double far = upward ? kFarthest : -kFarthest;
  const double beyond = upward ? kInfinity : -kInfinity;
  if (rounder.value(far) == end.value) {
    (upward ? end.to : end.from) = beyond;
    return;
  }
  const RoundingBin overflow{rounder.code(far), rounder.value(far), beyond, beyond, false, false};
  bins.push_back(overflow);
  RoundingBin& added = bins.back();
  if (upward) {
    const Border border = rounder.borderBetween(end.value, far, end.value);
    end.to = added.from = border.at;
    end.includesTo = border.belongsBelow;
    added.includesFrom = !border.belongsBelow;
  } else {
    const Border border = rounder.borderBetween(far, end.value, rounder.value(far));
    end.from = added.to = border.at;
    end.includesFrom = !border.belongsBelow;
    added.includesTo = border.belongsBelow;
  }
}

/// The values from the last one not above `lower` to the first one not below `upper`, as bins without borders.
NumberLinePart valuesIn(const NumberFormat& format, const FormatLimits& limits, double lower, double upper,
                        std::size_t atMost) {
  NumberLinePart part;
  auto code = firstAtLeast(format, limits, unrounded(lower)).value_or(limits.largest);
  if (compareValues(format.decode(code), unrounded(lower)) > 0 &&
      compareValues(format.decode(code), format.decode(limits.lowest)) > 0)
    code = format.nextDown(code).value_or(code);
  for (std::optional<std::uint64_t> at = code; at; at = nextFinite(format, *at)) {
    if (part.bins.size() == atMost) return {{}, false};
    const double value = toDouble(format.decode(*at));
    part.bins.push_back({*at, value, value, value, true, true});
    if (value >= upper) break;
  }
  return part;
}

}  // namespace

NumberLinePart roundingBins(const NumberFormat& format, const FormatLimits& limits, double lower, double upper,
                            Rounding rounding, std::size_t atMost) {
  NumberLinePart part = valuesIn(format, limits, lower, upper, atMost);
  auto& bins = part.bins;
  if (bins.empty()) return part;
  const Rounder rounder(format, rounding);
  for (std::size_t i = 0; i + 1 < bins.size(); ++i) {
    const Border border = rounder.borderBetween(bins[i].value, bins[i + 1].value, bins[i].value);
    bins[i].to = bins[i + 1].from = border.at;
    bins[i].includesTo = border.belongsBelow;
    bins[i + 1].includesFrom = !border.belongsBelow;
  }
  if (bins.back().value == toDouble(format.decode(limits.largest))) {
    RoundingBin last = bins.back();
    bins.pop_back();
    std::vector<RoundingBin> beyond;
    closeEnd(rounder, true, last, beyond);
    bins.push_back(last);
    bins.insert(bins.end(), beyond.begin(), beyond.end());
  }
  if (bins.front().value == toDouble(format.decode(limits.lowest))) {
    std::vector<RoundingBin> beyond;
    closeEnd(rounder, false, bins.front(), beyond);
    bins.insert(bins.begin(), beyond.begin(), beyond.end());
  }
  return part;
}

std::optional<std::vector<double>> valuesBetween(const NumberFormat& format, const FormatLimits& limits, double lower,
                                                 double upper, std::size_t atMost) {
  std::vector<double> values;
  for (auto code = firstAtLeast(format, limits, unrounded(lower)); code; code = nextFinite(format, *code)) {
    const double value = toDouble(format.decode(*code));
    if (value > upper) break;
    if (values.size() == atMost) return std::nullopt;
    values.push_back(value);
  }
  return values;
}

}  // namespace ulpscope
