// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_index.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ulpscope {
namespace {

std::vector<std::size_t> weightsInFileOrder(const Checkpoint& checkpoint) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    if (tensor.partOf || !tensor.isReadable()) continue;
    const bool isInParts = tensor.packing && !tensor.packing->parts.empty();
    places.emplace_back(isInParts ? std::ranges::min(tensor.packing->parts) : i, i);
  }
  std::ranges::sort(places);
  std::vector<std::size_t> order;
  order.reserve(places.size());
  for (const auto& [place, tensor] : places) order.push_back(tensor);
  return order;
}

std::vector<std::string_view> typesOf(const Checkpoint& checkpoint) {
  std::set<std::string_view> types;
  for (const TensorInfo& tensor : checkpoint.tensors) types.insert(typeTitle(tensor));
  return {types.begin(), types.end()};
}

}  // namespace

TensorIndex::TensorIndex(std::shared_ptr<const Checkpoint> ofCheckpoint)
    : checkpoint(std::move(ofCheckpoint)),
      groups(groupTensors(*checkpoint)),
      filter(*checkpoint),
      weights(weightsInFileOrder(*checkpoint)),
      types(typesOf(*checkpoint)) {}

}  // namespace ulpscope
