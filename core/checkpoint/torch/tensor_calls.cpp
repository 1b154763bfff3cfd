// SPDX-License-Identifier: Apache-2.0
//
// What torch's pickles call to make tensors, by the functions' names and their arguments (torch/_utils.py and
// torch/_tensor.py of torch 2.15; the older ones are gone from there, but not from files):
//
//   torch._utils._rebuild_tensor(storage, offset, size, stride)
//   torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])
//   torch._utils._rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])
//   torch._utils._rebuild_qtensor(storage, offset, size, stride, (scheme, ...), requires_grad, hooks)
//   torch._utils._rebuild_parameter(data, requires_grad, hooks), _with_state: and the parameter's attributes
//   torch._tensor._rebuild_from_type_v2(function, class, arguments, state): function(arguments) of another class
//   torch._utils._rebuild_sparse_tensor(layout, data), _rebuild_nested_tensor(buffer, sizes, strides, offsets)
//   torch._utils._rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad): no data
//   torch._utils._rebuild_wrapper_subclass(class, dtype, size, ...): no data; what it wraps is in the state
//   torch._utils._rebuild_device_tensor_from_numpy, _from_cpu_tensor(data, dtype, device, requires_grad)
//
// `metadata` holds {"conj": True} or {"neg": True} where the view also conjugates or negates.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickled_tensor.h"

namespace ulpscope {
namespace {

constexpr int kNested = 16;  ///< parameters of tensors of types: real files have three levels

using Kind = PickleKind;

bool isRebuild(const PickleGlobal& callee, std::string_view name) {
  return (callee.module == "torch._utils" || callee.module == "torch._tensor") && callee.name == name;
}

/// torch.float32 and its like.
const TorchType* typeOf(const PickleGraph& graph, PickleValue dtype) {
  if (dtype.kind != Kind::Global || graph.global(dtype).module != "torch") return nullptr;
  return findTorchType(graph.global(dtype).name);
}

std::string typeNameOf(const PickleGraph& graph, PickleValue dtype) {
  if (dtype.kind != Kind::Global) return "unknown";
  const PickleGlobal& global = graph.global(dtype);
  return global.module == "torch" ? global.name : global.full();
}

bool isSet(const PickleGraph& graph, std::span<const PickleValue> pairs, std::string_view key) {
  const PickleValue* const value = valueOfKey(graph, pairs, key);
  return value && value->kind == Kind::Bool && graph.boolean(*value);
}

}  // namespace

Result<std::optional<PickledTensor>> TensorInterpreter::tensor(PickleValue value) const { return fromAny(value, 0); }

Result<std::optional<PickledTensor>> TensorInterpreter::fromAny(PickleValue value, int depth) const {
  if (value.kind == Kind::Persistent) {
    const PickleValue id = m_graph.items(value)[0];
    auto outside = m_objects.tensor(m_graph, id);
    if (!outside || *outside) return outside;
    return wholeStorage(value);
  }
  const auto call = callOf(m_graph, value);
  if (!call) return std::nullopt;
  auto made = fromCall(*call->callee, call->arguments, depth);
  if (!made || *made) return made;
  return array(value);
}

Result<std::optional<PickledTensor>> TensorInterpreter::fromCall(const PickleGlobal& callee, Arguments arguments,
                                                                 int depth) const {
  const std::size_t count = arguments.size();
  const auto is = [&](std::string_view name, std::size_t least) { return isRebuild(callee, name) && count >= least; };
  if (depth > kNested) return std::nullopt;
  if (is("_rebuild_tensor_v3", 7)) return view(arguments, &arguments[6], count > 7 ? &arguments[7] : nullptr);
  if (is("_rebuild_tensor_v2", 6)) return view(arguments, nullptr, count > 6 ? &arguments[6] : nullptr);
  if (is("_rebuild_tensor", 4)) return view(arguments, nullptr, nullptr);
  if (is("_rebuild_qtensor", 5)) return quantized(arguments, depth);
  if (is("_rebuild_parameter", 1)) return fromAny(arguments[0], depth + 1);
  if (is("_rebuild_parameter_with_state", 4) || is("_rebuild_device_tensor_from_numpy", 2) ||
      is("_rebuild_device_tensor_from_cpu_tensor", 2) || is("_rebuild_xla_tensor", 2)) {
    auto made = fromAny(arguments[0], depth + 1);
    if (made && *made && callee.name == "_rebuild_parameter_with_state") (*made)->parts.emplace_back("", arguments[3]);
    return made;
  }
  if (callee.module == "torch.nn.parameter" && callee.name == "Parameter" && count >= 1)
    return fromAny(arguments[0], depth + 1);
  if ((is("_rebuild_from_type_v2", 4) || is("_rebuild_from_type", 4)) && arguments[0].kind == Kind::Global &&
      arguments[2].kind == Kind::Tuple) {
    auto made = fromCall(m_graph.global(arguments[0]), m_graph.items(arguments[2]), depth + 1);
    if (made && *made) (*made)->parts.emplace_back("", arguments[3]);
    return made;
  }
  if (is("_rebuild_meta_tensor_no_storage", 2))
    return withoutData(arguments[0], arguments[1], "it is a meta tensor, which has a shape and no data");
  if (is("_rebuild_wrapper_subclass", 3)) {
    std::string madeBy = typeNameOf(m_graph, arguments[0]);
    PickledTensor whole = withoutData(
        arguments[1], arguments[2], fmt::format("it is made of other tensors by {}, which is code", printable(madeBy)));
    whole.madeBy = std::move(madeBy);
    return whole;
  }
  if (is("_rebuild_sparse_tensor", 2) || is("_rebuild_sparse_csr_tensor", 2)) return sparse(arguments);
  if (is("_rebuild_nested_tensor", 4)) {
    PickledTensor nested = withoutData({}, {}, "it is a nested tensor, whose parts stand beside it");
    nested.parts = {
        {"buffer", arguments[0]}, {"sizes", arguments[1]}, {"strides", arguments[2]}, {"offsets", arguments[3]}};
    return nested;
  }
  return std::nullopt;
}

PickledTensor TensorInterpreter::withoutData(PickleValue dtype, PickleValue size, std::string problem) const {
  PickledTensor tensor;
  tensor.type = typeOf(m_graph, dtype);
  tensor.typeName = typeNameOf(m_graph, dtype);
  tensor.problem = std::move(problem);
  if (auto sizes = unsignedsOf(m_graph, size); sizes && sizes->size() <= m_limits.rank) {
    tensor.view.size = std::move(*sizes);
    tensor.view.stride.resize(tensor.view.size.size());
  }
  return tensor;
}

/// A storage that is named itself, without a tensor around it: all of its elements.
Result<std::optional<PickledTensor>> TensorInterpreter::wholeStorage(PickleValue value) const {
  auto storage = m_objects.storage(m_graph, m_graph.items(value)[0]);
  if (!storage) return tl::unexpected(std::move(storage.error()));
  if (!*storage) return std::nullopt;
  PickledTensor tensor;
  tensor.storage = std::move(*storage);
  tensor.type = tensor.storage->type ? tensor.storage->type : findTorchType("uint8");
  const std::uint64_t bytes = tensor.storage->bytes ? tensor.storage->bytes->size() : 0;
  tensor.view = {0, {bytes / tensor.type->bytes}, {1}};
  return tensor;
}

/// (storage, offset, size, stride, ...), and what makes it a tensor of another type or a conjugated one.
Result<PickledTensor> TensorInterpreter::view(Arguments arguments, const PickleValue* dtype,
                                              const PickleValue* metadata) const {
  PickledTensor tensor;
  if (arguments[0].kind == Kind::Persistent) {
    auto storage = m_objects.storage(m_graph, m_graph.items(arguments[0])[0]);
    if (!storage) return tl::unexpected(std::move(storage.error()));
    tensor.storage = std::move(*storage);
  }
  // As torch has it: a storage of no type is one of bytes.
  if (tensor.storage) tensor.type = tensor.storage->type ? tensor.storage->type : findTorchType("uint8");
  if (dtype) {
    tensor.type = typeOf(m_graph, *dtype);
    tensor.typeName = typeNameOf(m_graph, *dtype);
  }
  auto size = unsignedsOf(m_graph, arguments[2]);
  auto stride = unsignedsOf(m_graph, arguments[3]);
  const auto offset = unsignedOf(arguments[1]);
  if (!tensor.storage)
    tensor.problem = "its storage is not one that the file keeps";
  else if (!offset || !size || !stride || size->size() != stride->size())
    tensor.problem = "an offset, sizes and as many strides of 0 or more expected, something else found";
  else if (size->size() > m_limits.rank)
    tensor.problem = fmt::format("at most {} dimensions expected, {} found", m_limits.rank, size->size());
  else
    tensor.view = {*offset, std::move(*size), std::move(*stride)};
  if (metadata) {
    const auto pairs = pairsOf(m_graph, *metadata).value_or(Arguments());
    if (isSet(m_graph, pairs, "conj")) tensor.problem = "it is the conjugate of what is stored, which is not computed";
    if (isSet(m_graph, pairs, "neg")) tensor.problem = "it is the negative of what is stored, which is not computed";
  }
  return tensor;
}

/// (scheme, scale, zero point) for one pair of them, (scheme, scales, zero points, axis) for one an index.
Result<PickledTensor> TensorInterpreter::quantized(Arguments arguments, int depth) const {
  auto tensor = view(arguments, nullptr, nullptr);
  if (!tensor || !tensor->problem.empty()) return tensor;
  const auto refuse = [&]() -> Result<PickledTensor> {
    tensor->problem = "a scale and a zero point for its codes expected, something else found";
    return tensor;
  };
  const auto parameters = sequenceOf(m_graph, arguments[4]);
  if (!parameters || parameters->size() < 3 || (*parameters)[0].kind != Kind::Global) return refuse();
  const std::string scheme = typeNameOf(m_graph, (*parameters)[0]);
  Quantizer quantizer;
  if (scheme == "per_tensor_affine") {
    const auto scale = numberOf(m_graph, (*parameters)[1]);
    if (!scale || (*parameters)[2].kind != Kind::Integer) return refuse();
    quantizer.scale = *scale;
    quantizer.zeroPoint = m_graph.integer((*parameters)[2]);
  } else if (scheme.starts_with("per_channel_affine") && parameters->size() >= 4) {
    auto scales = fromAny((*parameters)[1], depth + 1);
    if (!scales) return tl::unexpected(std::move(scales.error()));
    auto zeroPoints = fromAny((*parameters)[2], depth + 1);
    if (!zeroPoints) return tl::unexpected(std::move(zeroPoints.error()));
    quantizer.axis = unsignedOf((*parameters)[3]);
    if (!*scales || !*zeroPoints || !quantizer.axis || *quantizer.axis >= tensor->view.size.size()) return refuse();
    quantizer.scales = std::make_shared<const PickledTensor>(std::move(**scales));
    quantizer.zeroPoints = std::make_shared<const PickledTensor>(std::move(**zeroPoints));
    quantizer.realZeroPoints = scheme == "per_channel_affine_float_qparams";
    tensor->parts = {{"scales", (*parameters)[1]}, {"zero_points", (*parameters)[2]}};
  } else {
    return refuse();
  }
  tensor->quantizer = std::move(quantizer);
  return tensor;
}

/// (layout, (indices, values, size[, ...])), or compressed by rows or columns (pointers, indices, values, size).
PickledTensor TensorInterpreter::sparse(Arguments arguments) const {
  const auto data = sequenceOf(m_graph, arguments[1]).value_or(Arguments());
  const std::string layout = plainObject(arguments[0]).value_or("");
  const bool compressed = data.size() >= 4 && (data[3].kind == Kind::Tuple || data[3].kind >= Kind::Call);
  const std::size_t size = compressed ? 3 : 2;
  PickledTensor tensor = withoutData({}, data.size() > size ? data[size] : PickleValue{},
                                     "it is sparse; what it is made of stands beside it");
  tensor.typeName = "sparse";
  if (data.size() <= size) return tensor;
  const bool byColumns = layout.ends_with("csc") || layout.ends_with("bsc");
  if (compressed) tensor.parts.emplace_back(byColumns ? "ccol_indices" : "crow_indices", data[0]);
  tensor.parts.emplace_back(!compressed ? "indices" : byColumns ? "row_indices" : "col_indices", data[size - 2]);
  tensor.parts.emplace_back("values", data[size - 1]);
  return tensor;
}

std::optional<StorageId> storageIdOf(const PickleGraph& graph, PickleValue id) {
  const auto items = sequenceOf(graph, id);
  if (!items || items->size() < 5 || shortTextOf(graph, (*items)[0]) != "storage") return std::nullopt;
  StorageId storage;
  const PickleValue kind = (*items)[1], key = (*items)[2];
  if (kind.kind == Kind::Global && graph.global(kind).module.starts_with("torch")) {
    const std::string& name = graph.global(kind).name;
    storage.type = findTorchTypeOfStorage(name);
    if (!storage.type && name != "UntypedStorage")
      storage.problem = fmt::format("a storage of a known type expected, {} found", printable(name));
  } else {
    storage.problem = "the type of its storage expected, something else found";
  }
  if (const auto text = shortTextOf(graph, key))
    storage.key = *text;
  else if (const auto number = unsignedOf(key))
    storage.key = std::to_string(*number);
  else
    storage.problem = "the key of a storage expected, something else found";
  if (const auto elements = unsignedOf((*items)[4]))
    storage.elements = *elements;
  else
    storage.problem = "the number of elements of its storage expected, something else found";
  if (items->size() > 5 && (*items)[5].kind != Kind::None) {
    const auto view = sequenceOf(graph, (*items)[5]).value_or(std::span<const PickleValue>());
    const auto first = view.size() >= 3 ? unsignedOf(view[1]) : std::nullopt;
    const auto count = view.size() >= 3 ? unsignedOf(view[2]) : std::nullopt;
    if (first && count)
      storage.view = {*first, *count};
    else
      storage.problem = "the view of a storage expected, something else found";
  }
  return storage;
}

}  // namespace ulpscope
