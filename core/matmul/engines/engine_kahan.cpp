// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

const MatrixEngine& engine_kahan_entry() {
  static const MatrixEngine engine{
      .id = "kahan",
      .title = "Kahan",
      .text = "A chain in float32 that carries on what each addition lost.",
      .source = "IEEE 754-2019; N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapter 4",
      .evidence = MatrixEngine::Evidence::Definition,
      .units = idealUnits({.summation = Summation::Kahan})};
  return engine;
}

}  // namespace ulpscope
