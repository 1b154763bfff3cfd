// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/half_quadratic.h"

#include <cmath>

namespace ulpscope {
namespace {

constexpr auto kExponent = static_cast<float>(0.7 - 1);

}  // namespace

// |x| = w * |x|^e where |x|^(1 - e) = w.
ShrinkOperator::ShrinkOperator(double beta)
    : m_weight(static_cast<float>(1 / beta)), m_threshold(0.99F * std::pow(m_weight, 1 / (1 - kExponent))) {}

float ShrinkOperator::operator()(float x) const {
  const float magnitude = std::fabs(x);
  if (magnitude <= m_threshold) return 0;
  const auto power = static_cast<float>(std::pow(double{magnitude}, double{kExponent}));
  const float rest = magnitude - m_weight * power;
  return std::copysign(rest < 0 ? 0 : rest, x);
}

}  // namespace ulpscope
