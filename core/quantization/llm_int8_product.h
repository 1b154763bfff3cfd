// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/formats/int8_vectors.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

class Backend;

/// What LLM.int8() makes of the product of a layer's inputs and its weights.
struct LlmInt8Options {
  using Path = Int8Path;
  Path path = Path::Default;
  float threshold = 6;
  bool keepsWeights = false;  ///< the paper: outlier columns meet the weights in binary16, not those restored from INT8
};

/// y = x W^T for inputs x [tokens, columns] and weights W [outputs, columns].
struct LlmInt8Product {
  std::uint64_t tokens = 0;
  std::uint64_t outputs = 0;
  std::vector<std::uint64_t> outlierColumns;
  std::vector<std::int8_t> inputCodes;  ///< [tokens, columns]; outlier columns are 0, but for a single token
  std::vector<float> inputScales;       ///< by token: the largest magnitude below the threshold
  std::vector<float> weightScales;      ///< by output
  std::vector<float> regular;           ///< [tokens, outputs], binary16: from INT8
  std::vector<float> outliers;          ///< [tokens, outputs], binary32: from outlier columns
  std::vector<float> sum;               ///< [tokens, outputs], binary16
};

/// Both matrices are rounded to binary16 first. Sums of INT8 products are exact; those of the outlier columns are
/// formed in binary32 from left to right, while the libraries' matrix products have orders of their own: `sum` may
/// differ from theirs by one unit in the last place of binary16. Usage where the columns do not match.
Result<LlmInt8Product> llmInt8Product(const MatrixView& inputs, const MatrixView& weights,
                                      const LlmInt8Options& options, const Backend& backend, const JobContext& job);

}  // namespace ulpscope
