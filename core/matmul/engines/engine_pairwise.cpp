// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_pairwise_entry() {
  static const MatrixEngine engine{
      .id = "pairwise",
      .title = "Pairwise",
      .text = "Products in float32, added as a tree: half to half.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = idealUnits({.summation = Summation::Pairwise})};
  return engine;
}

}  // namespace ulpscope
