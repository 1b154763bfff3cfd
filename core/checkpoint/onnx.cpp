// SPDX-License-Identifier: Apache-2.0
//
// ONNX models (onnx.proto of ONNX 1.23), Protocol Buffers in the wire format of protobuf_wire.h. The fields that lead
// to tensors, or say what the model is:
//
//   ModelProto      1 ir_version  2 producer_name  3 producer_version  4 domain  5 model_version  7 graph
//                   8 opset_import { 1 domain  2 version }  14 metadata_props { 1 key  2 value }
//                   20 training_info { 1 initialization: graph  2 algorithm: graph }  25 functions
//   GraphProto      1 node  2 name  5 initializer: tensor  11 input  12 output  15 sparse_initializer: sparse tensor
//   FunctionProto   1 name  7 node
//   NodeProto       2 output: names  3 name  4 op_type  5 attribute
//   AttributeProto  1 name  5 tensor  6 graph  10 tensors  11 graphs  22 sparse tensor  23 sparse tensors
//   SparseTensor    1 values: tensor  2 indices: tensor  3 dims
//   ValueInfoProto  1 name  2 type { 1 tensor { 1 element type  2 shape { 1 dim { 1 value  2 name } } } }
//   TensorProto     in onnx_tensor.cpp
//
// Graphs nest through attributes (the branches of an If). Tensors of attributes are named after the node's output where
// the node is a Constant, else after the output and the attribute: "y.value".
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/onnx/onnx_tensor.h"
#include "core/checkpoint/onnx/tensor_list.h"
#include "core/checkpoint/protobuf_wire.h"

namespace ulpscope {
namespace {

constexpr int kGraphDepth = 64;
constexpr std::size_t kNamedValues = 8;  ///< inputs and outputs that the metadata name

bool isBytes(const WireField& field) { return field.type == WireType::Bytes; }

/// A model's own fields by wire type, and what a graph's may be: tells ONNX from other Protocol Buffers.
bool isModelField(const WireField& field) {
  switch (field.number) {
    case 1:
    case 5:
      return field.type == WireType::Varint;
    case 2:
    case 3:
    case 4:
    case 6:
    case 7:
    case 8:
    case 14:
    case 20:
    case 25:
    case 26:
      return isBytes(field);
    default:
      return field.number > 26;  // of a later version
  }
}

bool isGraphField(const WireField& field) {
  constexpr std::array<std::uint32_t, 10> kKnown{1, 2, 5, 10, 11, 12, 13, 14, 15, 16};
  return isBytes(field) && (std::ranges::find(kKnown, field.number) != kKnown.end() || field.number > 16);
}

bool looksLikeGraph(WireMessage graph) {
  for (int i = 0; i < 4; ++i) {
    const auto field = graph.next();
    if (!field) return false;
    if (!*field) return true;
    if (!isGraphField(**field)) return false;
  }
  return true;
}

class OnnxModel {
 public:
  OnnxModel(Checkpoint& checkpoint, const OpenContext& context, Cursor& cursor)
      : m_checkpoint(checkpoint), m_context(context), m_cursor(cursor), m_tensors(checkpoint, context, cursor) {}

  Result<> read() {
    bool hasGraph = false;
    auto walked = eachField(WireMessage(m_cursor), [&](const WireField& field) -> Result<> {
      if (field.cut && !m_isCut) {
        if (!m_context.options.allowDamaged)
          return fail(Errc::Damaged,
                      "the rest of the model expected, the end of the file found (an unfinished download?)",
                      m_cursor.source().name(), m_cursor.end());
        m_isCut = true;
      }
      hasGraph = hasGraph || field.number == 7;
      return takeModelField(field);
    });
    if (!walked && !(m_isCut && walked.error().code == Errc::Corrupt)) return walked;
    if (m_isCut) m_checkpoint.warnings.emplace_back("Opened although damaged: the file ends within the model.");
    if (!hasGraph)
      return fail(Errc::Corrupt, "an ONNX model with a graph expected, none found", m_cursor.source().name(), 0);
    addMetadata("opset_import", m_opsets);
    m_tensors.finish();
    return {};
  }

 private:
  void addMetadata(std::string key, std::string value) {
    if (value.empty() || m_isMetadataFull) return;
    const Limits& limits = m_context.options.limits;
    m_metadataBytes += key.size() + value.size();
    m_isMetadataFull = m_metadataBytes > limits.metadataBytes || m_checkpoint.metadata.size() >= limits.metadataEntries;
    if (m_isMetadataFull)
      m_checkpoint.warnings.emplace_back("There are more metadata than are shown.");
    else
      m_checkpoint.metadata.emplace_back(std::move(key), std::move(value));
  }

  /// The text of field `number` of `message`, the last one; empty if there is none.
  Result<std::string> textOf(const WireMessage& message, std::uint32_t number) {
    std::optional<WireField> found;
    auto walked = eachField(message, [&](const WireField& field) -> Result<> {
      if (field.number == number && isBytes(field)) found = field;
      return {};
    });
    if (!walked) return tl::unexpected(walked.error());
    if (!found) return std::string();
    return message.text(*found, m_context.options.limits.nameBytes, "a name");
  }

  Result<> takeModelField(const WireField& field) {
    const WireMessage model(m_cursor);
    constexpr std::array<std::string_view, 6> kNames{"",       "ir_version",   "producer_name", "producer_version",
                                                     "domain", "model_version"};
    if (field.number == 1 || field.number == 5) {
      if (field.type == WireType::Varint)
        addMetadata(std::string(kNames[field.number]), std::to_string(static_cast<std::int64_t>(field.value)));
      return {};
    }
    if (!isBytes(field)) return {};
    const WireMessage inside = model.inside(field);
    switch (field.number) {
      case 2:
      case 3:
      case 4: {
        auto text = model.text(field, m_context.options.limits.nameBytes, kNames[field.number]);
        if (!text) return tl::unexpected(text.error());
        addMetadata(std::string(kNames[field.number]), std::move(*text));
        return {};
      }
      case 7:
        return readGraph(inside, 1);
      case 8:
        return readOpset(inside);
      case 14:
        return readProperty(inside);
      case 20:
        return eachField(inside, [&](const WireField& graph) -> Result<> {
          return isBytes(graph) && graph.number <= 2 ? readGraph(inside.inside(graph), 2) : Result<>();
        });
      case 25:
        return eachField(inside, [&](const WireField& node) -> Result<> {
          return isBytes(node) && node.number == 7 ? readNode(inside.inside(node), 1) : Result<>();
        });
      default:
        return {};
    }
  }

  Result<> readOpset(const WireMessage& opset) {
    auto domain = textOf(opset, 1);
    if (!domain) return tl::unexpected(domain.error());
    std::uint64_t version = 0;
    auto walked = eachField(opset, [&](const WireField& field) -> Result<> {
      if (field.number == 2) version = field.value;
      return {};
    });
    if (!walked || m_opsets.size() > 4096) return walked;
    m_opsets += fmt::format("{}{} {}", m_opsets.empty() ? "" : ", ", domain->empty() ? "ai.onnx" : *domain, version);
    return {};
  }

  Result<> readProperty(const WireMessage& property) {
    if (m_isMetadataFull) return {};
    std::string key;
    std::string value;
    auto walked = eachField(property, [&](const WireField& field) -> Result<> {
      if (!isBytes(field) || field.number > 2) return {};
      auto text = property.text(field, m_context.options.limits.metadataBytes, "a property");
      if (!text) return tl::unexpected(text.error());
      (field.number == 1 ? key : value) = std::move(*text);
      return {};
    });
    if (walked) addMetadata(std::move(key), std::move(value));
    return walked;
  }

  /// `depth`: of graphs in each other, from 1 on.
  Result<> readGraph(const WireMessage& graph, int depth) {
    if (depth > kGraphDepth)
      return fail(Errc::LimitExceeded, fmt::format("at most {} graphs in each other expected, more found", kGraphDepth),
                  m_cursor.source().name(), graph.position());
    std::vector<std::string> inputs, outputs;
    std::uint64_t inputCount = 0;
    std::uint64_t outputCount = 0;
    auto walked = eachField(graph, [&](const WireField& field) -> Result<> {
      if (auto going = m_context.job.step(0); !going) return going;
      if (!isBytes(field)) return {};
      const WireMessage inside = graph.inside(field);
      switch (field.number) {
        case 1:
          return readNode(inside, depth);
        case 2:
          return depth == 1 ? readGraphName(graph, field) : Result<>();
        case 5: {
          const auto tensor = readOnnxTensor(inside, m_context.options.limits);
          if (!tensor) return tl::unexpected(tensor.error());
          return m_tensors.add(*tensor, tensor->name);
        }
        case 11:
          return depth == 1 ? readValue(inside, inputs, inputCount) : Result<>();
        case 12:
          return depth == 1 ? readValue(inside, outputs, outputCount) : Result<>();
        case 15:
          return readSparse(inside, "");
        default:
          return {};
      }
    });
    addMetadata("inputs", joined(inputs, inputCount));
    addMetadata("outputs", joined(outputs, outputCount));
    return walked;
  }

  Result<> readGraphName(const WireMessage& graph, const WireField& field) {
    auto name = graph.text(field, m_context.options.limits.nameBytes, "the graph's name");
    if (!name) return tl::unexpected(name.error());
    addMetadata("graph", std::move(*name));
    return {};
  }

  static std::string joined(const std::vector<std::string>& values, std::uint64_t count) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
    return count > values.size() ? fmt::format("{} and {} more", text, count - values.size()) : text;
  }

  /// "x: F32 [batch, 3]"
  Result<> readValue(const WireMessage& value, std::vector<std::string>& values, std::uint64_t& count) {
    if (++count > kNamedValues) return {};
    auto name = textOf(value, 1);
    if (!name) return tl::unexpected(name.error());
    std::string type;
    auto walked = eachField(value, [&](const WireField& field) -> Result<> {
      if (field.number != 2 || !isBytes(field)) return {};
      const WireMessage types = value.inside(field);
      return eachField(types, [&](const WireField& tensor) -> Result<> {
        if (tensor.number != 1 || !isBytes(tensor)) return {};
        return describeType(types.inside(tensor), type);
      });
    });
    values.push_back(type.empty() ? *name : fmt::format("{}: {}", *name, type));
    return walked;
  }

  Result<> describeType(const WireMessage& tensor, std::string& type) {
    std::string shape;
    bool hasShape = false;
    auto walked = eachField(tensor, [&](const WireField& field) -> Result<> {
      if (field.number == 1) type = onnxTypeName(static_cast<std::int32_t>(field.value));
      if (field.number != 2 || !isBytes(field)) return {};
      hasShape = true;
      const WireMessage dims = tensor.inside(field);
      return eachField(dims, [&](const WireField& dim) -> Result<> {
        if (dim.number != 1 || !isBytes(dim) || shape.size() > 256) return {};
        const WireMessage sizes = dims.inside(dim);
        std::string size = "?";
        auto read = eachField(sizes, [&](const WireField& each) -> Result<> {
          if (each.number == 1) size = std::to_string(static_cast<std::int64_t>(each.value));
          if (each.number != 2 || !isBytes(each)) return {};
          auto name = sizes.text(each, m_context.options.limits.nameBytes, "a dimension's name");
          if (name) size = std::move(*name);
          return name ? Result<>() : Result<>(tl::unexpected(name.error()));
        });
        shape += (shape.empty() ? "" : ", ") + size;
        return read;
      });
    });
    if (hasShape) type += fmt::format(" [{}]", shape);
    return walked;
  }

  Result<> readNode(const WireMessage& node, int depth) {
    std::optional<WireField> output, name, operation;
    bool hasAttributes = false;
    auto walked = eachField(node, [&](const WireField& field) -> Result<> {
      if (!isBytes(field)) return {};
      if (field.number == 2 && !output) output = field;
      if (field.number == 3) name = field;
      if (field.number == 4) operation = field;
      hasAttributes = hasAttributes || field.number == 5;
      return {};
    });
    if (!walked || !hasAttributes) return walked;
    const auto text = [&](const std::optional<WireField>& field) {
      return field ? node.text(*field, m_context.options.limits.nameBytes, "a node's name") : Result<std::string>("");
    };
    Node named{node, false, {}};
    auto type = text(operation);
    if (!type) return tl::unexpected(type.error());
    named.isConstant = *type == "Constant";
    named.name = output && output->length > 0 ? output : name;
    return eachField(node, [&](const WireField& field) -> Result<> {
      return isBytes(field) && field.number == 5 ? readAttribute(named, node.inside(field), depth) : Result<>();
    });
  }

  /// What a node's tensors are named after; read when there is one.
  struct Node {
    WireMessage message;
    bool isConstant;
    std::optional<WireField> name;
  };

  /// What the tensors of `attribute` are called, but for their numbers in a list.
  Result<std::string> nameOf(const Node& node, const WireMessage& attribute, bool isList) {
    std::string name;
    if (node.name) {
      auto text = node.message.text(*node.name, m_context.options.limits.nameBytes, "a node's name");
      if (!text) return text;
      name = std::move(*text);
    }
    if (node.isConstant && !name.empty() && !isList) return name;
    const auto suffix = textOf(attribute, 1);
    if (!suffix) return suffix;
    return name + (name.empty() || suffix->empty() ? "" : ".") + *suffix;
  }

  Result<> readAttribute(const Node& node, const WireMessage& attribute, int depth) {
    std::uint64_t index = 0;
    std::optional<std::string> name, listName;  // read when there is a tensor, once
    Plain floats{"F32"}, integers{"I64"};
    auto walked = eachField(attribute, [&](const WireField& field) -> Result<> {
      if (node.isConstant && (field.number == 2 || field.number == 7)) return takeFloats(field, floats);
      if (node.isConstant && (field.number == 3 || field.number == 8)) return takeIntegers(attribute, field, integers);
      if (!isBytes(field)) return {};
      const WireMessage inside = attribute.inside(field);
      if (field.number == 6 || field.number == 11) return readGraph(inside, depth + 1);
      const bool isTensor = field.number == 5 || field.number == 10;
      const bool isSparse = field.number == 22 || field.number == 23;
      if (!isTensor && !isSparse) return {};
      const bool isList = field.number == 10 || field.number == 23;
      std::optional<std::string>& known = isList ? listName : name;
      if (!known) {
        auto made = nameOf(node, attribute, isList);
        if (!made) return tl::unexpected(made.error());
        known = std::move(*made);
      }
      const std::string called = isList ? fmt::format("{}.{}", *known, index++) : *known;
      if (isSparse) return readSparse(inside, called);
      const auto tensor = readOnnxTensor(inside, m_context.options.limits);
      if (!tensor) return tl::unexpected(tensor.error());
      return m_tensors.add(*tensor, called.empty() ? tensor->name : called);
    });
    if (!walked) return walked;
    for (Plain* plain : {&floats, &integers}) {
      if (plain->count == 0) continue;
      auto made = nameOf(node, attribute, false);
      if (!made) return tl::unexpected(made.error());
      const auto shape = plain->isList ? std::vector<std::uint64_t>{plain->count} : std::vector<std::uint64_t>();
      if (auto added =
              m_tensors.addNumbers(*made, plain->type, shape, std::move(plain->bytes), plain->begin, plain->stored);
          !added)
        return added;
    }
    return {};
  }

  /// The numbers of a Constant's attributes value_float, value_floats, value_int and value_ints.
  struct Plain {
    std::string_view type;
    std::uint64_t count = 0;
    bool isList = false;
    std::vector<std::byte> bytes = {};
    std::uint64_t begin = 0;
    std::uint64_t stored = 0;
  };

  Result<> reserve(Plain& plain, std::uint64_t bytes, const WireField& field) {
    if (!m_tensors.takeMemory(bytes))
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} bytes that must be decoded expected, more found",
                              m_context.options.limits.inflatedBytes),
                  m_cursor.source().name(), field.begin);
    if (plain.count == 0) plain.begin = field.begin;
    return {};
  }

  Result<> takeFloats(const WireField& field, Plain& floats) {
    const bool isRun = field.number == 7 && isBytes(field);
    if ((field.type != WireType::Fixed32 && !isRun) || field.length % sizeof(float) != 0 || field.length == 0)
      return {};
    if (auto room = reserve(floats, field.length, field); !room) return room;
    floats.isList = field.number == 7;
    const std::uint64_t already = floats.isList ? floats.bytes.size() : 0;
    floats.bytes.resize(already + field.length);
    floats.count = floats.bytes.size() / sizeof(float);
    floats.stored = field.begin + field.length - floats.begin;
    return m_cursor.source().read(field.begin, std::span(floats.bytes).subspan(already));
  }

  Result<> takeIntegers(const WireMessage& attribute, const WireField& field, Plain& integers) {
    return eachVarint(attribute, field, [&](std::uint64_t value) -> Result<> {
      if (auto room = reserve(integers, sizeof value, field); !room) return room;
      integers.isList = field.number == 8;
      if (!integers.isList) integers.bytes.clear();
      const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
      integers.bytes.insert(integers.bytes.end(), bytes, bytes + sizeof value);
      integers.count = integers.bytes.size() / sizeof value;
      integers.stored = field.begin + field.length - integers.begin;
      return {};
    });
  }

  Result<> readSparse(const WireMessage& sparse, const std::string& name) {
    OnnxTensor values, indices;
    std::vector<std::int64_t> dims;
    auto walked = eachField(sparse, [&](const WireField& field) -> Result<> {
      if (field.number == 3)
        return eachVarint(sparse, field, [&](std::uint64_t size) -> Result<> {
          if (dims.size() == m_context.options.limits.rank)
            return fail(Errc::LimitExceeded,
                        fmt::format("at most {} dimensions expected, more found", m_context.options.limits.rank),
                        m_cursor.source().name(), field.begin);
          dims.push_back(static_cast<std::int64_t>(size));
          return {};
        });
      if (!isBytes(field) || field.number > 2) return {};
      auto tensor = readOnnxTensor(sparse.inside(field), m_context.options.limits);
      if (!tensor) return tl::unexpected(tensor.error());
      (field.number == 1 ? values : indices) = std::move(*tensor);
      return {};
    });
    if (!walked) return walked;
    return m_tensors.addSparse(values, indices, dims, name.empty() ? values.name : name);
  }

  Checkpoint& m_checkpoint;
  const OpenContext& m_context;
  Cursor& m_cursor;
  OnnxTensorList m_tensors;
  std::string m_opsets;
  std::uint64_t m_metadataBytes = 0;
  bool m_isMetadataFull = false;
  bool m_isCut = false;
};

class OnnxReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "onnx"; }
  std::string_view title() const override { return "ONNX"; }

  /// There is no magic number: a model's own fields with their wire types, among them a version and a graph whose first
  /// fields are those of one.
  bool recognizes(const ByteSource& file) const override {
    Cursor cursor(file);
    WireMessage model(cursor);
    bool hasVersion = false;
    for (int i = 0; i < 10'000; ++i) {
      const auto field = model.next();
      if (!field || !*field || !isModelField(**field)) return false;
      hasVersion = hasVersion || ((*field)->number == 1 && (*field)->value > 0 && (*field)->value < 1000);
      if ((*field)->number == 7) return hasVersion && looksLikeGraph(model.inside(**field));
    }
    return false;
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.files.push_back(file);
    Cursor cursor(*file);
    if (auto read = OnnxModel(checkpoint, context, cursor).read(); !read)
      return tl::unexpected(std::move(read.error()));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& onnx_entry() {
  static const OnnxReader reader;
  return reader;
}

}  // namespace ulpscope
