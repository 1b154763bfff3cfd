// SPDX-License-Identifier: Apache-2.0
#include "core/report/colour_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace ulpscope {
namespace {

/// Linear between equally spaced colours.
Colour between(std::span<const Colour> stops, double t) {
  const double at = std::clamp(t, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const std::size_t low = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double share = at - static_cast<double>(low);
  const auto mix = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + share * (b - a)));
  };
  const Colour& a = stops[low];
  const Colour& b = stops[low + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

/// Entries 0, 16, ..., 240, 255 of the published table of 256.
constexpr std::array<Colour, 17> kCividis{{{0, 34, 78},
                                           {0, 46, 106},
                                           {26, 56, 111},
                                           {50, 67, 109},
                                           {67, 78, 108},
                                           {83, 90, 109},
                                           {97, 101, 111},
                                           {111, 112, 115},
                                           {125, 124, 120},
                                           {140, 136, 120},
                                           {155, 148, 118},
                                           {171, 160, 114},
                                           {188, 174, 108},
                                           {205, 187, 100},
                                           {222, 201, 88},
                                           {240, 216, 70},
                                           {254, 232, 56}}};

/// From the blue and orange of the house through white; the darker ends keep strong values apart.
constexpr std::array<Colour, 5> kDiverging{
    {{0, 68, 110}, {86, 160, 208}, {255, 255, 255}, {240, 180, 70}, {160, 84, 0}}};

}  // namespace

Colour cividis(double t) { return between(kCividis, t); }

Colour blueWhiteOrange(double t) { return between(kDiverging, (t + 1) / 2); }

std::string hexText(Colour colour) { return fmt::format("#{:02X}{:02X}{:02X}", colour.red, colour.green, colour.blue); }

}  // namespace ulpscope
