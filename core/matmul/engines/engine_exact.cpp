// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_exact_entry() {
  static const MatrixEngine engine{
      .id = "exact",
      .title = "Exact",
      .text = "All products exactly, rounded once to float32: the best that float32 can hold.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = idealUnits({.summation = Summation::Exact})};
  return engine;
}

}  // namespace ulpscope
