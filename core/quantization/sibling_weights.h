// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/quantization/quantization_report.h"

namespace ulpscope {

/// The weights of the layers that take the same input as another (core/checkpoint/siblings.h).
struct SiblingWeights {
  std::vector<std::string> names;
  std::vector<LoadedTensor> tensors;
  /// Of the tensors: for SchemeInput, as long as they are there.
  std::vector<MatrixView> views() const;
  /// "q_proj, k_proj": the names without what they share with `tensor`; empty where there are none.
  std::string briefNames(const std::string& tensor) const;
};

}  // namespace ulpscope
