// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/cursor.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle/graph.h"
#include "core/checkpoint/torch/pickle_listing.h"
#include "core/checkpoint/torch/pickled_tensor.h"

namespace ulpscope {

/// The next pickle of a file; errors name the part of the file (`what`, empty for the file itself) and the first
/// dangerous name that was met before.
Result<PickleValue> nextPickle(Cursor& cursor, PickleGraph& graph, const OpenContext& context, std::string_view what);

/// Behind a pickle nothing should follow. What does is a warning; more pickles are listed under names of their own, for
/// who loads them does not stop at the first.
Result<> listFollowing(Cursor& cursor, PickleGraph& graph, const TensorInterpreter& interpreter, PickleListing& listing,
                       Checkpoint& checkpoint, const OpenContext& context, std::string_view what);

/// What a tensor without a name is called: the file, without folder and extension.
std::string stemOf(const ByteSource& file);

/// The whole, or the part that a storage's id asks for, of the bytes that are kept under its key. The type is the one
/// that the key was first asked for with.
class KeptStorages {
 public:
  void add(const std::string& key, std::shared_ptr<const TensorStorage> storage) {
    m_storages[key] = std::move(storage);
  }
  const std::shared_ptr<const TensorStorage>* find(const std::string& key) const {
    const auto found = m_storages.find(key);
    return found != m_storages.end() ? &found->second : nullptr;
  }
  std::shared_ptr<const TensorStorage> view(const StorageId& id, const std::shared_ptr<const TensorStorage>& whole);

 private:
  std::map<std::string, std::shared_ptr<const TensorStorage>> m_storages;
  std::map<std::tuple<const TensorStorage*, std::uint64_t, std::uint64_t>, std::shared_ptr<const TensorStorage>>
      m_views;
};

std::shared_ptr<const TensorStorage> brokenStorage(std::string problem);

}  // namespace ulpscope
