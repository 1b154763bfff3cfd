// SPDX-License-Identifier: Apache-2.0
#include "core/formats/int8_vectors.h"

#include <algorithm>
#include <cmath>

#include "core/formats/codec.h"
#include "core/formats/integer_rounding.h"
#include "core/formats/number_format.h"

namespace ulpscope {
namespace {

constexpr float kReciprocal = 0.007874015718698502F;  ///< the library's 1 / 127

std::int8_t toInt8(float value) {
  return std::isfinite(value) ? static_cast<std::int8_t>(std::clamp(value, -127.0F, 127.0F)) : std::int8_t{0};
}

}  // namespace

float asBinary16(float value) {
  static const FloatSpec& spec = *findFormat("float16")->floatSpec();
  return roundFloat(spec, value, Rounding::NearestEven, Overflow::Format);
}

float encodeInt8Row(std::span<const float> values, float threshold, std::span<std::int8_t> codes, Rounding rounding) {
  const auto kept = [threshold](float x) { return threshold > 0 && std::fabs(x) >= threshold ? 0.0F : x; };
  float scale = 0;
  for (const float x : values) {
    const float magnitude = std::fabs(kept(x));
    if (!(magnitude <= scale)) scale = magnitude;
    if (std::isnan(x)) break;
  }
  const float factor = (1.0F / scale) * 127.0F;
  for (std::size_t i = 0; i < values.size(); ++i) codes[i] = toInt8(roundToInteger(kept(values[i]) * factor, rounding));
  return scale;
}

float decodeInt8(std::int8_t code, float scale) { return static_cast<float>(code) * scale * kReciprocal; }

float scaleInt8Sum(Int8Path path, std::int64_t sum, float rowScale, float columnScale) {
  const auto value = static_cast<float>(sum);
  if (path == Int8Path::Cuda) return value * rowScale * columnScale * 6.200012e-05F;
  return value * (rowScale * columnScale) * 6.200124e-05F;
}

std::vector<std::uint64_t> outlierColumns(std::span<const float> inputs, std::uint64_t columns, float threshold) {
  std::vector<bool> isOutlier(columns);
  if (threshold > 0)
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (std::fabs(inputs[i]) >= threshold) isOutlier[i % columns] = true;
  std::vector<std::uint64_t> found;
  for (std::uint64_t c = 0; c < columns; ++c)
    if (isOutlier[c]) found.push_back(c);
  return found;
}

}  // namespace ulpscope
