// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace ulpscope {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  friend bool operator==(const Colour&, const Colour&) = default;
};

/// Cividis (Nunez, Anderton, Renslow 2018): dark blue at 0 to yellow at 1, even in lightness, the same to colour-blind
/// eyes. `t` is clamped to [0, 1].
Colour cividis(double t);

/// Blue at -1, white at 0, orange at 1. `t` is clamped to [-1, 1].
Colour blueWhiteOrange(double t);

/// "#00224E".
std::string hexText(Colour colour);

}  // namespace ulpscope
