// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/affine_units.h"

namespace ulpscope {

const MatrixEngine& engine_gemmlowp_entry() {
  static const MatrixEngine engine{.id = "gemmlowp",
                                   .title = "gemmlowp UINT8",
                                   .text =
                                       "A and B as unsigned integers of 8 bits with a scale and a zero point each; "
                                       "sums are exact in 32 bits and are "
                                       "requantized to 8 by integers alone.",
                                   .source = "google/gemmlowp doc/quantization_example.cc, fixedpoint/fixedpoint.h",
                                   .evidence = MatrixEngine::Evidence::Published,
                                   .units = {affineUnit(true)}};
  return engine;
}

}  // namespace ulpscope
