// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/formats/rounding.h"

namespace ulpscope {

// Codes of 8 bits with one scale and one zero point, as gemmlowp has them: doc/quantization_example.cc
// ChooseQuantizationParams, Quantize and Dequantize.

/// The smallest and the largest value, from the first on: a NaN is left out unless it is that. Precondition: not empty.
struct AffineRange {
  float min;
  float max;
};
AffineRange affineRange(std::span<const float> values);

struct AffineScale {
  float scale = 0;
  std::int32_t zeroPoint = 0;  ///< 0 to 255: the code of zero

  friend bool operator==(const AffineScale&, const AffineScale&) = default;
};

/// Of the range widened to hold 0: scale = (max - min) / 255 in float32; zero point = -min / scale in float64, rounded
/// half away from zero; 0 where that is NaN, as for a range of nothing but 0.
AffineScale affineScale(AffineRange range);

/// round(clamp(zero point + x / scale, 0, 255)), ties away from zero unless said otherwise; NaN becomes 255.
std::uint8_t encodeAffine(const AffineScale& scale, float x, Rounding rounding = Rounding::NearestAway);
/// round(clamp(y, 0, 255)) of a value in units of the scale.
std::uint8_t affineCode(float y, Rounding rounding = Rounding::NearestAway);
/// scale * (code - zero point).
float decodeAffine(const AffineScale& scale, std::uint8_t code);

}  // namespace ulpscope
