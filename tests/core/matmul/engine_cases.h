// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/matmul/dense_matrix.h"

namespace ulpscope {

/// One dot product of tests/golden/matmul/engines.json.
struct EngineDot {
  std::vector<float> a, b;
  float c = 0, d = 0;
};

struct EngineCase {
  std::string engine;  ///< "a100@tfloat32"
  bool half = false;
  std::vector<EngineDot> dots;
};

std::vector<EngineCase> readEngineCases();

/// One product of tests/golden/matmul/products.json.
struct ProductCase {
  std::string engine;  ///< "ozaki@float64/slices:8"
  DenseMatrix a, columnsOfB, c;
};

std::vector<ProductCase> readProductCases();

}  // namespace ulpscope
