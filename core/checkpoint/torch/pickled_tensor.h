// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle/graph.h"
#include "core/checkpoint/strided.h"
#include "core/checkpoint/torch/torch_type.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Bytes that tensors are views of: a storage of torch, or what a NumPy array holds. Shared by its tensors.
struct TensorStorage {
  std::string name;                         ///< for messages: "storage 3"
  const TorchType* type = nullptr;          ///< of its elements; nullptr: bytes, and each tensor says of what type
  std::shared_ptr<const ByteSource> bytes;  ///< null where `problem` says why
  std::optional<std::uint64_t> offset;  ///< where they begin in the checkpoint's file, if they lie there as they are
  bool bigEndian = false;
  std::string problem;
};

struct PickledTensor;

/// What gives values to the codes of a quantized tensor: value = (code - zero point) * scale.
struct Quantizer {
  double scale = 1;  ///< one for all, where there is no axis
  std::int64_t zeroPoint = 0;
  std::optional<std::uint64_t> axis;  ///< along which each index has a scale and zero point of its own
  std::shared_ptr<const PickledTensor> scales, zeroPoints;
  bool realZeroPoints = false;
};

/// A tensor as a pickle describes it.
struct PickledTensor {
  std::shared_ptr<const TensorStorage> storage;  ///< null for one without data, which `problem` explains
  const TorchType* type = nullptr;
  std::string typeName;  ///< as the pickle has it, where `type` is null
  StridedView view;
  std::optional<Quantizer> quantizer;
  std::string problem;                                     ///< why its elements cannot be read
  std::string madeBy;                                      ///< the class of one that wraps the tensors of its state
  std::vector<std::pair<std::string, PickleValue>> parts;  ///< what else belongs to it: indices, values, attributes
};

/// What a persistent id means, which the container around the pickle knows.
class PersistentObjects {
 public:
  virtual ~PersistentObjects() = default;

  /// Null if `id` does not say that it is one. What is wrong with it is its `problem`.
  virtual Result<std::shared_ptr<const TensorStorage>> storage(const PickleGraph&, PickleValue) const {
    return std::shared_ptr<const TensorStorage>();
  }
  /// Tensors that are kept outside the pickle, in the oldest files.
  virtual Result<std::optional<PickledTensor>> tensor(const PickleGraph&, PickleValue) const { return std::nullopt; }
};

/// Gives meaning to what describes tensors: calls of torch's rebuild functions, storages, NumPy arrays.
class TensorInterpreter {
 public:
  /// `base`: where the pickle's source begins in the checkpoint's file, if it lies there as it is. All outlive this.
  TensorInterpreter(const PickleGraph& graph, const PersistentObjects& objects, const Limits& limits,
                    std::optional<std::uint64_t> base)
      : m_graph(graph), m_objects(objects), m_limits(limits), m_base(base) {}

  /// Nothing if `value` is no tensor. Fails only where the system does; what is wrong with a tensor is its `problem`.
  Result<std::optional<PickledTensor>> tensor(PickleValue value) const;

  /// "numpy.float64(0.5)" and its like as a number, "dtype('float32')", "cpu", "torch.float32": values that only look
  /// like objects.
  std::optional<std::string> plainObject(PickleValue value) const;

 private:
  using Arguments = std::span<const PickleValue>;
  Result<std::optional<PickledTensor>> fromCall(const PickleGlobal& callee, Arguments arguments, int depth) const;
  Result<std::optional<PickledTensor>> fromAny(PickleValue value, int depth) const;
  Result<std::optional<PickledTensor>> wholeStorage(PickleValue value) const;
  Result<PickledTensor> view(Arguments arguments, const PickleValue* dtype, const PickleValue* metadata) const;
  Result<PickledTensor> quantized(Arguments arguments, int depth) const;
  PickledTensor sparse(Arguments arguments) const;
  PickledTensor withoutData(PickleValue dtype, PickleValue size, std::string problem) const;
  Result<std::optional<PickledTensor>> array(PickleValue value) const;
  Result<std::optional<PickledTensor>> arrayOf(PickleValue content, PickleValue dtype, PickleValue shape,
                                               bool columnMajor) const;

  const PickleGraph& m_graph;
  const PersistentObjects& m_objects;
  const Limits& m_limits;
  std::optional<std::uint64_t> m_base;
  /// Arrays that share their content share a storage.
  mutable std::map<std::pair<std::uint64_t, const TorchType*>, std::shared_ptr<const TensorStorage>> m_contents;
};

/// The tensor as a checkpoint lists it.
TensorInfo tensorInfoOf(const PickledTensor& tensor, std::string name);

/// What a persistent id ('storage', class, key, location, elements[, view]) says.
struct StorageId {
  const TorchType* type = nullptr;  ///< nullptr for bytes
  std::string key;
  std::uint64_t elements = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> view;  ///< first element and number of them
  std::string problem;                                          ///< it is a storage's id, but not a sound one
};
std::optional<StorageId> storageIdOf(const PickleGraph& graph, PickleValue id);

}  // namespace ulpscope
