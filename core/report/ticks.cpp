// SPDX-License-Identifier: Apache-2.0
#include "core/report/ticks.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// `step` as 1, 2 or 5 times a power of ten, not smaller than `smallest`.
struct Step {
  int factor;
  int exponent;
  double value() const { return factor * std::pow(10.0, exponent); }
};

Step roundStep(double smallest) {
  Step step{1,
            static_cast<int>(std::floor(std::log10(smallest))) - 1};  // one decade below: safe against log10's rounding
  while (step.value() < smallest * (1 - 1e-12)) {
    step.factor = step.factor == 1 ? 2 : step.factor == 2 ? 5 : 1;
    if (step.factor == 1) ++step.exponent;
  }
  return step;
}

std::string tickText(std::int64_t multiple, Step step) {
  if (multiple == 0) return "0";
  const std::int64_t digits = multiple * step.factor;
  const double value = static_cast<double>(digits) * std::pow(10.0, step.exponent);
  if (std::abs(value) >= 1e6 || std::abs(value) < 1e-4) {
    std::string text = fmt::format("{:.3e}", value);
    return shortest(std::strtod(text.c_str(), nullptr));
  }
  return fmt::format("{:.{}f}", value, step.exponent < 0 ? -step.exponent : 0);
}

}  // namespace

std::vector<Tick> linearTicks(double lower, double upper, std::size_t atMost) {
  std::vector<Tick> ticks;
  const double span = upper - lower;
  if (!(lower < upper) || !std::isfinite(span) || atMost < 2 || span < 1e-300) return ticks;
  Step step = roundStep(span / static_cast<double>(atMost));
  for (;;) {
    // A hair of tolerance, so that a limit that is a tick up to rounding gets it.
    const double first = std::ceil(lower / step.value() - 1e-9);
    const double last = std::floor(upper / step.value() + 1e-9);
    if (std::abs(first) > 1e15 || std::abs(last) > 1e15)
      return ticks;  // the range is narrower than its own last places
    if (last - first + 1 <= static_cast<double>(atMost)) {
      for (auto multiple = static_cast<std::int64_t>(first); multiple <= static_cast<std::int64_t>(last); ++multiple)
        ticks.push_back({static_cast<double>(multiple) * step.value(), tickText(multiple, step)});
      return ticks;
    }
    step = roundStep(step.value() * 1.5);
  }
}

std::vector<Tick> logarithmicTicks(double lower, double upper, std::size_t atMost) {
  std::vector<Tick> ticks;
  if (!(lower > 0) || !(lower < upper) || !std::isfinite(upper) || atMost < 2) return ticks;
  const int first = static_cast<int>(std::ceil(std::log10(lower) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(upper) + 1e-9));
  if (last - first >= 1) {
    int stride = 1;
    while ((last - first) / stride + 1 > static_cast<int>(atMost)) ++stride;
    for (int exponent = first; exponent <= last; ++exponent)
      if (exponent % stride == 0) ticks.push_back({std::pow(10.0, exponent), powerOfTenText(exponent)});
    return ticks;
  }
  for (int exponent = first - 1; exponent <= last + 1; ++exponent)
    for (const int factor : {1, 2, 5}) {
      const double value = factor * std::pow(10.0, exponent);
      if (value < lower * (1 - 1e-9) || value > upper * (1 + 1e-9)) continue;
      ticks.push_back({value, factor == 1 ? powerOfTenText(exponent)
                                          : fmt::format("{}\u00B7{}", factor, powerOfTenText(exponent))});
    }
  return ticks;
}

std::vector<Tick> powerOfTwoTicks(double lower, double upper, std::size_t atMost) {
  std::vector<Tick> ticks;
  if (!(lower < upper) || !std::isfinite(upper - lower) || atMost < 2 || std::abs(lower) + std::abs(upper) > 1e9)
    return ticks;
  const int first = static_cast<int>(std::ceil(lower - 1e-9));
  const int last = static_cast<int>(std::floor(upper + 1e-9));
  if (last > first) {
    int step = 1;
    for (int tens = 1; (last - first) / step + 1 > static_cast<int>(atMost); tens *= 10)
      for (const int factor : {1, 2, 4, 8}) {
        step = factor * tens;
        if ((last - first) / step + 1 <= static_cast<int>(atMost)) break;
      }
    for (int exponent = first; exponent <= last; ++exponent)
      if (exponent % step == 0) ticks.push_back({static_cast<double>(exponent), powerOfTwoText(exponent)});
    return ticks;
  }
  for (const Tick& tick : linearTicks(lower, upper, atMost))
    ticks.push_back({tick.value, fmt::format("{:.4g}", std::exp2(tick.value))});
  return ticks;
}

namespace {

std::string powerText(std::string text, int exponent) {
  constexpr std::array kDigits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  for (const char c : std::to_string(exponent)) text += c == '-' ? "⁻" : kDigits[static_cast<std::size_t>(c - '0')];
  return text;
}

}  // namespace

std::string powerOfTwoText(int exponent) { return powerText("2", exponent); }
std::string powerOfTenText(int exponent) { return powerText("10", exponent); }

}  // namespace ulpscope
