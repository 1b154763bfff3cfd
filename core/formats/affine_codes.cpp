// SPDX-License-Identifier: Apache-2.0
#include "core/formats/affine_codes.h"

#include <algorithm>
#include <cmath>

#include "core/formats/integer_rounding.h"

namespace ulpscope {
namespace {

constexpr float kLargestCode = 255;

}  // namespace

// std::min and std::max take their arguments in the order of the reference: it decides where NaN goes.

AffineRange affineRange(std::span<const float> values) {
  AffineRange range{values[0], values[0]};
  for (const float x : values) {
    range.min = std::min(range.min, x);
    range.max = std::max(range.max, x);
  }
  return range;
}

AffineScale affineScale(AffineRange range) {
  const float min = std::min(range.min, 0.0F);
  const float max = std::max(range.max, 0.0F);
  const float scale = (max - min) / kLargestCode;
  const double zeroPoint = 0.0 - min / static_cast<double>(scale);
  if (std::isnan(zeroPoint)) return {scale, 0};
  return {scale, static_cast<std::int32_t>(std::round(std::clamp(zeroPoint, 0.0, 255.0)))};
}

std::uint8_t affineCode(float y, Rounding rounding) {
  return static_cast<std::uint8_t>(roundToInteger(std::max(0.0F, std::min(kLargestCode, y)), rounding));
}

std::uint8_t encodeAffine(const AffineScale& scale, float x, Rounding rounding) {
  return affineCode(static_cast<float>(scale.zeroPoint) + x / scale.scale, rounding);
}

float decodeAffine(const AffineScale& scale, std::uint8_t code) {
  return scale.scale * static_cast<float>(code - scale.zeroPoint);
}

}  // namespace ulpscope
