// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/range_codes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ulpscope {

RangeCodes::RangeCodes(const Bounds& range, int bits) {
  const double half = std::exp2(bits - 1);
  if (range.low == -range.high) {
    m_high = half - 1;
    m_low = -m_high;
    if (range.high > 0) m_scale = range.high / m_high;
    return;
  }
  const double low = std::min(range.low, 0.0);
  m_high = 2 * half - 1;
  m_scale = (std::max(range.high, 0.0) - low) / m_high;
  m_zero = std::clamp(-std::nearbyint(low / m_scale), 0.0, m_high);
}

double RangeCodes::restored(double x) const {
  return (std::clamp(std::nearbyint(x / m_scale) + m_zero, m_low, m_high) - m_zero) * m_scale;
}

void RangeError::add(const RangeCodes& codes, std::span<const float> values) {
  for (const float value : values) {
    const double x{value};
    const double error = codes.restored(x) - x;
    m_signal += x * x;
    m_noise += error * error;
  }
}

double RangeError::signalToNoiseDb() const {
  if (m_signal == 0) return std::numeric_limits<double>::quiet_NaN();
  return 10 * std::log10(m_signal / m_noise);
}

}  // namespace ulpscope
