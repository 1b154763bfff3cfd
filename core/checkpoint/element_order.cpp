// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/element_order.h"

#include <algorithm>
#include <array>

#include "core/checkpoint/strided.h"

namespace ulpscope {
namespace {

/// general.architecture of those whose converter permutes (llama.cpp of llama-cpp-python 0.3.36, conversion/: classes
/// with undo_permute, and DeciModel).
constexpr std::array<std::string_view, 8> kPermuted{"llama",   "llama-embed", "deci",       "arcee",
                                                    "smollm3", "granite",     "granitemoe", "granitehybrid"};

bool isPermutedGguf(const Checkpoint& checkpoint) {
  return checkpoint.container == "gguf" && checkpoint.model && !checkpoint.model->architectures.empty() &&
         std::ranges::find(kPermuted, checkpoint.model->architectures.front()) != kPermuted.end();
}

/// Heads of a projection that is rotated; 0 for any other, and where the file does not say.
std::uint64_t rotatedHeads(const ModelDescription& model, std::string_view huggingFaceName) {
  const auto isModule = [&](std::string_view module) {
    for (const std::string_view parameter : {".weight", ".bias"})
      if (huggingFaceName.ends_with(parameter) &&
          huggingFaceName.substr(0, huggingFaceName.size() - parameter.size()).ends_with(module))
        return true;
    return false;
  };
  if (isModule(".q_proj")) return model.heads.value_or(0);
  return isModule(".k_proj") ? model.keyValueHeads.value_or(model.heads.value_or(0)) : 0;
}

/// Of [heads, outer, inner, columns] as it is, read as [heads, inner, outer, columns].
Result<TensorSource> exchanged(const Checkpoint& checkpoint, std::size_t tensor, std::uint64_t heads,
                               std::uint64_t outer, std::uint64_t inner) {
  const auto source = checkpoint.source(tensor);
  if (!source) return source;
  TensorInfo info = source->info();
  const auto& file = checkpoint.files[info.file];
  const std::uint64_t columns = info.shape.size() > 1 ? source->matrix().columns : 1;
  const StridedView view{.offset = 0,
                         .size = {heads, inner, outer, columns},
                         .stride = {outer * inner * columns, columns, inner * columns, 1}};
  auto bytes = info.storage ? info.storage : sliceOf(file, info.offset, source->size());
  info.storage = gathered(std::move(bytes), static_cast<std::size_t>(source->type().bits / 8), view);
  return TensorSource(std::move(info), file);
}

}  // namespace

Result<TensorSource> sourceOrderedAs(const Checkpoint& checkpoint, std::size_t tensor, const Checkpoint& other,
                                     std::size_t otherTensor) {
  const TensorInfo& info = checkpoint.tensors[tensor];
  const bool isGguf = isPermutedGguf(checkpoint);
  const bool isOtherGguf = isPermutedGguf(other);
  if (isGguf == isOtherGguf || !info.isReadable() || info.type->bits % 8 != 0 || info.elements == 0)
    return checkpoint.source(tensor);
  const std::uint64_t heads =
      isGguf ? rotatedHeads(*checkpoint.model, other.tensors[otherTensor].name) : rotatedHeads(*other.model, info.name);
  const std::uint64_t rows = info.shape.front();
  if (heads == 0 || rows % (2 * heads) != 0) return checkpoint.source(tensor);
  const std::uint64_t half = rows / (2 * heads);
  return isGguf ? exchanged(checkpoint, tensor, heads, half, 2) : exchanged(checkpoint, tensor, heads, 2, half);
}

}  // namespace ulpscope
