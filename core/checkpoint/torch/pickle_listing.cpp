// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/torch/pickle_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/pickle/suspicious.h"

namespace ulpscope {
namespace {

/// The part of [begin, end) that `covered` lacks, which is then covered too.
std::uint64_t cover(std::map<std::uint64_t, std::uint64_t>& covered, std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return 0;
  std::uint64_t added = end - begin;
  auto next = covered.upper_bound(begin);
  if (next != covered.begin() && std::prev(next)->second >= begin) --next;
  while (next != covered.end() && next->first <= end) {
    const std::uint64_t from = std::max(begin, next->first), to = std::min(end, next->second);
    if (to > from) added -= to - from;
    begin = std::min(begin, next->first);
    end = std::max(end, next->second);
    next = covered.erase(next);
  }
  covered.emplace(begin, end);
  return added;
}

}  // namespace

std::string PickleListing::uniqueName(std::string name) {
  const auto [found, isNew] = m_names.try_emplace(name, 1);
  if (isNew) return name;
  m_renamed.add(name);
  std::uint32_t count = found->second;
  while (true) {
    std::string candidate = fmt::format("{} ({})", name, ++count);
    if (!m_names.try_emplace(candidate, 1).second) continue;
    m_names[name] = count;
    return candidate;
  }
}

Result<> PickleListing::addTensor(const PickledTensor& tensor, std::string name) {
  const Limits& limits = m_context.options.limits;
  const auto over = [&](std::uint64_t limit, std::string_view what) {
    return fail(Errc::LimitExceeded, fmt::format("at most {} {} expected, more found", limit, what), m_checkpoint.path);
  };
  if (m_checkpoint.tensors.size() >= limits.tensors) return over(limits.tensors, "tensors");
  m_nameBytes += name.size();
  if (m_nameBytes > limits.headerBytes) return over(limits.headerBytes, "bytes of tensors' names");
  TensorInfo info = tensorInfoOf(tensor, uniqueName(std::move(name)));
  const std::size_t index = m_checkpoint.tensors.size();
  if (info.type) {
    View view{tensor.storage.get(), tensor.type, tensor.view.offset, tensor.view.size, tensor.view.stride};
    const auto [found, isNew] = m_views.try_emplace(std::move(view), index);
    if (!isNew) {
      info.sharesWith = found->second;
    } else {
      const std::uint64_t begin = tensor.view.offset * tensor.type->bytes;
      m_placed.push_back({tensor.storage, index, begin, begin + info.bytes});
    }
  }
  m_checkpoint.tensors.push_back(std::move(info));
  return {};
}

void PickleListing::addMetadata(std::string_view name, std::string value) {
  const Limits& limits = m_context.options.limits;
  m_metadataBytes += name.size() + value.size();
  if (m_checkpoint.metadata.size() >= limits.metadataEntries || m_metadataBytes > limits.metadataBytes) {
    m_metadataBytes = std::max(m_metadataBytes, limits.metadataBytes);  // from now on none
    ++m_metadataLeft;
    return;
  }
  m_checkpoint.metadata.emplace_back(name, std::move(value));
}

void PickleListing::addObject(std::string name, std::string type, std::string remark, bool suspicious) {
  const Limits& limits = m_context.options.limits;
  const bool isFirstSuspicious = suspicious && m_types.empty();
  if (suspicious) m_types.try_emplace(type, true);
  m_objectBytes += name.size() + type.size() + remark.size();
  const bool isFull = m_checkpoint.objects.size() >= limits.metadataEntries || m_objectBytes > limits.metadataBytes;
  if (isFull && !isFirstSuspicious) {  // a crowd of harmless objects must not hide that there is a dangerous one
    m_objectBytes = std::max(m_objectBytes, limits.metadataBytes);
    ++m_objectsLeft;
    return;
  }
  m_checkpoint.objects.push_back({std::move(name), std::move(type), std::move(remark), suspicious});
}

void PickleListing::addGlobals(const PickleGraph& graph) {
  for (const PickleGlobal& global : graph.globals()) {
    if (!isSuspicious(global)) continue;
    if (!m_types.contains(global.full()))
      addObject("", global.full(),
                "It can run commands, load code or reach files; the pickle names it. It was not called.", true);
  }
}

/// Bytes of a storage belong to the first tensor that shows them.
void PickleListing::shareBytes() {
  std::ranges::stable_sort(m_placed, {}, [](const Placed& placed) { return placed.storage.get(); });
  for (auto first = m_placed.begin(); first != m_placed.end();) {
    const auto last =
        std::find_if(first, m_placed.end(), [&](const Placed& placed) { return placed.storage != first->storage; });
    std::map<std::uint64_t, std::uint64_t> covered;
    for (auto placed = first; last - first > 1 && placed != last; ++placed) {
      const std::uint64_t bytes = cover(covered, placed->begin, placed->end);
      TensorInfo& info = m_checkpoint.tensors[placed->tensor];
      if (bytes == info.bytes) continue;
      if (!info.storage)  // of a plain tensor all bytes are its own
        info.storage = sliceOf(placed->storage->bytes, placed->begin, info.bytes);
      info.bytes = bytes;
      if (info.remark.empty())
        info.remark = fmt::format("Its bytes lie in the same storage as those of {}.",
                                  inQuotes(m_checkpoint.tensors[first->tensor].name));
    }
    first = last;
  }
}

void PickleListing::finish() {
  shareBytes();
  const auto say = [&](std::uint64_t count, std::string_view sentence) {
    if (count > 0) m_checkpoint.warnings.push_back(fmt::format(fmt::runtime(sentence), groupedDigits(count)));
  };
  m_renamed.warn(m_checkpoint.warnings, "Several tensors have the same name, so numbers were added");
  m_repeated.warn(m_checkpoint.warnings, "Objects that stand in very many places are listed in one of them only");
  say(m_metadataLeft, "{} numbers and texts are not listed: there are too many.");
  say(m_objectsLeft, "{} objects are not listed: there are too many.");
}

}  // namespace ulpscope
