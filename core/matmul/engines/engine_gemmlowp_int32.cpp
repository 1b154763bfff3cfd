// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/affine_units.h"

namespace ulpscope {

const MatrixEngine& engine_gemmlowp_int32_entry() {
  static const MatrixEngine engine{.id = "gemmlowp-int32",
                                   .title = "gemmlowp UINT8, INT32 kept",
                                   .text =
                                       "As gemmlowp, but the sums of 32 bits are multiplied by both scales in float32: "
                                       "what coding the operands costs "
                                       "without requantization.",
                                   .source = "google/gemmlowp doc/quantization_example.cc",
                                   .evidence = MatrixEngine::Evidence::Published,
                                   .units = {affineUnit(false)}};
  return engine;
}

}  // namespace ulpscope
