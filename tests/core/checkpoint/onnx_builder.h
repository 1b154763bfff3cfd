// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/core/checkpoint/protobuf_builder.h"

namespace ulpscope::test {

// ONNX's messages as onnx.proto numbers their fields.

inline Proto onnxTensor(std::string_view name, std::int64_t type, std::initializer_list<std::int64_t> dims) {
  Proto tensor;
  for (const std::int64_t size : dims) tensor.number(1, size);
  tensor.number(2, type);
  if (!name.empty()) tensor.bytes(8, name);
  return tensor;
}

inline Proto onnxEntry(std::string_view key, std::string_view value) { return Proto().bytes(1, key).bytes(2, value); }

inline Proto onnxExternal(std::string_view name, std::int64_t type, std::initializer_list<std::int64_t> dims,
                          std::string_view location) {
  return onnxTensor(name, type, dims).message(13, onnxEntry("location", location)).number(14, 1);
}

inline Proto onnxNode(std::string_view operation, std::string_view output, const Proto& attribute) {
  return Proto().bytes(2, output).bytes(4, operation).message(5, attribute);
}

inline std::string onnxModel(const Proto& graph) {
  return Proto().number(1, 8).bytes(2, "test").message(7, graph).message(8, Proto().number(2, 17)).str();
}

/// A model whose graph has these initializers.
inline std::string onnxModelOf(std::initializer_list<Proto> tensors) {
  Proto graph;
  graph.bytes(2, "g");
  for (const Proto& tensor : tensors) graph.message(5, tensor);
  return onnxModel(graph);
}

}  // namespace ulpscope::test
