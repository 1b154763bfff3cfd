// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_float64_entry() {
  static const MatrixEngine engine{
      .id = "float64",
      .title = "FP64",
      .text = "A chain of fused multiply-adds in float64: what the others are measured against.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = {{.format = "float64", .unit = {.accumulator = Accumulator::Float64NearestEven}}}};
  return engine;
}

}  // namespace ulpscope
