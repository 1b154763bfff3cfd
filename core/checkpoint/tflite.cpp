// SPDX-License-Identifier: Apache-2.0
//
// TensorFlow Lite models (schema.fbs of TensorFlow 2.21, version 3): FlatBuffers, as flat_buffer.h has them, with the
// identifier TFL3. The tables and fields that lead to tensors:
//
//   Model         0 version  2 subgraphs  3 description  4 buffers
//   SubGraph      0 tensors  4 name
//   Tensor        0 shape: i32  1 type: u8  2 buffer: u32  3 name  4 quantization  6 sparsity
//   Buffer        0 data: bytes  1 offset: u64  2 size: u64     offset > 1: the bytes lie there in the file, behind the
//                                                               FlatBuffer, whose own offsets end at 2 GiB
//   Quantization  2 scale: f32  3 zero_point: i64  4 kind of details: u8  6 quantized_dimension: i32
//
// Elements are row-major and little-endian; those of 4 and 2 bits are packed from a byte's low bits on. Tensors without
// bytes are activations.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/flat_buffer.h"
#include "core/checkpoint/packed_elements.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kIdentifierAt = 4;
constexpr std::string_view kIdentifier = "TFL3";
constexpr std::uint64_t kBatch = 64 << 10;  ///< elements
constexpr std::size_t kPrefixBytes = 256;   ///< of a subgraph's name before each of its tensors'

struct TypeRow {
  std::string_view name;     ///< as TFLite spells it
  std::string_view element;  ///< as we do; empty where the elements are no numbers
};

/// By TensorType.
constexpr std::array kTypes{TypeRow{"FLOAT32", "F32"},   TypeRow{"FLOAT16", "F16"}, TypeRow{"INT32", "I32"},
                            TypeRow{"UINT8", "U8"},      TypeRow{"INT64", "I64"},   TypeRow{"STRING", ""},
                            TypeRow{"BOOL", "BOOL"},     TypeRow{"INT16", "I16"},   TypeRow{"COMPLEX64", "C64"},
                            TypeRow{"INT8", "I8"},       TypeRow{"FLOAT64", "F64"}, TypeRow{"COMPLEX128", "C128"},
                            TypeRow{"UINT64", "U64"},    TypeRow{"RESOURCE", ""},   TypeRow{"VARIANT", ""},
                            TypeRow{"UINT32", "U32"},    TypeRow{"UINT16", "U16"},  TypeRow{"INT4", "I4"},
                            TypeRow{"BFLOAT16", "BF16"}, TypeRow{"INT2", "I2"},     TypeRow{"UINT4", "U4"}};

/// value = scale * (q - zero point), with a scale and zero point for all elements or for each index of one dimension.
struct Affine {
  std::vector<float> scales;
  std::vector<std::int64_t> zeroPoints;
  std::uint64_t inner = 1;  ///< elements from one index of that dimension to the next
};

/// As TFLite's own DEQUANTIZE has it: the product in double, rounded once to float.
std::shared_ptr<const ByteSource> dequantized(const ElementType& type, std::uint64_t elements, Affine affine,
                                              std::shared_ptr<const ByteSource> packed) {
  const auto make = [&type, packed, affine = std::move(affine)](std::uint64_t first,
                                                                std::span<std::byte> out) -> Result<> {
    const std::uint64_t count = out.size() / sizeof(float);
    std::vector<double> values;
    for (std::uint64_t done = 0; done < count; done += values.size()) {
      values.resize(std::min(kBatch, count - done));
      if (auto read = readPackedElements(*packed, type, first + done, values); !read) return read;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = (first + done + i) / affine.inner % affine.scales.size();
        const auto zero = static_cast<double>(affine.zeroPoints[channel]);
        const auto value = static_cast<float>(static_cast<double>(affine.scales[channel]) * (values[i] - zero));
        std::memcpy(out.data() + (done + i) * sizeof value, &value, sizeof value);
      }
    }
    return {};
  };
  return derivedSource({.name = packed->name(),
                        .size = elements * sizeof(float),
                        .unitBytes = sizeof(float),
                        .make = make,
                        .from = {packed}});
}

class TfliteModel {
 public:
  TfliteModel(Checkpoint& checkpoint, const OpenContext& context)
      : m_checkpoint(checkpoint), m_context(context), m_file(checkpoint.files[0]), m_buffer(m_file) {}

  Result<> read() {
    const auto model = m_buffer.root();
    if (!model) return tl::unexpected(model.error());
    const auto version = model->number<std::uint32_t>(0, 0);
    if (!version) return tl::unexpected(version.error());
    const auto description = model->text(3, m_context.options.limits.metadataBytes);
    if (!description) return tl::unexpected(description.error());
    const auto subgraphs = model->vector(2, sizeof(std::uint32_t));
    if (!subgraphs) return tl::unexpected(subgraphs.error());
    const auto buffers = model->vector(4, sizeof(std::uint32_t));
    if (!buffers) return tl::unexpected(buffers.error());
    m_buffers = *buffers;
    m_checkpoint.metadata.emplace_back("version", std::to_string(*version));
    if (!description->empty()) m_checkpoint.metadata.emplace_back("description", *description);
    for (std::uint64_t i = 0; i < subgraphs->count; ++i)
      if (auto taken = readSubgraph(*subgraphs, i); !taken) return taken;
    if (m_activations > 0) m_checkpoint.metadata.emplace_back("activations", std::to_string(m_activations));
    finish();
    return {};
  }

 private:
  Result<> readSubgraph(const FlatVector& subgraphs, std::uint64_t index) {
    const auto subgraph = m_buffer.tableIn(subgraphs, index);
    if (!subgraph) return tl::unexpected(subgraph.error());
    const auto tensors = subgraph->vector(0, sizeof(std::uint32_t));
    if (!tensors) return tl::unexpected(tensors.error());
    std::string prefix;
    if (subgraphs.count > 1) {
      const auto name = subgraph->text(4, m_context.options.limits.nameBytes);
      if (!name) return tl::unexpected(name.error());
      prefix = (name->empty() || name->size() > kPrefixBytes ? fmt::format("subgraph {}", index) : *name) + "/";
    }
    for (std::uint64_t i = 0; i < tensors->count; ++i) {
      if (auto going = m_context.job.step(0); !going) return going;
      const auto tensor = m_buffer.tableIn(*tensors, i);
      if (!tensor) return tl::unexpected(tensor.error());
      if (auto taken = readTensor(*tensor, prefix); !taken) return taken;
    }
    return {};
  }

  struct Bytes {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  /// What a tensor's buffer holds, as it says.
  Result<Bytes> bytesOf(std::uint32_t index) {
    if (index == 0 || index >= m_buffers.count) {
      if (index == 0) return Bytes();  // the one that stands for none
      return fail(Errc::Corrupt, fmt::format("one of {} buffers expected, number {} found", m_buffers.count, index),
                  m_file->name());
    }
    const auto buffer = m_buffer.tableIn(m_buffers, index);
    if (!buffer) return tl::unexpected(buffer.error());
    const auto offset = buffer->number<std::uint64_t>(1, 0);
    if (!offset) return tl::unexpected(offset.error());
    if (*offset > 1) {
      const auto size = buffer->number<std::uint64_t>(2, 0);
      if (!size) return tl::unexpected(size.error());
      return Bytes{*offset, *size};
    }
    const auto data = buffer->vector(0, 1);
    if (!data) return tl::unexpected(data.error());
    return Bytes{data->begin, data->count};
  }

  Result<> readTensor(const FlatTable& tensor, const std::string& prefix) {
    const Limits& limits = m_context.options.limits;
    const auto index = tensor.number<std::uint32_t>(2, 0);
    if (!index) return tl::unexpected(index.error());
    const auto bytes = bytesOf(*index);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->size == 0) {
      ++m_activations;
      return {};
    }
    if (m_checkpoint.tensors.size() >= limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", limits.tensors),
                  m_file->name());
    const auto name = tensor.text(3, limits.nameBytes);
    if (!name) return tl::unexpected(name.error());
    const auto type = tensor.number<std::uint8_t>(1, 0);
    if (!type) return tl::unexpected(type.error());
    const auto shape = tensor.numbers<std::int32_t>(0);
    if (!shape) return tl::unexpected(shape.error());

    TensorInfo info{.name = prefix + *name, .storedType = {}, .shape = {}};
    auto placed = place(tensor, *type, *shape, *bytes, info);
    if (!placed) {
      if (placed.error().code == Errc::Io || !placed.error().subject.empty()) return placed;  // the file's, not its own
      listUnread(info, std::move(placed.error().message));
    }
    m_checkpoint.tensors.push_back(std::move(info));
    return {};
  }

  /// Errors without a subject are the tensor's own.
  Result<> place(const FlatTable& tensor, std::uint8_t type, const std::vector<std::int32_t>& shape, Bytes bytes,
                 TensorInfo& info) {
    const TypeRow* const row = type < kTypes.size() ? &kTypes[type] : nullptr;
    info.storedType =
        !row ? fmt::format("type {}", type) : std::string(row->element.empty() ? row->name : row->element);
    info.shape = {0};
    if (shape.size() > m_context.options.limits.rank)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} dimensions expected, {} found", m_context.options.limits.rank, shape.size()));
    std::vector<std::uint64_t> sizes;
    for (const std::int32_t size : shape) {
      if (size < 0) return fail(Errc::Corrupt, fmt::format("dimensions of 0 or more expected, {} found", size));
      sizes.push_back(static_cast<std::uint64_t>(size));
    }
    const auto elements = checkedProduct(sizes);
    if (!elements)
      return fail(Errc::Corrupt, fmt::format("fewer elements expected than a shape of {} has", bracketed(sizes)));
    info.shape = std::move(sizes);
    info.elements = *elements;

    const auto sparsity = tensor.table(6);
    if (!sparsity) return tl::unexpected(sparsity.error());
    if (*sparsity) return fail(Errc::Unsupported, "it is stored sparse, which cannot be read");
    if (!row) return fail(Errc::Unsupported, fmt::format("its type, number {}, is unknown", type));
    if (row->element.empty()) return fail(Errc::Unsupported, fmt::format("it holds no numbers but {}", row->name));
    info.type = findElementType(row->element);
    if (!info.type) return fail(Errc::Unsupported, fmt::format("its type {} cannot be read", row->name));
    const std::uint64_t size = m_file->size();
    if (bytes.offset > size || bytes.size > size - bytes.offset)
      return fail(Errc::Damaged,
                  fmt::format("{} bytes expected at byte {}, but the file has {} bytes (an unfinished download?)",
                              bytes.size, bytes.offset, size));
    if (packedBytes(*info.type, info.elements) != bytes.size)
      return fail(Errc::Corrupt, fmt::format("the bytes of {} elements of {} expected, {} bytes found", info.elements,
                                             row->name, bytes.size));
    info.offset = bytes.offset;
    info.bytes = bytes.size;
    const auto quantization = tensor.table(4);
    if (!quantization) return tl::unexpected(quantization.error());
    if (*quantization && info.type->name.find_first_of("IU") == 0) return quantize(**quantization, info);
    if (!byteSize(*info.type, info.elements)) readFromPacked(info, sliceOf(m_file, info.offset, info.bytes));
    return {};
  }

  Result<> quantize(const FlatTable& quantization, TensorInfo& info) {
    const auto details = quantization.number<std::uint8_t>(4, 0);
    if (!details) return tl::unexpected(details.error());
    auto scales = quantization.numbers<float>(2);
    if (!scales) return tl::unexpected(scales.error());
    auto zeroPoints = quantization.numbers<std::int64_t>(3);
    if (!zeroPoints) return tl::unexpected(zeroPoints.error());
    const auto axis = quantization.number<std::int32_t>(6, 0);
    if (!axis) return tl::unexpected(axis.error());

    const ElementType& type = *info.type;
    auto packed = sliceOf(m_file, info.offset, info.bytes);
    const auto plain = [&](std::string remark) -> Result<> {
      info.remark = std::move(remark);
      if (!byteSize(type, info.elements)) readFromPacked(info, std::move(packed));
      return {};
    };
    if (*details != 0)
      return plain("shown as integers: it is quantized in blocks or in a way of its own, which is not undone");
    if (scales->empty()) return plain("");
    if (zeroPoints->empty()) zeroPoints->push_back(0);
    if (zeroPoints->size() == 1) zeroPoints->resize(scales->size(), zeroPoints->front());
    const bool isPerAxis = scales->size() > 1;
    const bool hasAxis = *axis >= 0 && static_cast<std::size_t>(*axis) < info.shape.size();
    if (zeroPoints->size() != scales->size() ||
        (isPerAxis && (!hasAxis || info.shape[static_cast<std::size_t>(*axis)] != scales->size())))
      return plain(fmt::format("shown as integers: {} and {} do not fit dimension {} of {}",
                               counted(scales->size(), "scale"), counted(zeroPoints->size(), "zero point"), *axis,
                               bracketed(info.shape)));
    Affine affine{std::move(*scales), std::move(*zeroPoints)};
    if (isPerAxis)
      affine.inner = std::max<std::uint64_t>(
          1, checkedProduct(std::span(info.shape).subspan(static_cast<std::size_t>(*axis) + 1)).value_or(1));
    Packing packing{.id = "tflite_", .title = {}, .parts = {}};
    for (const char c : type.title) packing.id += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    packing.title =
        fmt::format("TFLite {}, {}", type.title,
                    isPerAxis ? fmt::format("{} along dimension {}", counted(affine.scales.size(), "scale"), *axis)
                              : std::string("one scale"));
    info.packing = std::make_shared<const Packing>(std::move(packing));
    info.storage = dequantized(type, info.elements, std::move(affine), std::move(packed));
    info.type = findElementType("F32");
    return {};
  }

  void finish() {
    std::vector<TensorInfo>& tensors = m_checkpoint.tensors;
    Finding renamed;
    makeNamesDistinct(tensors, renamed);
    renamed.warn(m_checkpoint.warnings, "Given a name of their own, because it stood before");
    std::stable_sort(tensors.begin(), tensors.end(),
                     [](const TensorInfo& a, const TensorInfo& b) { return a.offset < b.offset; });
    using Same = std::tuple<std::uint64_t, std::uint64_t, const ElementType*, std::vector<std::uint64_t>>;
    std::map<Same, std::size_t> first;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      TensorInfo& tensor = tensors[i];
      if (!tensor.type || tensor.packing || tensor.bytes == 0) continue;
      const auto [found, isNew] = first.try_emplace({tensor.offset, tensor.bytes, tensor.type, tensor.shape}, i);
      if (!isNew) tensor.sharesWith = found->second;
    }
  }

  Checkpoint& m_checkpoint;
  const OpenContext& m_context;
  std::shared_ptr<const ByteSource> m_file;
  FlatBuffer m_buffer;
  FlatVector m_buffers;
  std::uint64_t m_activations = 0;
};

class TfliteReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "tflite"; }
  std::string_view title() const override { return "TensorFlow Lite"; }

  bool recognizes(const ByteSource& file) const override {
    std::array<char, kIdentifier.size()> identifier{};
    return file.size() >= kIdentifierAt + identifier.size() &&
           file.read(kIdentifierAt, std::as_writable_bytes(std::span(identifier))) &&
           std::string_view(identifier.data(), identifier.size()) == kIdentifier;
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.files.push_back(std::move(file));
    if (auto read = TfliteModel(checkpoint, context).read(); !read) return tl::unexpected(std::move(read.error()));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& tflite_entry() {
  static const TfliteReader reader;
  return reader;
}

}  // namespace ulpscope
