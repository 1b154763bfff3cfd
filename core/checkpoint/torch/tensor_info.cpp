// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/torch/dequantized.h"
#include "core/checkpoint/torch/pickled_tensor.h"

namespace ulpscope {
namespace {

/// Codes below a byte are counted one by one, but packed floats by the byte.
std::uint64_t codesInUnit(const TorchType& type) { return type.quantized ? type.packed : 1; }
std::uint64_t elementsIn(const TensorStorage& storage, const TorchType& type) {
  return storage.bytes->size() / type.bytes * codesInUnit(type);
}
std::uint64_t bytesOf(const TorchType& type, std::uint64_t elements) {
  return divideRoundingUp(elements, codesInUnit(type)) * type.bytes;
}

/// What is wrong with where a tensor's elements lie; empty if they are all in the storage.
std::string viewProblem(const PickledTensor& tensor, std::uint64_t elements) {
  if (!tensor.problem.empty()) return tensor.problem;
  if (!tensor.type) return fmt::format("its type {} is not known here", printable(tensor.typeName));
  if (!tensor.storage) return "it has no data";
  if (!tensor.storage->problem.empty()) return tensor.storage->problem;
  const std::uint64_t held = elementsIn(*tensor.storage, *tensor.type);
  const auto end = tensor.view.end();
  if (!end || *end > held)
    return fmt::format("elements up to {} expected in {}, which has {}",
                       end ? std::to_string(*end) : std::string("beyond 2^64"), tensor.storage->name, held);
  if (!checkedMultiply(elements, std::uint64_t{tensor.type->bytes} * tensor.type->packed))
    return "its elements have more bytes than 2^64";
  if (tensor.type->packed > 1 && !tensor.view.isContiguous())
    return fmt::format("several of its elements share a byte ({}), and they do not lie in order", tensor.type->shown);
  if (tensor.view.offset % codesInUnit(*tensor.type) != 0) return "its first element lies inside a byte";
  return {};
}

/// The stored elements in order, little-endian: of `elements` times the type's bytes.
std::shared_ptr<const ByteSource> stored(const PickledTensor& tensor, std::uint64_t elements) {
  const TensorStorage& storage = *tensor.storage;
  auto bytes = storage.bytes;
  const std::size_t size = tensor.type->bytes;
  if (storage.bigEndian) bytes = swappedSource(sliceOf(bytes, 0, bytes->size() / size * size), tensor.type->turned);
  if (tensor.view.isContiguous())
    return sliceOf(std::move(bytes), elements > 0 ? bytesOf(*tensor.type, tensor.view.offset) : 0,
                   bytesOf(*tensor.type, elements));
  return gathered(std::move(bytes), size, tensor.view);
}

}  // namespace

TensorInfo tensorInfoOf(const PickledTensor& tensor, std::string name) {
  TensorInfo info;
  info.name = std::move(name);
  info.storedType = tensor.type ? std::string(tensor.type->shown) : tensor.typeName;
  const auto elements = checkedProduct(tensor.view.size);
  if (!elements) {
    info.shape = {0};
    info.remark = fmt::format("it would have more elements than 2^64: {}", bracketed(tensor.view.size));
    return info;
  }
  info.shape = tensor.view.size;
  info.elements = *elements;
  info.remark = viewProblem(tensor, *elements);
  if (!info.remark.empty()) return info;

  const TensorStorage& storage = *tensor.storage;
  // Repeated elements are stored once.
  const std::uint64_t span = *tensor.view.end() - tensor.view.offset;
  info.bytes = bytesOf(*tensor.type, std::min(*elements, span));
  if (storage.offset) info.offset = *storage.offset + (*elements > 0 ? bytesOf(*tensor.type, tensor.view.offset) : 0);
  if (tensor.quantizer) {
    dequantize(info, tensor, stored(tensor, *elements));
    return info;
  }
  info.type = tensor.type->element();
  if (!info.type) {
    info.remark = fmt::format("its type {} cannot be read as numbers", tensor.type->shown);
    return info;
  }
  if (tensor.type->packed > 1) {
    // Two numbers a byte, of which the shape counts bytes.
    if (info.shape.empty()) info.shape.push_back(1);
    const auto numbers = checkedMultiply(info.elements, tensor.type->packed);
    info.shape.back() *= tensor.type->packed;
    info.elements = numbers.value_or(0);
  }
  const bool asItLies = storage.offset && !storage.bigEndian && tensor.view.isContiguous();
  if (!asItLies) info.storage = stored(tensor, *elements);
  return info;
}

}  // namespace ulpscope
