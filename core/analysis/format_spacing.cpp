// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_spacing.h"

#include <cmath>

#include "core/analysis/value_walk.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_order.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// The distance between two rising positive values, as mantissa * 2^exponent: beyond the range of double, too. Exact
/// while it fits 53 bits.
struct Gap {
  double mantissa;  ///< in [1, 2)
  int exponent;
  double log2() const { return std::log2(mantissa) + exponent; }
  friend bool operator==(const Gap&, const Gap&) = default;
};

Gap gapBetween(const Unrounded& lower, const Unrounded& upper) {
  const int unit = binadeOf(upper);
  const auto scaled = [unit](Unrounded number) {
    number.exponent -= unit;
    return toDouble(number);
  };
  int exponent = 0;
  const double half = std::frexp(scaled(upper) - scaled(lower), &exponent);
  return {2 * half, exponent - 1 + unit};
}

/// Gathers runs, joining those that go on at the same distance.
class RunWriter {
 public:
  explicit RunWriter(const NumberFormat& format) : m_format(format) {}

  /// Values from `first` to `last`, which are `gap` apart each. Each call begins where the one before ended.
  void add(std::uint64_t first, std::uint64_t last, const Gap& gap) {
    const double log2Last = log2Magnitude(m_format.decode(last));
    if (!m_runs.empty() && gap == m_gap) {
      m_runs.back().last = last;
      m_runs.back().log2Last = log2Last;
      return;
    }
    m_gap = gap;
    m_runs.push_back({first, last, log2Magnitude(m_format.decode(first)), log2Last, gap.log2()});
  }
  std::vector<SpacingRun> take() { return std::move(m_runs); }

 private:
  const NumberFormat& m_format;
  std::vector<SpacingRun> m_runs;
  Gap m_gap{};
};

FormatSpacing enumerated(const NumberFormat& format) {
  FormatSpacing spacing;
  RunWriter runs(format);
  std::optional<std::uint64_t> before;
  const ValueOrder order(format);
  for (const std::uint64_t code : order.codes()) {
    const Unrounded number = format.decode(code);
    if (number.kind != Kind::Finite || number.negative) continue;
    if (before) {
      const Unrounded lower = format.decode(*before);
      if (compareValues(lower, number) == 0) continue;  // two codes of one value
      runs.add(*before, code, gapBetween(lower, number));
    }
    before = code;
    const int binade = binadeOf(number);
    if (spacing.binades.empty() || spacing.binades.back().exponent != binade) spacing.binades.push_back({binade, 0});
    ++spacing.binades.back().values;
  }
  spacing.runs = runs.take();
  return spacing;
}

FormatSpacing probed(const NumberFormat& format, const FormatLimits& limits) {
  FormatSpacing spacing;
  RunWriter runs(format);
  const std::uint64_t largest = limits.largest;
  auto first = smallestPositive(format, limits);
  while (first && *first != largest) {
    const Unrounded lower = format.decode(*first);
    const int binade = binadeOf(lower);
    const std::uint64_t second = *nextFinite(format, *first);
    // The first value of a later binade, or the largest where there is none.
    const auto later = firstAtLeast(format, limits, exactNumber(false, 1, binade + 1));
    const std::uint64_t end = later.value_or(largest);
    const std::uint64_t steps = (end - *first) / (second - *first);
    spacing.binades.push_back({binade, steps + (later ? 0 : 1)});

    const Gap gap = gapBetween(lower, format.decode(second));
    const std::uint64_t beforeEnd = *format.nextDown(end);
    const Gap lastGap = gapBetween(format.decode(beforeEnd), format.decode(end));
    if (gap == lastGap) {
      runs.add(*first, end, gap);
    } else {
      runs.add(*first, beforeEnd, gap);
      runs.add(beforeEnd, end, lastGap);
    }
    if (!later) break;
    first = later;
  }
  if (first && *first == largest) spacing.binades.push_back({binadeOf(format.decode(largest)), 1});
  spacing.runs = runs.take();
  return spacing;
}

std::optional<double> log2Of(const NumberFormat& format, const std::optional<std::uint64_t>& code) {
  if (!code) return std::nullopt;
  const Unrounded number = format.decode(*code);
  if (number.kind != Kind::Finite || number.negative) return std::nullopt;
  return log2Magnitude(number);
}

}  // namespace

FormatRange rangeOf(const NumberFormat& format, const FormatLimits& limits) {
  return {log2Of(format, limits.smallestSubnormal), log2Of(format, limits.smallestNormal),
          log2Of(format, limits.largest)};
}

FormatSpacing spacingOf(const NumberFormat& format, const FormatLimits& limits) {
  return format.info().codeBits <= kEnumerableBits ? enumerated(format) : probed(format, limits);
}

}  // namespace ulpscope
