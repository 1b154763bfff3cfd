// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/pickle/graph.h"
#include "core/checkpoint/torch/pickled_tensor.h"

namespace ulpscope {

/// Puts what stands in pickles into a checkpoint: tensors, numbers and texts as metadata, and everything else as inert
/// objects. Names are the keys, indices and attributes on the way, joined with ".". The parameters, buffers and
/// modules of a torch.nn.Module that was pickled whole get the names they have in its state_dict.
class PickleListing {
 public:
  PickleListing(Checkpoint& checkpoint, const OpenContext& context) : m_checkpoint(checkpoint), m_context(context) {}

  /// Everything below `root`, with names that begin with `prefix`; a tensor that is the root itself is named `alone`.
  Result<> add(const PickleGraph& graph, const TensorInterpreter& interpreter, PickleValue root,
               std::string_view prefix, std::string_view alone);

  /// Lists names of Python code that can do harm and that no listed object has, and warns of them.
  void addGlobals(const PickleGraph& graph);

  /// An object that no pickle holds: code beside it.
  void addObject(std::string name, std::string type, std::string remark, bool suspicious = false);

  /// `name`, with a number behind it if a tensor has it already.
  std::string uniqueName(std::string name);

  /// Counts bytes that several tensors share once, and says what was left out.
  void finish();

 private:
  class Walk;
  friend class Walk;

  Result<> addTensor(const PickledTensor& tensor, std::string name);
  void addMetadata(std::string_view name, std::string value);
  void shareBytes();

  struct Placed {
    std::shared_ptr<const TensorStorage> storage;
    std::size_t tensor;
    std::uint64_t begin, end;  ///< bytes of the storage
  };
  using View = std::tuple<const TensorStorage*, const TorchType*, std::uint64_t, std::vector<std::uint64_t>,
                          std::vector<std::uint64_t>>;

  Checkpoint& m_checkpoint;
  const OpenContext& m_context;
  std::unordered_map<std::string, std::uint32_t> m_names;  ///< with how often each was given already
  std::map<View, std::size_t> m_views;
  std::vector<Placed> m_placed;
  std::uint64_t m_nameBytes = 0, m_metadataBytes = 0, m_objectBytes = 0;
  std::uint64_t m_metadataLeft = 0, m_objectsLeft = 0;  ///< out
  std::uint64_t m_repeats = 0;                          ///< values listed again, because they are shared
  Finding m_renamed, m_repeated;
  std::unordered_map<std::string, bool> m_types;  ///< of the listed suspicious objects
};

}  // namespace ulpscope
