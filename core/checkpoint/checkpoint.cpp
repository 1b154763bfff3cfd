// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>

#include "core/base/checked.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

/// Tensors of a type we do not know may claim up to 2^64 - 1 elements each: the sum stops there instead of wrapping.
template <class Counts>
std::uint64_t saturatingSum(const std::vector<TensorInfo>& tensors, std::uint64_t TensorInfo::* member, Counts counts) {
  std::uint64_t sum = 0;
  for (const TensorInfo& tensor : tensors)
    if (counts(tensor)) sum = checkedAdd(sum, tensor.*member).value_or(std::numeric_limits<std::uint64_t>::max());
  return sum;
}

}  // namespace

std::uint64_t Checkpoint::totalBytes() const {
  return saturatingSum(tensors, &TensorInfo::bytes, [](const TensorInfo& tensor) {
    return !tensor.sharesWith && (!tensor.packing || tensor.packing->parts.empty());
  });
}

std::uint64_t Checkpoint::totalTensors() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(tensors, [](const TensorInfo& tensor) { return !tensor.partOf; }));
}

std::uint64_t Checkpoint::totalElements() const {
  return saturatingSum(tensors, &TensorInfo::elements, [](const TensorInfo& tensor) { return !tensor.partOf; });
}

Result<std::size_t> Checkpoint::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorInfo& tensor) { return tensor.name == name; });
  if (found == tensors.end()) return fail(Errc::NotFound, fmt::format("no tensor named {}", inQuotes(name)), path);
  return static_cast<std::size_t>(found - tensors.begin());
}

Result<TensorSource> Checkpoint::source(std::size_t tensor) const {
  assert(tensor < tensors.size());
  const TensorInfo& info = tensors[tensor];
  const std::shared_ptr<const ByteSource>& file = files[info.file];
  if (!info.isReadable())
    return fail(Errc::Unsupported,
                fmt::format("tensor {}: {}", inQuotes(info.name),
                            info.remark.empty() ? fmt::format("its type {} cannot be read", printable(info.storedType))
                                                : info.remark),
                file->name());
  // Only a file opened although damaged can have such tensors.
  if (!info.storage && (info.offset > file->size() || info.bytes > file->size() - info.offset))
    return fail(Errc::Damaged,
                fmt::format("tensor {}: {} bytes expected at byte {}, but the file has {} bytes", inQuotes(info.name),
                            info.bytes, info.offset, file->size()),
                file->name(), info.offset);
  return TensorSource(info, file);
}

const CheckpointReader* findCheckpointReader(std::string_view id) {
  const auto readers = checkpointReaders();
  const auto found =
      std::find_if(readers.begin(), readers.end(), [&](const auto* reader) { return reader->id() == id; });
  return found != readers.end() ? *found : nullptr;
}

Result<> Checkpoint::verifyUnchanged() const {
  for (const auto& file : files)
    if (auto same = file->verifyUnchanged(); !same) return same;
  return {};
}

}  // namespace ulpscope
