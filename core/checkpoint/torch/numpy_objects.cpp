// SPDX-License-Identifier: Apache-2.0
//
// NumPy's arrays and numbers in pickles (numpy/_core/multiarray, numeric; module names of NumPy 1 and 2):
//
//   _reconstruct(ndarray, (0,), b'b') with the state (version, shape, dtype, column-major, content)
//   _frombuffer(content, dtype, shape, 'C' or 'F')             protocol 5
//   scalar(dtype, content)                                     one number
//   dtype('f4', align, copy) with the state (version, '<' or '>' or '|', ...)
//   content: bytes, or what _codecs.encode(text, 'latin1') gives (protocol 2), or a list of objects
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/pickle/escapes.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickled_tensor.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {
namespace {

using Kind = PickleKind;
using Values = std::span<const PickleValue>;

struct NumpyType {
  std::string name;                 ///< as the pickle has it: "f4"
  const TorchType* type = nullptr;  ///< nullptr for text, objects, records, times
  bool bigEndian = false;
};

const TorchType* typeOfCode(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kCodes{{{"f2", "float16"},
                                                                                  {"f4", "float32"},
                                                                                  {"f8", "float64"},
                                                                                  {"i1", "int8"},
                                                                                  {"i2", "int16"},
                                                                                  {"i4", "int32"},
                                                                                  {"i8", "int64"},
                                                                                  {"u1", "uint8"},
                                                                                  {"u2", "uint16"},
                                                                                  {"u4", "uint32"},
                                                                                  {"u8", "uint64"},
                                                                                  {"b1", "bool"},
                                                                                  {"c8", "complex64"},
                                                                                  {"c16", "complex128"},
                                                                                  {"?", "bool"}}};
  const auto found = std::ranges::find(kCodes, code, [](const auto& row) { return row.first; });
  return found != kCodes.end() ? findTorchType(found->second) : nullptr;
}

bool isOfNumpy(const PickleGlobal& global) { return global.module.starts_with("numpy"); }

std::optional<NumpyType> numpyTypeOf(const PickleGraph& graph, PickleValue value) {
  const auto call = callOf(graph, value);
  if (!call || !call->is("numpy", "dtype") || call->arguments.empty()) return std::nullopt;
  const auto name = shortTextOf(graph, call->arguments[0]);
  if (!name) return std::nullopt;
  NumpyType type{std::string(*name), typeOfCode(*name)};
  for (const PickleValue state : graph.states(value)) {
    const auto items = sequenceOf(graph, state);
    if (!items || items->size() < 2) continue;
    type.bigEndian = shortTextOf(graph, (*items)[1]) == ">";
  }
  return type;
}

struct Content {
  std::shared_ptr<const ByteSource> bytes;
  std::optional<std::uint64_t> offset;  ///< in the pickle's source
};

/// The bytes themselves, or the text that stands for them; nothing for lists of objects.
Result<std::optional<Content>> contentOf(const PickleGraph& graph, PickleValue value, const Limits& limits) {
  // What wraps them: bytes(...), bytearray(...), a buffer of protocol 5.
  auto call = callOf(graph, value);
  if (call && (call->callee->name == "bytearray" || call->callee->name == "bytes") && call->arguments.size() == 1) {
    value = call->arguments[0];
    call = callOf(graph, value);
  }
  if (call && call->is("_codecs", "encode") && !call->arguments.empty() && call->arguments[0].kind == Kind::Text) {
    const auto text = graph.text(call->arguments[0], limits.inflatedBytes);
    if (!text) return tl::unexpected(text.error());
    const auto decoded = toLatin1(*text);
    if (!decoded) return std::nullopt;
    const auto bytes = std::as_bytes(std::span(*decoded));
    return Content{memorySource(graph.source()->name(), {bytes.begin(), bytes.end()}), std::nullopt};
  }
  if (value.kind != Kind::Bytes && value.kind != Kind::Text) return std::nullopt;
  return Content{graph.bytes(value), graph.offset(value)};
}

std::optional<std::string> numberText(const TorchType& type, std::span<const std::byte> stored, bool bigEndian) {
  const ElementType* const element = type.element();
  if (!element || !element->readable || stored.size() != type.bytes) return std::nullopt;
  std::vector<std::byte> bytes(stored.begin(), stored.end());
  if (bigEndian) std::ranges::reverse(bytes);
  if (element->name == "I64" || element->name == "U64") {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return element->name == "U64" ? std::to_string(value) : std::to_string(static_cast<std::int64_t>(value));
  }
  double value = 0;
  decodeElements(*element, bytes, std::span(&value, 1));
  if (element->name == "BOOL") return value != 0 ? "True" : "False";
  return element->name == "F32" ? shortest(static_cast<float>(value)) : shortest(value);
}

}  // namespace

Result<std::optional<PickledTensor>> TensorInterpreter::array(PickleValue value) const {
  const auto call = callOf(m_graph, value);
  if (!call || !isOfNumpy(*call->callee)) return std::nullopt;
  const Values arguments = call->arguments;
  if (call->callee->name == "_frombuffer" && arguments.size() >= 4)
    return arrayOf(arguments[0], arguments[1], arguments[2], shortTextOf(m_graph, arguments[3]) == "F");
  if (call->callee->name != "_reconstruct") return std::nullopt;
  for (const PickleValue state : m_graph.states(value)) {
    const auto items = sequenceOf(m_graph, state);
    if (!items || items->size() < 4) continue;
    const Values last = items->last(4);  // the version in front came later
    return arrayOf(last[3], last[1], last[0], last[2].kind == Kind::Bool && m_graph.boolean(last[2]));
  }
  return std::nullopt;
}

Result<std::optional<PickledTensor>> TensorInterpreter::arrayOf(PickleValue content, PickleValue dtype,
                                                                PickleValue shape, bool columnMajor) const {
  const auto type = numpyTypeOf(m_graph, dtype);
  auto size = unsignedsOf(m_graph, shape);
  if (!type || !size || size->size() > m_limits.rank) return std::nullopt;
  PickledTensor tensor;
  tensor.type = type->type;
  tensor.typeName = type->name == "O8" || type->name == "O4" ? "object" : type->name;
  tensor.view.size = std::move(*size);
  tensor.view.stride.resize(tensor.view.size.size());
  // Where the product of the shape does not fit, no storage is large enough either, whatever the strides wrap to.
  std::uint64_t step = 1;
  for (std::size_t i = 0; i < tensor.view.size.size(); ++i) {
    const std::size_t dimension = columnMajor ? i : tensor.view.size.size() - 1 - i;
    tensor.view.stride[dimension] = step;
    step = checkedMultiply(step, tensor.view.size[dimension]).value_or(0);
  }
  if (!type->type) {
    tensor.problem = fmt::format("its elements are of NumPy's type {}, which are no numbers that can be read here",
                                 printable(tensor.typeName));
    tensor.parts.emplace_back("", content);
    return tensor;
  }
  auto& shared = m_contents[{content.data * 2 + (content.isNode() ? 1 : 0), type->type}];
  if (shared && shared->bigEndian == type->bigEndian) {
    tensor.storage = shared;
    return tensor;
  }
  auto bytes = contentOf(m_graph, content, m_limits);
  if (!bytes) {
    if (!isAboutContent(bytes.error())) return tl::unexpected(std::move(bytes.error()));
    tensor.problem = bytes.error().message;
    return tensor;
  }
  TensorStorage storage;
  storage.name = "the array's content";
  storage.type = type->type;
  storage.bigEndian = type->bigEndian;
  if (*bytes) {
    storage.bytes = std::move((*bytes)->bytes);
    if (m_base && (*bytes)->offset) storage.offset = checkedAdd(*m_base, *(*bytes)->offset);
  } else {
    storage.problem = "bytes for the array's content expected, something else found";
  }
  shared = tensor.storage = std::make_shared<const TensorStorage>(std::move(storage));
  return tensor;
}

std::optional<std::string> TensorInterpreter::plainObject(PickleValue value) const {
  if (value.kind == Kind::Global) {
    const PickleGlobal& global = m_graph.global(value);
    // Integers of other widths than torch can store are names still: torch.int4.
    const bool isType = findTorchType(global.name) || global.name.starts_with("int") || global.name.starts_with("uint");
    const bool isName = global.module == "torch" && (isType || global.name.starts_with("per_") ||
                                                     global.name.starts_with("sparse_") || global.name == "strided");
    return isName ? std::optional(global.full()) : std::nullopt;
  }
  if (const auto type = numpyTypeOf(m_graph, value)) return fmt::format("dtype {}", printable(type->name));
  const auto call = callOf(m_graph, value);
  if (!call) return std::nullopt;
  const Values arguments = call->arguments;
  if (call->is("torch", "device") && !arguments.empty()) {
    const auto device = shortTextOf(m_graph, arguments[0]);
    if (!device) return std::nullopt;
    const auto index = arguments.size() > 1 ? unsignedOf(arguments[1]) : std::nullopt;
    return index ? fmt::format("{}:{}", *device, *index) : std::string(*device);
  }
  if (call->is("torch.serialization", "_get_layout") && !arguments.empty())
    if (const auto layout = shortTextOf(m_graph, arguments[0])) return std::string(*layout);
  if (call->callee->name == "complex" && arguments.size() == 2) {
    const auto real = numberOf(m_graph, arguments[0]), imaginary = numberOf(m_graph, arguments[1]);
    if (real && imaginary) return fmt::format("{} + {}i", shortest(*real), shortest(*imaginary));
  }
  if (isOfNumpy(*call->callee) && call->callee->name == "scalar" && arguments.size() >= 2) {
    const auto type = numpyTypeOf(m_graph, arguments[0]);
    const auto text = shortTextOf(m_graph, arguments[1]);
    if (!type || !type->type) return std::nullopt;
    if (text && arguments[1].kind == Kind::Bytes)
      return numberText(*type->type, std::as_bytes(std::span(*text)), type->bigEndian);
    const auto encoded = callOf(m_graph, arguments[1]);
    if (!encoded || !encoded->is("_codecs", "encode") || encoded->arguments.empty()) return std::nullopt;
    const auto plain = shortTextOf(m_graph, encoded->arguments[0]);
    const auto bytes = plain ? toLatin1(*plain) : std::nullopt;
    if (bytes) return numberText(*type->type, std::as_bytes(std::span(*bytes)), type->bigEndian);
  }
  return std::nullopt;
}

}  // namespace ulpscope
