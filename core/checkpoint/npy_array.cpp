// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/npy_array.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/block_cache.h"
#include "core/checkpoint/npy_header.h"
#include "core/checkpoint/strided.h"

namespace ulpscope {
namespace {

/// What is gathered at once of an array in Fortran order: rows enough that a part of each column is worth reading, and
/// that a deflated array, which is inflated in full for each block, is not so too often.
constexpr std::uint64_t kBlockBytes = 16 << 20;

/// What a `descr` says of an element.
struct NpyType {
  const ElementType* type = nullptr;
  std::optional<std::uint64_t> bytes = {};  ///< nullopt where only the program that wrote it knows
  bool turned = false;                      ///< the highest byte first
  std::string remark = {};

  /// The file says itself what the type is, by the name that everyone gives it but for the order of bytes.
  bool isNamed() const { return type && (remark.empty() || !type->readable); }
};

/// "<f4" in its parts: order (native, which is little-endian nearly everywhere, where it is left out), kind, bytes.
struct Descr {
  char order = '=';
  char kind = 0;
  std::optional<std::uint64_t> count = {};  ///< bytes, or characters of 4 bytes for 'U'
  std::string_view unit = {};               ///< "[ns]"
};

Descr splitDescr(std::string_view text) {
  Descr descr;
  if (!text.empty() && std::string_view("<>=|").find(text[0]) != text.npos) {
    descr.order = text[0];
    text.remove_prefix(1);
  }
  if (text.empty()) return descr;
  descr.kind = text[0];
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), count);
  if (error == std::errc()) descr.count = count;
  descr.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return descr;
}

/// Of numbers the element type's name; empty for those that have none here.
std::string_view numberType(char kind, std::uint64_t bytes) {
  struct Row {
    char kind;
    std::uint64_t bytes;
    std::string_view name;
  };
  constexpr Row kRows[] = {{'f', 8, "F64"}, {'f', 4, "F32"},  {'f', 2, "F16"}, {'i', 8, "I64"},   {'i', 4, "I32"},
                           {'i', 2, "I16"}, {'i', 1, "I8"},   {'u', 8, "U64"}, {'u', 4, "U32"},   {'u', 2, "U16"},
                           {'u', 1, "U8"},  {'b', 1, "BOOL"}, {'c', 8, "C64"}, {'c', 16, "C128"}, {'V', 2, "BF16"}};
  for (const Row& row : kRows)
    if (row.kind == kind && row.bytes == bytes) return row.name;
  return "";
}

/// Why there is no element type for it.
std::string reasonFor(const Descr& descr) {
  const bool isTime = descr.kind == 'M' || descr.kind == 'm';
  if (!descr.unit.empty() && !isTime) return "its type is not one of NumPy's numbers";
  switch (descr.kind) {
    case 'O':
      return "its elements are Python objects in a pickle, which is never loaded";
    case 'U':
    case 'S':
    case 'a':
      return "its elements are text, not numbers";
    case 'M':
    case 'm':
      return "its elements are dates or times, not numbers";
    case 'f':
    case 'V':
      if (descr.count == 1)
        return "the file says only that an element has 1 byte: ml_dtypes writes FP8 of all kinds and INT4 like this";
      if (descr.kind == 'V') return "its elements are raw bytes, not numbers";
      return fmt::format("its elements are floats of {} bytes, whose layout depends on the machine that wrote them",
                         descr.count.value_or(0));
    default:
      return "its type is not one of NumPy's numbers";
  }
}

NpyType typeOf(const NpyHeader& header) {
  if (header.structured) return {.remark = "its elements are records of several fields, not numbers"};
  const Descr descr = splitDescr(header.descr);
  NpyType type;
  if (descr.kind == 'M' || descr.kind == 'm' || descr.unit.empty()) type.bytes = descr.count;
  if (descr.kind == 'U' && type.bytes) type.bytes = checkedMultiply(*type.bytes, 4);
  if (descr.kind == 'O') type.bytes = std::nullopt;
  if (descr.unit.empty() && descr.count) type.type = findElementType(numberType(descr.kind, *descr.count));
  if (!type.type) {
    type.remark = reasonFor(descr);
  } else if (descr.kind == 'V') {
    type.remark = "the file says only that an element has 2 bytes; read as bfloat16, which ml_dtypes writes so";
  } else if (!type.type->readable) {
    type.remark = "complex numbers are listed, but not read";
  }
  type.turned = descr.order == '>' && type.bytes.value_or(0) > 1;
  return type;
}

/// The elements where they lie as they are read: little-endian, row-major. Null if they already are.
std::shared_ptr<const ByteSource> storageOf(const std::shared_ptr<const ByteSource>& file, const TensorInfo& tensor,
                                            bool fortranOrder, bool isTurned) {
  const auto width = static_cast<std::size_t>(tensor.type->bits / 8);
  StridedView view{.size = tensor.shape, .stride = {}};
  std::uint64_t stride = 1;
  for (const std::uint64_t size : tensor.shape) {
    view.stride.push_back(stride);
    stride *= size;  // at most the number of elements, which fits
  }
  const bool isStrided = fortranOrder && tensor.elements > 0 && !view.isContiguous();
  if (!isStrided && !isTurned) return nullptr;
  auto storage = sliceOf(file, tensor.offset, tensor.bytes);
  if (isStrided) {
    const std::uint64_t row = tensor.bytes / tensor.shape.front();
    const std::uint64_t block = row <= kBlockBytes ? kBlockBytes / row * row : kBlockBytes;
    storage = cachedInBlocks(gathered(std::move(storage), width, view), static_cast<std::size_t>(block));
  }
  return isTurned ? swappedSource(std::move(storage), width) : storage;
}

}  // namespace

Result<NpyArray> npyArray(const std::shared_ptr<const ByteSource>& file, const Limits& limits) {
  Result<NpyHeader> header = readNpyHeader(*file, limits);
  if (!header) return tl::unexpected(std::move(header.error()));
  const NpyType type = typeOf(*header);
  NpyArray array;
  TensorInfo& tensor = array.tensor;
  tensor.shape = std::move(header->shape);
  tensor.storedType = type.isNamed() ? std::string(type.type->name) : std::move(header->descr);
  tensor.offset = header->dataBegin;
  tensor.remark = type.remark;
  const std::uint64_t left = file->size() - header->dataBegin;
  const std::optional<std::uint64_t> elements = checkedProduct(tensor.shape);
  const auto bytes = elements ? checkedMultiply(*elements, type.bytes.value_or(0)) : std::nullopt;
  if (!bytes)
    return fail(Errc::Corrupt,
                fmt::format("elements that 64 bits can count expected, {} found", bracketed(tensor.shape)),
                file->name());
  tensor.elements = *elements;
  tensor.bytes = type.bytes ? *bytes : left;
  if (tensor.bytes > left) {
    array.missing = tensor.bytes - left;
    tensor.remark =
        fmt::format("{} bytes of its elements expected, {} bytes found (an unfinished download?)", tensor.bytes, left);
    tensor.bytes = left;
    return array;
  }
  array.trailing = left - tensor.bytes;
  tensor.type = type.type;
  if (tensor.type && tensor.type->readable) tensor.storage = storageOf(file, tensor, header->fortranOrder, type.turned);
  return array;
}

}  // namespace ulpscope
