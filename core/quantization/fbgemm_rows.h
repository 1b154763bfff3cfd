// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

// What the schemes of FBGEMM share: its arithmetic as AVX2 runs it, NaN and infinity included.

struct RowRange {
  float min;
  float max;
};

/// The smallest and the largest value, found in eight lanes by MINPS and MAXPS and then across the lanes: a NaN makes
/// its lane forget what came before it. Both begin with `start`, and -`start` in the case of max if `mirrored`.
RowRange rangeInLanes(std::span<const float> values, float start, bool mirrored);

/// Rounded to nearest even; -2^31 for what does not fit and NaN, as CVTPS2DQ has it.
std::int32_t roundToInt32(double x);

struct FbgemmChoice {
  int low = 0;  ///< smallest and largest code
  int high = 255;
  bool preserveSparsity = false;  ///< zero in the middle
  bool powerOfTwo = false;        ///< scales are powers of two
  bool raiseSmall = true;         ///< scales below 6.1e-5 become that
};

struct AffineScale {
  float scale;
  std::int32_t zeroPoint;
};

/// ChooseQuantizationParams.
AffineScale chooseFbgemmScale(RowRange range, const FbgemmChoice& choice);

/// codes[i] = clamp(zero point + rne(x * (1 / scale))), as the low eight bits. NaN is the largest code.
void encodeFbgemm(std::span<const float> values, AffineScale scale, const FbgemmChoice& choice,
                  std::span<std::uint8_t> codes);

}  // namespace ulpscope
