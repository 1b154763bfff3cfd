// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/block_format.h"

namespace ulpscope {

/// The exponent of an E8M0 scale: a mode of a format, looked up once for many blocks.
class MxScaleRule {
 public:
  /// Precondition: `mode` is one of format.modes, not one of NVFP4's.
  MxScaleRule(const BlockFormat& format, ScaleMode mode);

  /// For the largest magnitude of a block, which may be zero or infinite but not NaN: from -127 to 127.
  int exponentFor(float largest) const;

  int largestExponent() const { return m_largestExponent; }
  float largestElement() const { return m_largestElement; }

 private:
  int exponentOfFinite(float largest) const;

  ScaleMode m_mode;
  int m_largestExponent;
  float m_largestElement;
  int m_fractionBits;
};

}  // namespace ulpscope
