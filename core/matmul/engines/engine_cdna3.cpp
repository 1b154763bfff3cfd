// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

const MatrixEngine& engine_cdna3_entry() {
  static const MatrixEngine engine{
      .id = "cdna3",
      .title = "MI300X (CDNA3), mfma",
      .text =
          "Products are aligned and cut to 24 fraction bits; their sum meets the accumulator by cuts toward "
          "negative infinity and is rounded to float32.",
      .source = "arXiv 2511.10909 v2 (MMA-Sim); no recorded results were at hand",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {
          {.format = "tfloat32",
           .inputRounding = Rounding::TowardZero,
           .unit = {.summation = Summation::FlooredFused, .blockLength = 4, .alignmentBits = 24}},
          {.format = "float16", .unit = {.summation = Summation::FlooredFused, .blockLength = 8, .alignmentBits = 24}},
          {.format = "bfloat16", .unit = {.summation = Summation::FlooredFused, .blockLength = 8, .alignmentBits = 24}},
          {.format = "float8_e4m3fnuz",
           .unit = {.summation = Summation::FlooredPair, .blockLength = 16, .alignmentBits = 24}},
          {.format = "float8_e5m2fnuz",
           .unit = {.summation = Summation::FlooredPair, .blockLength = 16, .alignmentBits = 24}},
          {.format = "float32", .unit = {}}}};
  return engine;
}

}  // namespace ulpscope
