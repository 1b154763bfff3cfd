// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ulpscope {

/// torch.pow of a positive normal number on x86-64 with FMA: the power of SLEEF that takes eight numbers at a time, one
/// unit in the last place at worst, and beside the correctly rounded one in 1.8 of 100 numbers. The last numbers of an
/// array, fewer than 32, go through the C library instead, which is not followed.
float torchPower(float base, float exponent);

/// The shrinking operator of half-quadratic quantization with p = 0.7, as hqq and optimum-quanto write it in torch on
/// binary32: sign(x) * max(|x| - (1 / beta) * |x|^(p - 1), 0).
class ShrinkOperator {
 public:
  explicit ShrinkOperator(double beta);
  float operator()(float x) const;

 private:
  float m_weight;     ///< 1 / beta
  float m_threshold;  ///< up to here the result is 0 without a look at the power
};

}  // namespace ulpscope
