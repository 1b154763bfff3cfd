// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/sibling_weights.h"

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {

std::vector<MatrixView> SiblingWeights::views() const {
  std::vector<MatrixView> views;
  for (const LoadedTensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

std::string SiblingWeights::briefNames(const std::string& tensor) const {
  std::string text;
  for (const std::string& name : names) {
    const auto shared = std::ranges::mismatch(name, tensor).in1 - name.begin();
    const std::size_t begin = name.rfind('.', static_cast<std::size_t>(shared)) + 1;  // 0 where there is no dot
    const std::size_t end = name.ends_with(".weight") ? name.size() - std::string_view(".weight").size() : name.size();
    text += (text.empty() ? "" : ", ") + printable(std::string_view(name).substr(begin, end - begin));
  }
  return text;
}

}  // namespace ulpscope
