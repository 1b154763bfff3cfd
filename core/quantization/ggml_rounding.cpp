// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_plan.h"
#include "core/quantization/ggml_search.h"
#include "core/quantization/knobs.h"

namespace ulpscope::ggml {
namespace {

/// NumPy's x[argmax(abs(x))]: the first NaN where there is one, the first zero where all are.
float mainValueOfNumpy(std::span<const float, 32> x) {
  const auto nan = std::find_if(x.begin(), x.end(), [](float value) { return std::isnan(value); });
  if (nan != x.end()) return *nan;
  const float main = mainValue(x);
  return main != 0 ? main : x.front();
}

float shiftedProduct(Arithmetic arithmetic, float x, float factor, float shift) {
  switch (arithmetic) {
    case Arithmetic::Fused:
      return std::fma(x, factor, shift);
    case Arithmetic::Double:
      return static_cast<float>(static_cast<double>(x) * static_cast<double>(factor) + static_cast<double>(shift));
    case Arithmetic::Separate:
      break;
  }
  return x * factor + shift;
}

constexpr StepGrid kImportanceGrid{.first = -0.9f, .spacing = 0.05f, .last = 36};

}  // namespace

Parameter arithmeticKnob() {
  return choiceKnob("arithmetic", "Arithmetic",
                    "How x / d + shift is rounded before it is cut; without effect where an importance is given.",
                    {{"separate", "Product and sum apart"}, {"fused", "Fused multiply-add"}, {"double", "In double"}},
                    "separate");
}

Arithmetic arithmeticSetting(const Settings& settings) {
  const std::string& id = choiceSetting(settings, "arithmetic");
  if (id == "fused") return Arithmetic::Fused;
  return id == "double" ? Arithmetic::Double : Arithmetic::Separate;
}

float encodeAroundZero(Arithmetic arithmetic, int half, std::span<const float, 32> x,
                       std::span<std::uint8_t, 32> codes) {
  const float m = arithmetic == Arithmetic::Double ? mainValueOfNumpy(x) : mainValue(x);
  const float d = m / static_cast<float>(-half);
  const float factor = d != 0 ? 1.0f / d : 0.0f;
  const float shift = static_cast<float>(half) + 0.5f;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int cut = signedByte(truncatedInt(shiftedProduct(arithmetic, x[i], factor, shift)));
    codes[i] = lowByte(std::min(2 * half - 1, cut));
  }
  return d;
}

float searchAroundZero(int half, std::span<const float, 32> x, std::span<const float> importance, float sigma2,
                       std::span<std::uint8_t, 32> codes) {
  std::array<float, 32> weights;
  weigh(x, importance, sigma2, weights);
  return searchScale(half, x, weights, codes.data());
}

StepAndMinimum encodeFromMinimum(int largest, std::span<const float, 32> x, std::span<std::uint8_t, 32> codes) {
  float min = std::numeric_limits<float>::max();
  float max = -min;
  for (const float value : x) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const float step = (max - min) / static_cast<float>(largest);
  const float factor = step != 0 ? 1.0f / step : 0.0f;
  for (std::size_t i = 0; i < x.size(); ++i)
    codes[i] = lowByte(std::min(largest, signedByte(truncatedInt((x[i] - min) * factor + 0.5f))));
  return {step, min};
}

StepAndMinimum searchFromMinimum(int largest, std::span<const float, 32> x, std::span<const float> importance,
                                 float sigma2, std::span<std::uint8_t, 32> codes) {
  std::array<float, 32> weights;
  weigh(x, importance, sigma2, weights);
  MinimumFit fit{};
  searchMinima({.largest = largest, .grid = kImportanceGrid, .size = x.size()}, x, weights, {&fit, 1});
  codeFit(fit, largest, x, codes.data());
  return {fit.scale, -fit.minimum};
}

}  // namespace ulpscope::ggml
