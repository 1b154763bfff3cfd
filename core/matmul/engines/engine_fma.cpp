// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_fma_entry() {
  static const MatrixEngine engine{
      .id = "fma",
      .title = "FMA chain",
      .text = "One fused multiply-add after the other, rounded to float32 each: a CUDA core, a scalar loop.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = idealUnits({.summation = Summation::FmaChain})};
  return engine;
}

}  // namespace ulpscope
