// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/flax_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/msgpack.h"

namespace ulpscope {
namespace {

using Kind = MsgpackHead::Kind;

constexpr std::uint64_t kLongestTypeName = 64;

/// The head of a value of one of two kinds (older files have text where newer ones have bytes).
Result<MsgpackHead> expectKind(Cursor& cursor, Kind kind, Kind other, std::string_view what) {
  const std::uint64_t at = cursor.position();
  Result<MsgpackHead> head = readMsgpackHead(cursor);
  if (head && head->kind != kind && head->kind != other)
    return cursor.corruptAt(at, fmt::format("{} of an array expected, something else found", what));
  return head;
}

Result<TensorInfo> readWithin(Cursor& cursor, std::uint64_t end, const Limits& limits) {
  const auto tuple = expectKind(cursor, Kind::Array, Kind::Array, "shape, type and bytes");
  if (!tuple) return tl::unexpected(tuple.error());
  const auto shape = expectKind(cursor, Kind::Array, Kind::Array, "the shape");
  if (!shape) return tl::unexpected(shape.error());
  if (tuple->length != 3) return cursor.corrupt(fmt::format("3 parts of an array expected, {} found", tuple->length));
  if (shape->length > limits.rank)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} dimensions expected, {} found", limits.rank, shape->length),
                cursor.source().name(), cursor.position());
  TensorInfo tensor;
  for (std::uint64_t i = 0; i < shape->length; ++i) {
    const auto size = expectKind(cursor, Kind::Unsigned, Kind::Unsigned, "a size");
    if (!size) return tl::unexpected(size.error());
    tensor.shape.push_back(size->natural);
  }
  const auto name = expectKind(cursor, Kind::Text, Kind::Binary, "the type");
  if (!name) return tl::unexpected(name.error());
  Result<std::string> storedType = cursor.readText(name->length, kLongestTypeName, "the type of an array");
  if (!storedType) return tl::unexpected(std::move(storedType.error()));
  const auto bytes = expectKind(cursor, Kind::Binary, Kind::Text, "the bytes");
  if (!bytes) return tl::unexpected(bytes.error());
  tensor.offset = cursor.position();
  tensor.bytes = bytes->length;
  if (tensor.offset > end || tensor.bytes != end - tensor.offset)
    return cursor.corrupt(fmt::format("bytes of an array up to byte {} expected, {} bytes found", end, tensor.bytes));

  const std::optional<std::uint64_t> elements = checkedProduct(tensor.shape);
  if (!elements)
    return cursor.corrupt(fmt::format("elements that 64 bits can count expected, {} found", bracketed(tensor.shape)));
  tensor.elements = *elements;
  tensor.type = flaxElementType(*storedType);
  tensor.storedType = tensor.type ? std::string(tensor.type->name) : std::move(*storedType);
  if (!tensor.type) {
    tensor.remark = "its type is not one that can be read here";
  } else if (const auto size = byteSize(*tensor.type, tensor.elements); size != tensor.bytes) {
    tensor.remark =
        fmt::format("{} elements of {} expected, {} bytes found", tensor.elements, tensor.type->title, tensor.bytes);
    tensor.type = nullptr;
  } else if (!tensor.type->readable) {
    tensor.remark = "complex numbers are listed, but not read";
  }
  return tensor;
}

}  // namespace

Result<TensorInfo> readFlaxArray(Cursor& cursor, std::uint64_t length, const Limits& limits) {
  const std::uint64_t end = cursor.position() + length;
  Result<TensorInfo> tensor = readWithin(cursor, end, limits);
  if (auto behind = cursor.seek(end, "the end of an array"); !behind) return tl::unexpected(std::move(behind.error()));
  return tensor;
}

const ElementType* flaxElementType(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kNames{{
      {"float64", "F64"},
      {"float32", "F32"},
      {"float16", "F16"},
      {"bfloat16", "BF16"},
      {"float8_e4m3fn", "F8_E4M3"},
      {"float8_e5m2", "F8_E5M2"},
      {"float8_e4m3fnuz", "F8_E4M3FNUZ"},
      {"float8_e5m2fnuz", "F8_E5M2FNUZ"},
      {"float8_e8m0fnu", "F8_E8M0"},
      {"int64", "I64"},
      {"int32", "I32"},
      {"int16", "I16"},
      {"int8", "I8"},
      {"uint64", "U64"},
      {"uint32", "U32"},
      {"uint16", "U16"},
      {"uint8", "U8"},
      {"bool", "BOOL"},
      {"bool_", "BOOL"},
      {"complex64", "C64"},
      {"complex128", "C128"},
      {"bool8", "BOOL"},
  }};
  const auto found = std::ranges::find(kNames, name, [](const auto& pair) { return pair.first; });
  return found != kNames.end() ? findElementType(found->second) : nullptr;
}

}  // namespace ulpscope
