// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_blocked_entry() {
  static const MatrixEngine engine{
      .id = "blocked",
      .title = "Blocked",
      .text = "Chains of 256 fused multiply-adds in float32, whose sums are a chain: how a tiled product adds.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = idealUnits({.summation = Summation::Blocked, .blockLength = 256})};
  return engine;
}

}  // namespace ulpscope
