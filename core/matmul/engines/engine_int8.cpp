// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

const MatrixEngine& engine_int8_entry() {
  static const MatrixEngine engine{
      .id = "int8",
      .title = "INT8, vector by vector",
      .text =
          "Rows of A and columns of B as integers of 8 bits, each with its largest magnitude; sums are exact in 32 "
          "bits.",
      .source = "after bitsandbytes 0.50.2, with quotients where it multiplies by reciprocals",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {{.format = "int8",
                 .unit = {.summation = Summation::Exact, .accumulator = Accumulator::Int32},
                 .scaling = VectorScaling{}}}};
  return engine;
}

}  // namespace ulpscope
