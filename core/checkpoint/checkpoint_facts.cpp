// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint_facts.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {

std::vector<std::string> modelFacts(const ModelDescription& model) {
  std::vector<std::string> facts;
  for (const std::string& architecture : model.architectures) facts.push_back(printable(architecture));
  if (facts.empty() && !model.modelType.empty()) facts.push_back(printable(model.modelType));
  if (model.layers) facts.push_back(counted(*model.layers, "layer"));
  if (model.hiddenSize) facts.push_back("hidden size " + groupedDigits(*model.hiddenSize));
  if (model.heads) facts.push_back(counted(*model.heads, "head"));
  if (model.keyValueHeads && model.keyValueHeads != model.heads)
    facts.push_back(fmt::format("{} of keys and values", groupedDigits(*model.keyValueHeads)));
  if (model.experts) facts.push_back(counted(*model.experts, "expert"));
  return facts;
}

std::string remarkOn(const Checkpoint& checkpoint, const TensorInfo& tensor) {
  if (!tensor.remark.empty()) return tensor.remark;
  if (!tensor.isReadable()) return fmt::format("the type {} cannot be read", printable(typeTitle(tensor)));
  if (tensor.sharesWith)
    return fmt::format("the same bytes as {}", printable(checkpoint.tensors[*tensor.sharesWith].name));
  return {};
}

}  // namespace ulpscope
