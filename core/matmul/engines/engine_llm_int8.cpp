// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

const MatrixEngine& engine_llm_int8_entry() {
  static const MatrixEngine engine{
      .id = "llm-int8",
      .title = "LLM.int8()",
      .text = "As INT8, but columns of A that hold a magnitude of 6 or more are multiplied in FP16.",
      .source = "arXiv 2208.07339; after bitsandbytes 0.50.2, with quotients where it multiplies by reciprocals",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {{.format = "int8",
                 .unit = {.summation = Summation::Exact, .accumulator = Accumulator::Int32},
                 .scaling = VectorScaling{.outlierThreshold = 6}}}};
  return engine;
}

}  // namespace ulpscope
