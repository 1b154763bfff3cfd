// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

const MatrixEngine& engine_cdna2_entry() {
  static const MatrixEngine engine{
      .id = "cdna2",
      .title = "MI250X (CDNA2), mfma",
      .text =
          "Products are rounded to float32 and added by twos and fours to nearest even; subnormal numbers "
          "count as zero.",
      .source = "arXiv 2511.10909 v2 (MMA-Sim); no recorded results were at hand",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {{.format = "float16", .unit = {.summation = Summation::FlushedPairwise, .blockLength = 4}},
                {.format = "bfloat16", .unit = {.summation = Summation::FlushedPairwise, .blockLength = 4}},
                {.format = "float32", .unit = {}}}};
  return engine;
}

}  // namespace ulpscope
