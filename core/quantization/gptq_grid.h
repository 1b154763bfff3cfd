// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

/// The codes 0 .. largest that GPTQ's quantizer rounds to, and how it finds a scale.
struct GptqGrid {
  float largest = 15;     ///< 2^bits - 1
  bool symmetric = true;  ///< the zero point is 2^(bits - 1)
  bool searches = false;  ///< the range is shrunk in steps of 1 % down to 21 %, least sum of |error|^2.4
};

struct GptqScale {
  float scale = 1;
  float zero = 0;
};

/// x to scale * (code - zero); code is NaN where x, or the scale, is.
struct GptqRounded {
  float code;
  float value;
};
GptqRounded roundTo(const GptqGrid& grid, const GptqScale& scale, float x);

/// `Quantizer.find_params` of one row's group. The range is widened to hold zero; symmetric, its lower end becomes
/// minus the upper one only if it is below zero, so that a group without negative values has twice the resolution its
/// zero point leaves room for, and loses the upper half. A group of zeros has the range -1 to 1.
GptqScale findScale(const GptqGrid& grid, std::span<const float> values);

}  // namespace ulpscope
