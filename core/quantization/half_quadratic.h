// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ulpscope {

/// The shrinking operator of half-quadratic quantization with p = 0.7, as hqq and optimum-quanto write it in torch on
/// binary32: sign(x) * max(|x| - (1 / beta) * |x|^(p - 1), 0). The power is the correctly rounded one; torch's may be
/// one unit in the last place beside it, in 1.5 of 100 numbers.
class ShrinkOperator {
 public:
  explicit ShrinkOperator(double beta);
  float operator()(float x) const;

 private:
  float m_weight;     ///< 1 / beta
  float m_threshold;  ///< up to here the result is 0 without a look at the power
};

}  // namespace ulpscope
