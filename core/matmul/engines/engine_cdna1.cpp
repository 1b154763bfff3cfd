// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

const MatrixEngine& engine_cdna1_entry() {
  static const MatrixEngine engine{
      .id = "cdna1",
      .title = "MI100 (CDNA1), mfma",
      .text = "Four products of FP16 (two of BF16) and the sum are added exactly and rounded once to float32.",
      .source = "arXiv 2511.10909 v2 (MMA-Sim); no recorded results were at hand",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {{.format = "float16", .unit = {.summation = Summation::ExactBlock, .blockLength = 4}},
                {.format = "bfloat16", .unit = {.summation = Summation::ExactBlock, .blockLength = 2}},
                {.format = "float32", .unit = {}}}};
  return engine;
}

}  // namespace ulpscope
