// SPDX-License-Identifier: Apache-2.0
#include "core/formats/mx_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

constexpr int kBias = 127;  ///< of E8M0

/// floor(log2 |number|). Precondition: finite and not zero.
int leadingExponent(float number) { return std::ilogb(number); }

bool isPowerOfTwo(float number) { return std::ldexp(1.0F, leadingExponent(number)) == number; }

int fractionBitsOf(const BlockFormat& format) {
  if (const FloatSpec* spec = format.element->floatSpec()) return spec->fractionBits;
  return -format.elementExponent;  // of 1.xxxxxx in MXINT8
}

/// Whether `number`, rounded half up to `bits` fraction bits, reaches the next power of two.
bool roundsUpToPowerOfTwo(float number, int bits) {
  const double significand = std::ldexp(double{number}, -leadingExponent(number));  // in [1, 2)
  return significand >= 2 - std::ldexp(1.0, -bits - 1);
}

}  // namespace

MxScaleRule::MxScaleRule(const BlockFormat& format, ScaleMode mode)
    : m_mode(mode),
      m_largestExponent(format.largestExponent()),
      m_largestElement(static_cast<float>(format.largestElement())),
      m_fractionBits(fractionBitsOf(format)) {}

int MxScaleRule::exponentFor(float largest) const {
  if (largest == 0) return -kBias;
  if (!std::isinf(largest)) return std::clamp(exponentOfFinite(largest), -kBias, kBias);
  // What float32's exponent field reads for infinity, and the largest scale for Rceil, as in torchao.
  return m_mode == ScaleMode::Rceil ? kBias : std::min(128 - m_largestExponent, kBias);
}

int MxScaleRule::exponentOfFinite(float largest) const {
  const int exponent = leadingExponent(largest);
  switch (m_mode) {
    case ScaleMode::Ceil:
      return exponent + (isPowerOfTwo(largest) ? 0 : 1) - m_largestExponent;
    case ScaleMode::Even:
      return exponent + (roundsUpToPowerOfTwo(largest, m_fractionBits) ? 1 : 0) - m_largestExponent;
    case ScaleMode::Rceil: {
      const float quotient = largest / m_largestElement;
      if (quotient == 0) return std::numeric_limits<int>::min();
      return leadingExponent(quotient) + (isPowerOfTwo(quotient) ? 0 : 1);
    }
    default:
      return exponent - m_largestExponent;
  }
}

}  // namespace ulpscope
