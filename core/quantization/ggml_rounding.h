// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/quantization/scheme.h"

namespace ulpscope::ggml {

/// How x * (1 / d) + shift is computed before it is cut to an integer, in Q4_0 and Q5_0.
enum class Arithmetic : std::uint8_t { Separate, Fused, Double };

Parameter arithmeticKnob();
Arithmetic arithmeticSetting(const Settings& settings);

/// 32 codes from 0 to 2 * half - 1, code - half times the returned d being the value: d = m / -half, m the first value
/// of largest magnitude. ggml takes no notice of NaN; the Python package (Double) takes it for m.
float encodeAroundZero(Arithmetic arithmetic, int half, std::span<const float, 32> x,
                       std::span<std::uint8_t, 32> codes);

/// The same with importance: searchScale() with weights importance * sqrt(sigma2 + x^2).
float searchAroundZero(int half, std::span<const float, 32> x, std::span<const float> importance, float sigma2,
                       std::span<std::uint8_t, 32> codes);

/// What blocks with a minimum store.
struct StepAndMinimum {
  float step, minimum;
};
/// 32 codes from 0 to `largest`: step = (max - min) / largest, codes cut from (x - min) * (1 / step) + 0.5.
StepAndMinimum encodeFromMinimum(int largest, std::span<const float, 32> x, std::span<std::uint8_t, 32> codes);

/// The same with importance: searchMinima() with weights importance * sqrt(sigma2 + x^2).
StepAndMinimum searchFromMinimum(int largest, std::span<const float, 32> x, std::span<const float> importance,
                                 float sigma2, std::span<std::uint8_t, 32> codes);

}  // namespace ulpscope::ggml
