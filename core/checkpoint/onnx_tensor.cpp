// SPDX-License-Identifier: Apache-2.0
//
// TensorProto of onnx.proto (ONNX 1.23, IR version 14):
//
//   1 dims           int64, one for each dimension
//   2 data_type      see kTypes
//   3 segment        part of a tensor; nothing writes it
//   8 name
//   9 raw_data       the elements, row-major and little-endian; those below a byte packed from its low bits on, the
//   last
//                    byte filled up
//   4 float_data     FLOAT; COMPLEX64 as pairs
//   5 int32_data     integers of up to 32 bits; BOOL; the codes of floats of up to 16 bits; of types of 4 and 2 bits a
//   byte
//                    with two or four elements each, of those of 6 bits one element each
//   6 string_data    7 int64_data     10 double_data (COMPLEX128 as pairs)     11 uint64_data (UINT32, UINT64)
//   13 external_data pairs of text {1 key, 2 value}: location (a path from the model's folder), offset, length
//   (decimal),
//                    checksum (SHA-1), basepath
//   14 data_location 1: the elements are at external_data, laid out as raw_data
#include "core/checkpoint/onnx_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <set>
#include <tuple>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/packed_elements.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kKeyBytes = 4096;  ///< as long as a path may be

constexpr std::uint64_t kDenseBytes = std::uint64_t{1}
                                      << 36;  ///< of a sparse tensor: reading it takes as long as if stored

enum Field : std::uint32_t { Float = 4, Int32 = 5, String = 6, Int64 = 7, Double = 10, Uint64 = 11 };

struct TypeRow {
  std::string_view name;     ///< as ONNX spells it
  std::string_view element;  ///< as we do; empty if we have none
  std::uint32_t field;       ///< where its numbers are, when they are not raw
};

/// By data_type.
constexpr std::array kTypes{TypeRow{"UNDEFINED", "", 0},
                            TypeRow{"FLOAT", "F32", Float},
                            TypeRow{"UINT8", "U8", Int32},
                            TypeRow{"INT8", "I8", Int32},
                            TypeRow{"UINT16", "U16", Int32},
                            TypeRow{"INT16", "I16", Int32},
                            TypeRow{"INT32", "I32", Int32},
                            TypeRow{"INT64", "I64", Int64},
                            TypeRow{"STRING", "", String},
                            TypeRow{"BOOL", "BOOL", Int32},
                            TypeRow{"FLOAT16", "F16", Int32},
                            TypeRow{"DOUBLE", "F64", Double},
                            TypeRow{"UINT32", "U32", Uint64},
                            TypeRow{"UINT64", "U64", Uint64},
                            TypeRow{"COMPLEX64", "C64", Float},
                            TypeRow{"COMPLEX128", "C128", Double},
                            TypeRow{"BFLOAT16", "BF16", Int32},
                            TypeRow{"FLOAT8E4M3FN", "F8_E4M3", Int32},
                            TypeRow{"FLOAT8E4M3FNUZ", "F8_E4M3FNUZ", Int32},
                            TypeRow{"FLOAT8E5M2", "F8_E5M2", Int32},
                            TypeRow{"FLOAT8E5M2FNUZ", "F8_E5M2FNUZ", Int32},
                            TypeRow{"UINT4", "U4", Int32},
                            TypeRow{"INT4", "I4", Int32},
                            TypeRow{"FLOAT4E2M1", "F4", Int32},
                            TypeRow{"FLOAT8E8M0", "F8_E8M0", Int32},
                            TypeRow{"UINT2", "U2", Int32},
                            TypeRow{"INT2", "I2", Int32},
                            TypeRow{"FLOAT6E2M3", "F6_E2M3", Int32},
                            TypeRow{"FLOAT6E3M2", "F6_E3M2", Int32}};

const TypeRow* rowOf(std::int64_t dataType) {
  const bool known = dataType > 0 && dataType < static_cast<std::int64_t>(kTypes.size());
  return known ? &kTypes[static_cast<std::size_t>(dataType)] : nullptr;
}

bool isKey(std::string_view key) {
  return key == "location" || key == "offset" || key == "length" || key == "checksum" || key == "basepath";
}

Result<> readExternalEntry(const WireMessage& message, OnnxTensor& tensor) {
  std::string key;
  std::string value;
  bool tooLong = false;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.type != WireType::Bytes || field.number > 2) return {};
    tooLong = tooLong || field.length > kKeyBytes;
    if (tooLong) return {};
    auto text = message.text(field, kKeyBytes, "external data");
    if (!text) return tl::unexpected(text.error());
    (field.number == 1 ? key : value) = std::move(*text);
    return {};
  });
  if (!walked) return walked;
  if (tooLong)
    ++tensor.longKeys;
  else if (!isKey(key))
    ++tensor.unknownKeys;
  else if (tensor.externalData.size() < 16)
    tensor.externalData.emplace_back(std::move(key), std::move(value));
  return {};
}

/// Decimal digits and nothing else.
Result<std::uint64_t> parseCount(std::string_view key, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return fail(Errc::Corrupt, fmt::format("its {} expected as a number of bytes, {} found", key, inQuotes(text)));
  return value;
}

struct ExternalPlace {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

Result<ExternalPlace> readPlace(const OnnxTensor& tensor) {
  if (tensor.longKeys > 0)
    return fail(Errc::Corrupt,
                fmt::format("its external data expected in at most {} bytes of text each, more found", kKeyBytes));
  ExternalPlace place;
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tensor.externalData) {
    if (!seen.insert(key).second)
      return fail(Errc::Corrupt, fmt::format("one {} of its external data expected, several found", key));
    if (key == "location") place.location = value;
    if (key != "offset" && key != "length") continue;
    const auto count = parseCount(key, value);
    if (!count) return tl::unexpected(count.error());
    if (key == "offset") place.offset = *count;
    if (key == "length") place.length = *count;
  }
  if (!seen.contains("location")) return fail(Errc::Corrupt, "the location of its external data expected, none found");
  return place;
}

/// The shape, and the elements as their product; an error where there are none such.
Result<> setShape(const OnnxTensor& tensor, const Limits& limits, TensorInfo& info) {
  info.shape = {0};  // in case of an error
  info.elements = 0;
  if (tensor.rank > limits.rank)
    return fail(Errc::LimitExceeded, fmt::format("at most {} dimensions expected, {} found", limits.rank, tensor.rank));
  std::vector<std::uint64_t> shape;
  for (const std::int64_t size : tensor.dims) {
    if (size < 0) return fail(Errc::Corrupt, fmt::format("dimensions of 0 or more expected, {} found", size));
    shape.push_back(static_cast<std::uint64_t>(size));
  }
  const auto elements = checkedProduct(shape);
  if (!elements)
    return fail(Errc::Corrupt, fmt::format("fewer elements expected than a shape of {} has", bracketed(shape)));
  info.shape = std::move(shape);
  info.elements = *elements;
  return {};
}

/// What stands for itself beside other tensors that can be read.
bool concernsOneTensor(Errc code) {
  return code == Errc::Corrupt || code == Errc::Unsupported || code == Errc::LimitExceeded || code == Errc::NotFound ||
         code == Errc::Damaged;
}

/// `codes`, one a byte, as a run of `bits` bits each.
std::vector<std::byte> packCodes(std::span<const std::byte> codes, int bits) {
  const auto width = static_cast<std::size_t>(bits);
  std::vector<std::byte> packed((codes.size() * width + 7) / 8);
  for (std::size_t i = 0; i < codes.size(); ++i)
    for (std::size_t bit = 0; bit < width; ++bit)
      if ((codes[i] >> bit & std::byte{1}) != std::byte{0})
        packed[(i * width + bit) / 8] |= std::byte{1} << ((i * width + bit) % 8);
  return packed;
}

/// The elements of a sparse tensor: zeros, and the values at the places of which `places` has one each, ascending.
struct DenseElements {
  TensorSource values;
  std::vector<std::uint64_t> places;

  Result<> make(std::uint64_t first, std::span<std::byte> out) const {
    const auto width = static_cast<std::size_t>(values.type().bits) / 8;
    std::ranges::fill(out, std::byte{0});
    const auto begin = std::ranges::lower_bound(places, first);
    const auto end = std::lower_bound(begin, places.end(), first + out.size() / width);
    constexpr std::ptrdiff_t kBatch = 64 << 10;
    std::vector<std::byte> stored;
    for (auto at = begin; at != end;) {
      const std::ptrdiff_t count = std::min(kBatch, end - at);
      stored.resize(static_cast<std::size_t>(count) * width);
      if (auto read = values.readBytes(static_cast<std::uint64_t>(at - places.begin()),
                                       static_cast<std::uint64_t>(count), stored);
          !read)
        return read;
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i, ++at)
        std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                    out.begin() + static_cast<std::ptrdiff_t>((*at - first) * width));
    }
    return {};
  }
};

}  // namespace

std::string onnxTypeName(std::int64_t dataType) {
  const TypeRow* const row = rowOf(dataType);
  if (!row) return fmt::format("type {}", dataType);
  return std::string(row->element.empty() ? row->name : row->element);
}

Result<OnnxTensor> readOnnxTensor(const WireMessage& message, const Limits& limits) {
  OnnxTensor tensor;
  tensor.begin = message.position();
  tensor.end = message.end();
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    for (OnnxTensor::Numbers& numbers : tensor.numbers)
      if (numbers.field == field.number) {
        ++numbers.times;
        numbers.bytes += field.length;
        numbers.last = field;
        return {};
      }
    const bool isBytes = field.type == WireType::Bytes;
    switch (field.number) {
      case 1:
        return eachVarint(message, field, [&](std::uint64_t size) -> Result<> {
          if (++tensor.rank <= limits.rank) tensor.dims.push_back(static_cast<std::int64_t>(size));
          return {};
        });
      case 2:
        tensor.dataType = static_cast<std::int32_t>(field.value);
        return {};
      case 3:
        tensor.segment = true;
        return {};
      case 8: {
        if (!isBytes) return {};
        auto name = message.text(field, limits.nameBytes, "a tensor's name");
        if (!name) return tl::unexpected(name.error());
        tensor.name = std::move(*name);
        return {};
      }
      case 9:
        if (isBytes) tensor.raw = field;
        return {};
      case 13:
        return isBytes ? readExternalEntry(message.inside(field), tensor) : Result<>();
      case 14:
        tensor.external = field.value == 1;
        return {};
      default:
        return {};
    }
  });
  if (!walked) return tl::unexpected(walked.error());
  return tensor;
}

Result<> OnnxTensorList::checkRoom(const std::string& name, std::uint64_t at) {
  const Limits& limits = m_context.options.limits;
  if (m_checkpoint.tensors.size() + m_sparse.size() >= limits.tensors)
    return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", limits.tensors),
                m_cursor.source().name(), at);
  if (name.size() > m_nameBytesLeft)
    return fail(Errc::LimitExceeded, "names of at most four times the bytes of the file in all expected, more found",
                m_cursor.source().name(), at);
  m_nameBytesLeft -= name.size();
  return m_context.job.step(0);
}

bool OnnxTensorList::takeMemory(std::uint64_t bytes) {
  if (bytes > m_memoryLeft) return false;
  m_memoryLeft -= bytes;
  return true;
}

Result<> OnnxTensorList::addNumbers(const std::string& name, std::string_view type, std::vector<std::uint64_t> shape,
                                    std::vector<std::byte> values, std::uint64_t begin, std::uint64_t length) {
  if (auto room = checkRoom(name, begin); !room) return room;
  TensorInfo info{
      .name = name, .storedType = std::string(type), .type = findElementType(type), .shape = std::move(shape)};
  info.elements = checkedProduct(info.shape).value_or(0);
  info.bytes = length;
  info.offset = begin;
  info.storage = memorySource(m_cursor.source().name(), std::move(values));
  m_checkpoint.tensors.push_back(std::move(info));
  return {};
}

Result<> OnnxTensorList::add(const OnnxTensor& tensor, const std::string& name) {
  if (auto room = checkRoom(name, tensor.begin); !room) return room;
  TensorInfo info{.name = name, .storedType = onnxTypeName(tensor.dataType), .shape = {}};
  m_unknownKeys += tensor.unknownKeys;
  auto placed = setShape(tensor, m_context.options.limits, info);
  if (placed) placed = place(tensor, info);
  if (!placed) {
    if (!concernsOneTensor(placed.error().code)) return placed;
    info.type = nullptr;
    info.storage = nullptr;
    info.file = 0;
    info.offset = tensor.begin;
    info.bytes = tensor.raw ? tensor.raw->length : 0;
    info.remark = std::move(placed.error().message);
  }
  m_checkpoint.tensors.push_back(std::move(info));
  return {};
}

Result<> OnnxTensorList::place(const OnnxTensor& tensor, TensorInfo& info) {
  const TypeRow* const row = rowOf(tensor.dataType);
  if (!row) return fail(Errc::Unsupported, fmt::format("its type, number {}, is unknown", tensor.dataType));
  if (tensor.segment) return fail(Errc::Unsupported, "it is a segment of a tensor, which cannot be read");
  if (row->field == String) return fail(Errc::Unsupported, "it holds text, not numbers");
  info.type = findElementType(row->element);
  if (!info.type) return fail(Errc::Unsupported, fmt::format("its type {} cannot be read", row->name));

  const OnnxTensor::Numbers* numbers = nullptr;
  std::size_t places = (tensor.raw ? 1u : 0u) + (tensor.external ? 1u : 0u);
  for (const OnnxTensor::Numbers& each : tensor.numbers) {
    if (each.times == 0 || each.bytes == 0) continue;
    ++places;
    numbers = &each;
  }
  if (places > 1) return fail(Errc::Corrupt, fmt::format("its elements expected in one field, {} have some", places));
  if (numbers && numbers->field != row->field)
    return fail(Errc::Corrupt, fmt::format("the elements of a {} expected in field {}, found in field {}", row->name,
                                           row->field, numbers->field));
  const auto bytes = packedBytes(*info.type, info.elements);
  if (!bytes)
    return fail(Errc::Corrupt, fmt::format("fewer bytes expected than a shape of {} has", bracketed(info.shape)));
  if (tensor.external) return placeExternal(tensor, *bytes, info);
  if (tensor.raw) return placeRaw(tensor, *bytes, info);
  if (numbers) return placeNumbers(tensor, *numbers, info);
  if (info.elements > 0)
    return fail(Errc::Corrupt, fmt::format("{} of data expected, none found", counted(*bytes, "byte")));
  info.offset = tensor.begin;
  return {};
}

Result<> OnnxTensorList::placeRaw(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info) {
  if (tensor.raw->length != bytes)
    return fail(Errc::Corrupt, fmt::format("{} bytes of raw data expected, {} found{}", bytes, tensor.raw->length,
                                           tensor.raw->cut ? " (an unfinished download?)" : ""));
  info.offset = tensor.raw->begin;
  info.bytes = bytes;
  if (!byteSize(*info.type, info.elements)) readFromPacked(info, sliceOf(m_checkpoint.files[0], info.offset, bytes));
  return {};
}

Result<std::uint32_t> OnnxTensorList::externalFile(const std::string& location) {
  const auto known = m_externalFiles.find(location);
  if (known != m_externalFiles.end()) return known->second;
  const std::uint64_t most = m_context.options.limits.shards;
  if (m_externalFiles.size() >= most)
    return fail(Errc::LimitExceeded, fmt::format("at most {} files of external data expected, more found", most));
  auto file = m_context.folder->open(location, Folder::HardLinks::Refuse);
  Result<std::uint32_t> index;
  if (file) {
    index = static_cast<std::uint32_t>(m_checkpoint.files.size());
    m_checkpoint.files.push_back(std::move(*file));
  } else {
    index = tl::unexpected(std::move(file.error()));
    if (index.error().code == Errc::NotFound)
      index.error().message = fmt::format("its data are in the file {}, which is not there", inQuotes(location));
    else if (index.error().code == Errc::Corrupt)
      index.error().message = fmt::format("its data are outside the model's folder: {}", index.error().message);
    else if (index.error().code == Errc::Unsupported)
      index.error().message = fmt::format("its data at {}: {}", inQuotes(location), index.error().message);
  }
  m_externalFiles.emplace(location, index);
  return index;
}

Result<> OnnxTensorList::placeExternal(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info) {
  const auto place = readPlace(tensor);
  if (!place) return tl::unexpected(place.error());
  if (place->length && *place->length != bytes)
    return fail(Errc::Corrupt, fmt::format("{} bytes of external data expected, {} found", bytes, *place->length));
  const auto file = externalFile(place->location);
  if (!file) return tl::unexpected(file.error());
  const std::shared_ptr<const ByteSource>& source = m_checkpoint.files[*file];
  if (place->offset > source->size() || bytes > source->size() - place->offset)
    return fail(Errc::Damaged, fmt::format("{} bytes expected at byte {} of {}, which has {} bytes", bytes,
                                           place->offset, inQuotes(place->location), source->size()));
  info.file = *file;
  info.offset = place->offset;
  info.bytes = bytes;
  if (!byteSize(*info.type, info.elements)) readFromPacked(info, sliceOf(source, info.offset, bytes));
  return {};
}

/// In place where they lie as elements do: fixed in width, in one run. Otherwise decoded, into memory.
Result<> OnnxTensorList::placeNumbers(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers, TensorInfo& info) {
  const ElementType& type = *info.type;
  const bool isFixed = numbers.field == Float || numbers.field == Double;
  const std::size_t width = numbers.field == Float    ? 4
                            : numbers.field == Double ? 8
                                                      : static_cast<std::size_t>(std::max(1, type.bits / 8));
  // Two or four elements a number for types of 4 and 2 bits, two numbers an element for complex ones.
  const bool sharesNumbers = type.bits == 4 || type.bits == 2;
  const auto count = sharesNumbers ? packedBytes(type, info.elements)
                     : isFixed     ? checkedMultiply(info.elements, static_cast<std::uint64_t>(type.bits) / 8 / width)
                                   : info.elements;
  if (!count || *count > numbers.bytes)
    return fail(Errc::Corrupt, fmt::format("the numbers of a shape of {} expected, at most {} found",
                                           bracketed(info.shape), numbers.bytes));
  info.offset = numbers.last.begin;
  if (isFixed && numbers.times == 1) {
    info.bytes = numbers.last.length;
    if (info.bytes != *count * width)
      return fail(Errc::Corrupt, fmt::format("{} bytes of data expected, {} found", *count * width, info.bytes));
    return {};
  }
  info.offset = tensor.begin;
  info.bytes = numbers.bytes;
  auto gathered = gather(tensor, numbers, *count, width);
  if (!gathered) return tl::unexpected(gathered.error());
  if (type.bits == 6) gathered = packCodes(*gathered, type.bits);
  readFromPacked(info, memorySource(m_cursor.source().name(), std::move(*gathered)));
  return {};
}

/// `count` numbers of `width` bytes each.
Result<std::vector<std::byte>> OnnxTensorList::gather(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers,
                                                      std::uint64_t count, std::size_t width) {
  // Of no more bytes than the field has, or eight times as many for integers, whose shortest has one.
  if (!takeMemory(count * width))
    return fail(
        Errc::LimitExceeded,
        fmt::format("at most {} bytes expected that must be decoded, more found; saved as raw data it can be read",
                    m_context.options.limits.inflatedBytes));
  std::vector<std::byte> bytes;
  bytes.reserve(count * width);
  const auto tooMany = [&] { return fail(Errc::Corrupt, fmt::format("{} numbers expected, more found", count)); };
  const WireMessage message(m_cursor, tensor.begin, tensor.end);
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number != numbers.field) return {};
    if (auto going = m_context.job.step(0); !going) return going;
    if (field.type == WireType::Fixed32 || field.type == WireType::Fixed64 ||
        (field.type == WireType::Bytes && (numbers.field == Float || numbers.field == Double))) {
      if (field.length % width != 0)
        return fail(Errc::Corrupt, fmt::format("numbers of {} bytes expected, {} bytes found", width, field.length));
      if (field.length > count * width - bytes.size()) return tooMany();
      bytes.resize(bytes.size() + field.length);
      return m_cursor.source().read(field.begin, std::span(bytes).last(field.length));
    }
    return eachVarint(message, field, [&](std::uint64_t number) -> Result<> {
      if (bytes.size() == count * width) return tooMany();
      if (numbers.field == Int32) number = static_cast<std::uint64_t>(static_cast<std::int32_t>(number));
      // What fits as a number with or without a sign gives its low bytes, as in ONNX's own arrays.
      const auto value = static_cast<std::int64_t>(number);
      const int bits = static_cast<int>(8 * width);
      if (bits < 64 && (value >= std::int64_t{1} << bits || value < -(std::int64_t{1} << (bits - 1))))
        return fail(Errc::Corrupt, fmt::format("numbers of {} bits expected, {} found", bits, value));
      const auto* const low = reinterpret_cast<const std::byte*>(&number);
      bytes.insert(bytes.end(), low, low + width);
      return {};
    });
  });
  if (!walked) return tl::unexpected(walked.error());
  if (bytes.size() != count * width)
    return fail(Errc::Corrupt, fmt::format("{} numbers expected, {} found", count, bytes.size() / width));
  return bytes;
}

Result<> OnnxTensorList::addSparse(const OnnxTensor& values, const OnnxTensor& indices,
                                   const std::vector<std::int64_t>& dims, const std::string& name) {
  const std::size_t first = m_checkpoint.tensors.size();
  if (auto added = add(values, name + ".values"); !added) return added;
  if (auto added = add(indices, name + ".indices"); !added) return added;
  if (auto room = checkRoom(name, values.begin); !room) return room;
  Sparse sparse{TensorInfo{.name = name, .storedType = "sparse", .shape = {0}}, first, first + 1};
  auto made = dense(m_checkpoint.tensors[first], m_checkpoint.tensors[first + 1], dims);
  if (made) {
    sparse.whole = std::move(*made);
    sparse.whole.name = name;
  } else {
    if (!concernsOneTensor(made.error().code)) return tl::unexpected(std::move(made.error()));
    sparse.whole.remark = std::move(made.error().message);
  }
  m_sparse.push_back(std::move(sparse));
  return {};
}

Result<TensorInfo> OnnxTensorList::dense(const TensorInfo& values, const TensorInfo& indices,
                                         const std::vector<std::int64_t>& dims) {
  OnnxTensor shaped;
  shaped.dims = dims;
  shaped.rank = dims.size();
  TensorInfo whole{.name = {}, .storedType = values.storedType, .shape = {}};
  if (auto shape = setShape(shaped, m_context.options.limits, whole); !shape) return tl::unexpected(shape.error());
  if (!values.type || !indices.type) return fail(Errc::Unsupported, "one of its parts cannot be read");
  if (!values.type->readable || values.type->bits % 8 != 0)
    return fail(Errc::Unsupported, fmt::format("sparse tensors of {} cannot be put together", values.storedType));
  const auto bytes = byteSize(*values.type, whole.elements);
  if (!bytes || *bytes > kDenseBytes)
    return fail(Errc::LimitExceeded, fmt::format("a shape of at most {} expected, {} found", humanBytes(kDenseBytes),
                                                 bracketed(whole.shape)));
  auto places = readIndices(indices, values.elements, whole.shape);
  if (!places) return tl::unexpected(places.error());
  whole.type = values.type;
  whole.bytes = values.bytes + indices.bytes;
  whole.file = values.file;
  whole.offset = values.offset;
  const auto elements = std::make_shared<const DenseElements>(
      DenseElements{TensorSource(values, m_checkpoint.files[values.file]), std::move(*places)});
  whole.storage = derivedSource(
      {.name = m_cursor.source().name(),
       .size = *bytes,
       .unitBytes = static_cast<std::size_t>(values.type->bits) / 8,
       .make = [elements](std::uint64_t first, std::span<std::byte> out) { return elements->make(first, out); },
       .from = {m_checkpoint.files[values.file]}});
  return whole;
}

/// Places in the flattened tensor, from one index into it for each value or one into each dimension.
Result<std::vector<std::uint64_t>> OnnxTensorList::readIndices(const TensorInfo& indices, std::uint64_t values,
                                                               const std::vector<std::uint64_t>& shape) {
  const bool isFlat = indices.shape.size() == 1 && indices.elements == values;
  const bool isByDimension =
      indices.shape.size() == 2 && indices.shape[0] == values && indices.shape[1] == shape.size();
  if (indices.type->name != "I64" || (!isFlat && !isByDimension))
    return fail(Errc::Corrupt,
                fmt::format("indices of {} into a shape of {} expected, {} {} found", counted(values, "value"),
                            bracketed(shape), indices.storedType, bracketed(indices.shape)));
  const TensorSource source(indices, m_checkpoint.files[indices.file]);
  if (!takeMemory(2 * source.size()))
    return fail(Errc::LimitExceeded, fmt::format("indices of at most {} bytes in all expected, more found",
                                                 m_context.options.limits.inflatedBytes));
  std::vector<std::int64_t> numbers(indices.elements);
  if (auto read = source.readBytes(0, indices.elements, std::as_writable_bytes(std::span(numbers))); !read)
    return tl::unexpected(read.error());
  const std::vector<std::uint64_t> sizes = isByDimension ? shape : std::vector{checkedProduct(shape).value_or(0)};
  std::vector<std::uint64_t> places(values);
  for (std::size_t value = 0; value < places.size(); ++value) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::int64_t number = numbers[value * sizes.size() + i];
      if (number < 0 || static_cast<std::uint64_t>(number) >= sizes[i])
        return fail(Errc::Corrupt, fmt::format("indices below {} expected, {} found", sizes[i], number));
      places[value] = places[value] * sizes[i] + static_cast<std::uint64_t>(number);
    }
    if (value > 0 && places[value] <= places[value - 1])
      return fail(Errc::Corrupt, "indices in ascending order expected, another order found");
  }
  return places;
}

void OnnxTensorList::finish() {
  std::vector<TensorInfo>& tensors = m_checkpoint.tensors;
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::tie(tensors[i].file, tensors[i].offset); });
  std::vector<TensorInfo> sorted;
  std::vector<std::size_t> moved(tensors.size());
  for (const std::size_t i : order) {
    moved[i] = sorted.size();
    sorted.push_back(std::move(tensors[i]));
  }
  tensors = std::move(sorted);
  for (Sparse& sparse : m_sparse) {
    Packing packing{.id = "onnx_sparse",
                    .title = "sparse: values and their indices",
                    .parts = {moved[sparse.values], moved[sparse.indices]}};
    for (const std::size_t part : packing.parts) tensors[part].partOf = tensors.size();
    sparse.whole.packing = std::make_shared<const Packing>(std::move(packing));
    tensors.push_back(std::move(sparse.whole));
  }
  Finding renamed;
  makeNamesDistinct(tensors, renamed);
  renamed.warn(m_checkpoint.warnings, "Given a name of their own, because it stood before");
  // The very same bytes read in the very same way, which only external data can be.
  using Same = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, const ElementType*, std::vector<std::uint64_t>>;
  std::map<Same, std::size_t> first;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TensorInfo& tensor = tensors[i];
    if (tensor.file == 0 || tensor.bytes == 0 || !tensor.type || tensor.packing) continue;
    const auto [found, isNew] =
        first.try_emplace({tensor.file, tensor.offset, tensor.bytes, tensor.type, tensor.shape}, i);
    if (!isNew) tensor.sharesWith = found->second;
  }
  if (m_unknownKeys > 0)
    m_checkpoint.warnings.push_back(fmt::format("Passed over: {} of external data that the standard does not know.",
                                                counted(m_unknownKeys, "key")));
}

}  // namespace ulpscope
