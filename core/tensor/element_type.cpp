// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/element_type.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/base/checked.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied from little-endian files as they are");

enum class Kind { Float, Integer, Bool, Complex };

struct Row {
  std::string_view name;
  std::string_view title;
  int bits;
  Kind kind;
  std::string_view format;  ///< id; floats whose format the registry lacks are listed, but not readable
};

// As the Dtype enumeration of safetensors 0.8 has them, wide to narrow, and the narrow integers of ONNX and TFLite.
constexpr std::array kRows{
    Row{"F64", "FP64", 64, Kind::Float, "float64"},
    Row{"F32", "FP32", 32, Kind::Float, "float32"},
    Row{"F16", "FP16", 16, Kind::Float, "float16"},
    Row{"BF16", "BF16", 16, Kind::Float, "bfloat16"},
    Row{"F8_E4M3", "FP8 E4M3", 8, Kind::Float, "float8_e4m3fn"},
    Row{"F8_E5M2", "FP8 E5M2", 8, Kind::Float, "float8_e5m2"},
    Row{"F8_E4M3FNUZ", "FP8 E4M3FNUZ", 8, Kind::Float, "float8_e4m3fnuz"},
    Row{"F8_E5M2FNUZ", "FP8 E5M2FNUZ", 8, Kind::Float, "float8_e5m2fnuz"},
    Row{"F8_E8M0", "FP8 E8M0", 8, Kind::Float, "float8_e8m0fnu"},
    Row{"F6_E2M3", "FP6 E2M3", 6, Kind::Float, "float6_e2m3fn"},
    Row{"F6_E3M2", "FP6 E3M2", 6, Kind::Float, "float6_e3m2fn"},
    Row{"F4", "FP4", 4, Kind::Float, "float4_e2m1fn"},
    Row{"I64", "INT64", 64, Kind::Integer, ""},
    Row{"I32", "INT32", 32, Kind::Integer, ""},
    Row{"I16", "INT16", 16, Kind::Integer, ""},
    Row{"I8", "INT8", 8, Kind::Integer, "int8"},
    Row{"I4", "INT4", 4, Kind::Integer, "int4"},
    Row{"I2", "INT2", 2, Kind::Integer, "int2"},
    Row{"U64", "UINT64", 64, Kind::Integer, ""},
    Row{"U32", "UINT32", 32, Kind::Integer, ""},
    Row{"U16", "UINT16", 16, Kind::Integer, ""},
    Row{"U8", "UINT8", 8, Kind::Integer, "uint8"},
    Row{"U4", "UINT4", 4, Kind::Integer, "uint4"},
    Row{"U2", "UINT2", 2, Kind::Integer, "uint2"},
    Row{"BOOL", "BOOL", 8, Kind::Bool, ""},
    Row{"C64", "COMPLEX64", 64, Kind::Complex, ""},
    Row{"C128", "COMPLEX128", 128, Kind::Complex, ""},
};

/// Integers below a byte are formats of a rule, which makes them: they live as long as the program.
const NumberFormat* formatOf(const Row& row) {
  if (row.format.empty()) return nullptr;
  if (const NumberFormat* format = findFormat(row.format)) return format;
  static std::vector<FormatPointer> made;
  const Result<FormatPointer> format = row.kind == Kind::Integer ? makeFormat(row.format) : Result<FormatPointer>();
  return format && *format ? made.emplace_back(*format).get() : nullptr;
}

ElementType elementType(const Row& row) {
  const NumberFormat* format = formatOf(row);
  assert(!format || format->info().codeBits == row.bits);
  const bool readable = row.kind == Kind::Float ? format != nullptr : row.kind != Kind::Complex;
  const bool exactAsFloat = readable && (row.bits <= 16 || row.name == "F32");
  return {row.name, row.title, row.bits, format, readable, exactAsFloat};
}

const std::array<ElementType, kRows.size()>& types() {
  static const std::array<ElementType, kRows.size()> table = [] {
    std::array<ElementType, kRows.size()> built{};
    std::transform(kRows.begin(), kRows.end(), built.begin(), elementType);
    return built;
  }();
  return table;
}

const Row& rowOf(const ElementType& type) {
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.name == type.name; });
  assert(found != kRows.end());
  return *found;
}

float decodeCode(const NumberFormat& format, std::uint64_t code) {
  const Unrounded number = format.decode(code);
  if (number.kind == Unrounded::Kind::Nan)
    return std::copysign(std::numeric_limits<float>::quiet_NaN(), number.negative ? -1.0F : 1.0F);
  return static_cast<float>(toDouble(number));  // exact: the formats of up to 16 bits all lie within float32
}

/// The value of every code of a readable float format of up to 16 bits. All tables are built together, when the first
/// is asked for: 133,000 codes, a few milliseconds.
const std::vector<float>& codeTable(const ElementType& type) {
  static const std::array<std::vector<float>, kRows.size()> tables = [] {
    std::array<std::vector<float>, kRows.size()> built;
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      if (kRows[i].kind != Kind::Float || !types()[i].readable || kRows[i].bits > 16) continue;
      built[i].resize(std::size_t{1} << kRows[i].bits);
      for (std::size_t code = 0; code < built[i].size(); ++code) built[i][code] = decodeCode(*types()[i].format, code);
    }
    return built;
  }();
  return tables[static_cast<std::size_t>(&rowOf(type) - kRows.data())];
}

/// One memory load of any alignment for each element.
template <class Stored, class Value, class Convert>
void convertEach(std::span<const std::byte> bytes, std::span<Value> values, Convert convert) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    values[i] = static_cast<Value>(convert(stored));
  }
}

template <class Stored, class Value>
void castEach(std::span<const std::byte> bytes, std::span<Value> values) {
  convertEach<Stored>(bytes, values, [](Stored stored) { return stored; });
}

template <class Value>
void decodeFloats(const ElementType& type, std::span<const std::byte> bytes, std::span<Value> values) {
  if (type.bits == 64) return castEach<double>(bytes, values);
  if (type.bits == 32) return castEach<float>(bytes, values);
  const std::vector<float>& table = codeTable(type);
  if (type.bits == 16)
    return convertEach<std::uint16_t>(bytes, values, [&](std::uint16_t code) { return table[code]; });
  if (type.bits == 8) return convertEach<std::uint8_t>(bytes, values, [&](std::uint8_t code) { return table[code]; });
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Value>(table[elementCode(type, bytes, i)]);
}

template <class Value>
void decodeIntegers(const ElementType& type, std::span<const std::byte> bytes, std::span<Value> values) {
  const bool isSigned = type.name.front() == 'I';
  switch (type.bits) {
    case 2:
    case 4: {
      // (code ^ sign) - sign extends two's complement: codes from `sign` on become negative.
      const std::int64_t sign = isSigned ? std::int64_t{1} << (type.bits - 1) : 0;
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<Value>((static_cast<std::int64_t>(elementCode(type, bytes, i)) ^ sign) - sign);
      return;
    }
    case 8:
      return isSigned ? castEach<std::int8_t>(bytes, values) : castEach<std::uint8_t>(bytes, values);
    case 16:
      return isSigned ? castEach<std::int16_t>(bytes, values) : castEach<std::uint16_t>(bytes, values);
    case 32:
      return isSigned ? castEach<std::int32_t>(bytes, values) : castEach<std::uint32_t>(bytes, values);
    default:
      return isSigned ? castEach<std::int64_t>(bytes, values) : castEach<std::uint64_t>(bytes, values);
  }
}

template <class Value>
void decode(const ElementType& type, std::span<const std::byte> bytes, std::span<Value> values) {
  assert(type.readable && byteSize(type, values.size()) == bytes.size());
  switch (rowOf(type).kind) {
    case Kind::Float:
      return decodeFloats(type, bytes, values);
    case Kind::Integer:
      return decodeIntegers(type, bytes, values);
    case Kind::Bool:
      return convertEach<std::uint8_t>(bytes, values, [](std::uint8_t byte) { return byte != 0 ? 1 : 0; });
    case Kind::Complex:
      return;
  }
}

}  // namespace

std::span<const ElementType> elementTypes() { return types(); }

const ElementType* findElementType(std::string_view name) {
  const auto found =
      std::find_if(types().begin(), types().end(), [&](const ElementType& type) { return type.name == name; });
  return found != types().end() ? &*found : nullptr;
}

std::optional<std::uint64_t> byteSize(const ElementType& type, std::uint64_t elements) {
  if (type.bits % 8 == 0) return checkedMultiply(elements, static_cast<std::uint64_t>(type.bits / 8));
  const std::optional<std::uint64_t> bits = checkedMultiply(elements, static_cast<std::uint64_t>(type.bits));
  if (!bits || *bits % 8 != 0) return std::nullopt;
  return *bits / 8;
}

void decodeElements(const ElementType& type, std::span<const std::byte> bytes, std::span<double> values) {
  decode(type, bytes, values);
}

void decodeElements(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) {
  assert(type.exactAsFloat);
  decode(type, bytes, values);
}

std::uint64_t elementCode(const ElementType& type, std::span<const std::byte> bytes, std::uint64_t index) {
  assert(type.bits <= 64);
  const std::uint64_t firstBit = index * static_cast<std::uint64_t>(type.bits);
  const std::uint64_t lastBit = firstBit + static_cast<std::uint64_t>(type.bits) - 1;
  assert(lastBit / 8 < bytes.size());
  // Narrow types straddle two bytes at most and wide ones start on a byte, so 64 bits hold all that is gathered.
  std::uint64_t gathered = 0;
  std::memcpy(&gathered, bytes.data() + firstBit / 8, lastBit / 8 - firstBit / 8 + 1);
  const std::uint64_t mask = type.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << type.bits) - 1;
  return gathered >> (firstBit % 8) & mask;
}

}  // namespace ulpscope
