// SPDX-License-Identifier: Apache-2.0
#include "core/formats/integer_rounding.h"

#include <cmath>

namespace ulpscope {

float roundToInteger(float x, Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestAway:
      return std::round(x);
    case Rounding::TowardZero:
      return std::trunc(x);
    case Rounding::TowardPositive:
      return std::ceil(x);
    case Rounding::TowardNegative:
      return std::floor(x);
    case Rounding::ToOdd: {
      const float whole = std::trunc(x);
      return whole == x || std::fmod(whole, 2.0F) != 0 ? whole : whole + std::copysign(1.0F, x);
    }
    default:
      return std::nearbyint(x);
  }
}

}  // namespace ulpscope
