// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/calibration/range_search.h"

namespace ulpscope {

/// Integer codes over a range: of one that is as wide to both sides of zero the codes -(2^(bits-1) - 1) to
/// 2^(bits-1) - 1, of any other 2^bits codes over the range widened to hold zero, which is a code itself (torch's
/// `calculate_qparams`). Numbers outside get the code at the end.
class RangeCodes {
 public:
  RangeCodes(const Bounds& range, int bits);
  /// What x comes back as.
  double restored(double x) const;

 private:
  double m_scale = 1;
  double m_zero = 0;
  double m_low = 0;
  double m_high = 0;
};

/// How much of numbers is lost when they are rounded to codes, in pieces.
class RangeError {
 public:
  void add(const RangeCodes& codes, std::span<const float> values);
  /// 10 log10 of the sum of squares over that of the errors; infinite where nothing is lost, NaN of zeros.
  double signalToNoiseDb() const;

 private:
  double m_signal = 0;
  double m_noise = 0;
};

}  // namespace ulpscope
