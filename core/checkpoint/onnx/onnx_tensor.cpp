// SPDX-License-Identifier: Apache-2.0
//
// TensorProto of onnx.proto (ONNX 1.23, IR version 14):
//
//   1 dims           int64, one for each dimension
//   2 data_type      see kTypes
//   3 segment        part of a tensor; nothing writes it
//   8 name
//   9 raw_data       the elements, row-major and little-endian; those below a byte packed from its low bits on, the
//                    last byte filled up
//   4 float_data     FLOAT; COMPLEX64 as pairs
//   5 int32_data     integers of up to 32 bits; BOOL; the codes of floats of up to 16 bits; of types of 4 and 2 bits
//                    a byte with two or four elements each, of those of 6 bits one element each
//   6 string_data    7 int64_data     10 double_data (COMPLEX128 as pairs)     11 uint64_data (UINT32, UINT64)
//   13 external_data pairs of text {1 key, 2 value}: location (a path from the model's folder), offset, length
//                    (decimal), checksum (SHA-1), basepath
//   14 data_location 1: the elements are at external_data, laid out as raw_data
#include "core/checkpoint/onnx/onnx_tensor.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "core/base/checked.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kKeyBytes = 4096;  ///< as long as a path may be

using Field = OnnxField;

/// By data_type.
constexpr std::array kTypes{OnnxType{"UNDEFINED", "", Field::None},
                            OnnxType{"FLOAT", "F32", Field::Float},
                            OnnxType{"UINT8", "U8", Field::Int32},
                            OnnxType{"INT8", "I8", Field::Int32},
                            OnnxType{"UINT16", "U16", Field::Int32},
                            OnnxType{"INT16", "I16", Field::Int32},
                            OnnxType{"INT32", "I32", Field::Int32},
                            OnnxType{"INT64", "I64", Field::Int64},
                            OnnxType{"STRING", "", Field::String},
                            OnnxType{"BOOL", "BOOL", Field::Int32},
                            OnnxType{"FLOAT16", "F16", Field::Int32},
                            OnnxType{"DOUBLE", "F64", Field::Double},
                            OnnxType{"UINT32", "U32", Field::Uint64},
                            OnnxType{"UINT64", "U64", Field::Uint64},
                            OnnxType{"COMPLEX64", "C64", Field::Float},
                            OnnxType{"COMPLEX128", "C128", Field::Double},
                            OnnxType{"BFLOAT16", "BF16", Field::Int32},
                            OnnxType{"FLOAT8E4M3FN", "F8_E4M3", Field::Int32},
                            OnnxType{"FLOAT8E4M3FNUZ", "F8_E4M3FNUZ", Field::Int32},
                            OnnxType{"FLOAT8E5M2", "F8_E5M2", Field::Int32},
                            OnnxType{"FLOAT8E5M2FNUZ", "F8_E5M2FNUZ", Field::Int32},
                            OnnxType{"UINT4", "U4", Field::Int32},
                            OnnxType{"INT4", "I4", Field::Int32},
                            OnnxType{"FLOAT4E2M1", "F4", Field::Int32},
                            OnnxType{"FLOAT8E8M0", "F8_E8M0", Field::Int32},
                            OnnxType{"UINT2", "U2", Field::Int32},
                            OnnxType{"INT2", "I2", Field::Int32},
                            OnnxType{"FLOAT6E2M3", "F6_E2M3", Field::Int32},
                            OnnxType{"FLOAT6E3M2", "F6_E3M2", Field::Int32}};

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

}  // namespace

const OnnxType* onnxType(std::int64_t dataType) {
  const bool known = dataType > 0 && dataType < static_cast<std::int64_t>(kTypes.size());
  return known ? &kTypes[static_cast<std::size_t>(dataType)] : nullptr;
}

std::string onnxTypeName(std::int64_t dataType) {
  const OnnxType* const row = onnxType(dataType);
  if (!row) return fmt::format("type {}", dataType);
  return std::string(row->element.empty() ? row->name : row->element);
}

Result<OnnxTensor> readOnnxTensor(const WireMessage& message, const Limits& limits) {
  OnnxTensor tensor;
  tensor.begin = message.position();
  tensor.end = message.end();
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    for (OnnxTensor::Numbers& numbers : tensor.numbers)
      if (static_cast<std::uint32_t>(numbers.field) == field.number) {
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

Result<> setOnnxShape(const std::vector<std::int64_t>& dims, std::uint64_t rank, const Limits& limits,
                      TensorInfo& info) {
  info.shape = {0};  // in case of an error
  info.elements = 0;
  if (rank > limits.rank)
    return fail(Errc::LimitExceeded, fmt::format("at most {} dimensions expected, {} found", limits.rank, rank));
  std::vector<std::uint64_t> shape;
  for (const std::int64_t size : dims) {
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

Result<OnnxExternalPlace> externalPlaceOf(const OnnxTensor& tensor) {
  if (tensor.longKeys > 0)
    return fail(Errc::Corrupt,
                fmt::format("its external data expected in at most {} bytes of text each, more found", kKeyBytes));
  OnnxExternalPlace place;
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

}  // namespace ulpscope
