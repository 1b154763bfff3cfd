// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensorflow/bundle_entry.h"

#include <array>
#include <bit>
#include <utility>

namespace ulpscope {
namespace {

/// By DataType. Integers below a byte take one each.
constexpr std::array kTypes{TensorflowType{"INVALID", ""},
                            TensorflowType{"FLOAT", "F32"},
                            TensorflowType{"DOUBLE", "F64"},
                            TensorflowType{"INT32", "I32"},
                            TensorflowType{"UINT8", "U8"},
                            TensorflowType{"INT16", "I16"},
                            TensorflowType{"INT8", "I8"},
                            TensorflowType{"STRING", ""},
                            TensorflowType{"COMPLEX64", "C64"},
                            TensorflowType{"INT64", "I64"},
                            TensorflowType{"BOOL", "BOOL"},
                            TensorflowType{"QINT8", "I8"},
                            TensorflowType{"QUINT8", "U8"},
                            TensorflowType{"QINT32", "I32"},
                            TensorflowType{"BFLOAT16", "BF16"},
                            TensorflowType{"QINT16", "I16"},
                            TensorflowType{"QUINT16", "U16"},
                            TensorflowType{"UINT16", "U16"},
                            TensorflowType{"COMPLEX128", "C128"},
                            TensorflowType{"HALF", "F16"},
                            TensorflowType{"RESOURCE", ""},
                            TensorflowType{"VARIANT", ""},
                            TensorflowType{"UINT32", "U32"},
                            TensorflowType{"UINT64", "U64"},
                            TensorflowType{"FLOAT8_E5M2", "F8_E5M2"},
                            TensorflowType{"FLOAT8_E4M3FN", "F8_E4M3"},
                            TensorflowType{"FLOAT8_E4M3FNUZ", "F8_E4M3FNUZ"},
                            TensorflowType{"FLOAT8_E4M3B11FNUZ", "F8_E4M3B11FNUZ"},
                            TensorflowType{"FLOAT8_E5M2FNUZ", "F8_E5M2FNUZ"},
                            TensorflowType{"INT4", "I8"},
                            TensorflowType{"UINT4", "U8"},
                            TensorflowType{"INT2", "I8"},
                            TensorflowType{"UINT2", "U8"}};

Result<std::vector<std::uint64_t>> readShape(const WireMessage& message, const Limits& limits, bool& isUnknown) {
  std::vector<std::uint64_t> shape;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number == 3 && field.value != 0) isUnknown = true;
    if (field.number != 2 || field.type != WireType::Bytes) return {};
    std::uint64_t size = 0;
    auto read = eachField(message.inside(field), [&](const WireField& each) -> Result<> {
      if (each.number == 1) size = each.value;
      return {};
    });
    if (size >> 63 != 0 || shape.size() == limits.rank) isUnknown = true;
    if (!isUnknown) shape.push_back(size);
    return read;
  });
  if (!walked) return tl::unexpected(walked.error());
  return shape;
}

Result<std::vector<SliceExtent>> readSlice(const WireMessage& message, const Limits& limits) {
  std::vector<SliceExtent> extents;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number != 1 || field.type != WireType::Bytes || extents.size() > limits.rank) return {};
    SliceExtent extent;
    auto read = eachField(message.inside(field), [&](const WireField& each) -> Result<> {
      if (each.number == 1) extent.start = each.value;
      if (each.number == 2) extent.length = each.value;
      return {};
    });
    extents.push_back(extent);
    return read;
  });
  if (!walked) return tl::unexpected(walked.error());
  return extents;
}

// Keys of slices are written so that comparing them byte by byte orders them (TensorFlow's
// core/lib/strings/ordered_code).

/// The number of bytes that follow, and they, highest first.
void appendCount(std::string& key, std::uint64_t value) {
  std::string bytes;
  for (; value > 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 0xFF));
  key += static_cast<char>(bytes.size());
  key += bytes;
}

/// 0 and 255 get a second byte, so that 0 1 can stand at the end.
void appendText(std::string& key, std::string_view text) {
  for (const char c : text) {
    key += c;
    if (c == '\0') key += '\xFF';
    if (c == '\xFF') key += '\0';
  }
  key.append("\0\1", 2);
}

/// n bytes hold 7 n - 1 bits of two's complement, highest first; as many ones at the top as there are bytes, turned
/// over for negative numbers.
void appendSigned(std::string& key, std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  const int length = static_cast<int>(std::bit_width(magnitude)) / 7 + 1;
  std::array<unsigned char, 10> bytes{};  // highest first
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t shift = 8 * (bytes.size() - 1 - i);
    bytes[i] =
        static_cast<unsigned char>(shift >= 64 ? (value < 0 ? 0xFF : 0) : static_cast<std::uint64_t>(value) >> shift);
  }
  const std::size_t first = bytes.size() - static_cast<std::size_t>(length);
  for (int bit = 0; bit < length; ++bit)
    bytes[first + static_cast<std::size_t>(bit / 8)] ^= static_cast<unsigned char>(0x80 >> bit % 8);
  for (std::size_t i = first; i < bytes.size(); ++i) key += static_cast<char>(bytes[i]);
}

}  // namespace

const TensorflowType* tensorflowType(std::uint64_t number) {
  return number > 0 && number < kTypes.size() ? &kTypes[number] : nullptr;
}

Result<BundleEntry> readBundleEntry(const WireMessage& message, const Limits& limits) {
  BundleEntry entry;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    const bool isBytes = field.type == WireType::Bytes;
    if (field.number == 1) entry.type = field.value;
    if (field.number == 3) entry.shard = field.value;
    if (field.number == 4) entry.offset = field.value;
    if (field.number == 5) entry.size = field.value;
    if (field.number == 2 && isBytes) {
      auto shape = readShape(message.inside(field), limits, entry.hasUnknownShape);
      if (!shape) return tl::unexpected(shape.error());
      entry.shape = std::move(*shape);
    }
    if (field.number == 7 && isBytes) {
      auto slice = readSlice(message.inside(field), limits);
      if (!slice) return tl::unexpected(slice.error());
      entry.slices.push_back(std::move(*slice));
    }
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  return entry;
}

std::string sliceKey(std::string_view name, const std::vector<SliceExtent>& slice) {
  std::string key;
  appendCount(key, 0);
  appendText(key, name);
  appendCount(key, slice.size());
  for (const SliceExtent& extent : slice) {
    appendSigned(key, static_cast<std::int64_t>(extent.start));
    appendSigned(key, extent.length ? static_cast<std::int64_t>(*extent.length) : -1);
  }
  return key;
}

}  // namespace ulpscope
