// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/packed/packed_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace ulpscope {
namespace {

std::size_t bytesOf(ValueType type) { return type == ValueType::F32 ? 4 : 2; }

void store(ValueType type, std::span<const float> values, std::byte* out) {
  if (type == ValueType::F32) {
    std::memcpy(out, values.data(), values.size_bytes());
    return;
  }
  // By value: bytes that are written might be those of what is captured.
  const auto storeAs = [values, out](auto bitsOf) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint16_t code = bitsOf(values[i]);
      std::memcpy(out + i * sizeof code, &code, sizeof code);
    }
  };
  // Lambdas, since a pointer to a function would be called for each value.
  if (type == ValueType::F16)
    storeAs([](float value) { return halfBits(value); });
  else
    storeAs([](float value) { return bfloatBits(value); });
}

}  // namespace

const ElementType& elementTypeOf(ValueType type) {
  return *findElementType(type == ValueType::F32 ? "F32" : type == ValueType::F16 ? "F16" : "BF16");
}

std::optional<ValueType> valueTypeOf(const ElementType* type) {
  if (!type) return std::nullopt;
  if (type->name == "F32") return ValueType::F32;
  if (type->name == "F16") return ValueType::F16;
  if (type->name == "BF16") return ValueType::BF16;
  return std::nullopt;
}

std::optional<ValueType> valueTypeOf(std::string_view torchName) {
  if (torchName.starts_with("torch.")) torchName.remove_prefix(6);
  if (torchName == "float32" || torchName == "float") return ValueType::F32;
  if (torchName == "float16" || torchName == "half") return ValueType::F16;
  if (torchName == "bfloat16") return ValueType::BF16;
  return std::nullopt;
}

std::shared_ptr<const ByteSource> decodedSource(DecodedMatrix matrix) {
  const std::size_t unit = bytesOf(matrix.type);
  auto make = [decode = std::move(matrix.decode), columns = matrix.columns, type = matrix.type, unit](
                  std::uint64_t first, std::span<std::byte> out) -> Result<> {
    const auto values =
        std::make_unique_for_overwrite<float[]>(std::min<std::uint64_t>(kLongestRun, out.size() / unit));
    while (!out.empty()) {
      const std::uint64_t column = first % columns;
      const std::uint64_t count =
          std::min({columns - column, kLongestRun, static_cast<std::uint64_t>(out.size() / unit)});
      const std::span<float> run(values.get(), static_cast<std::size_t>(count));
      if (auto made = decode(first / columns, column, run); !made) return made;
      store(type, run, out.data());
      out = out.subspan(static_cast<std::size_t>(count) * unit);
      first += count;
    }
    return {};
  };
  return derivedSource({.name = std::move(matrix.name),
                        .size = matrix.rows * matrix.columns * unit,
                        .unitBytes = unit,
                        .make = std::move(make),
                        .from = std::move(matrix.from)});
}

Result<> readPart(const TensorSource& part, std::uint64_t first, std::span<float> values) {
  if (part.type().name == "F32") return part.readBytes(first, values.size(), std::as_writable_bytes(values));
  const std::size_t size = values.size() * static_cast<std::size_t>(part.type().bits) / 8;
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(size);
  const std::span<std::byte> bytes(buffer.get(), size);
  if (auto read = part.readBytes(first, values.size(), bytes); !read) return read;
  if (part.type().name == "F16") {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t code;
      std::memcpy(&code, bytes.data() + 2 * i, sizeof code);
      values[i] = halfValue(code);
    }
    return {};
  }
  if (part.type().exactAsFloat) {
    decodeElements(part.type(), bytes, values);
    return {};
  }
  std::vector<double> wide(values.size());
  decodeElements(part.type(), bytes, wide);
  std::ranges::transform(wide, values.begin(), [](double value) { return static_cast<float>(value); });
  return {};
}

Result<float> readScalar(const TensorSource& part) {
  float value = 0;
  if (auto read = readPart(part, 0, {&value, 1}); !read) return tl::unexpected(read.error());
  return value;
}

Result<GroupedValues> readGroups(const TensorSource& part, std::uint64_t row, std::uint64_t groupsPerRow,
                                 std::uint64_t width, std::uint64_t column, std::uint64_t count) {
  GroupedValues groups{.values = {}, .first = column / width, .width = width};
  const std::uint64_t last = (column + count - 1) / width;
  assert(last < groupsPerRow);
  groups.values.resize(static_cast<std::size_t>(last - groups.first + 1));
  if (auto read = readPart(part, row * groupsPerRow + groups.first, groups.values); !read)
    return tl::unexpected(read.error());
  return groups;
}

void unpackFields(std::span<const std::byte> bytes, std::uint64_t firstBit, int bits, std::span<std::uint8_t> fields) {
  assert(bits >= 1 && bits <= 8);
  const std::uint32_t mask = (1u << bits) - 1;
  std::uint64_t bit = firstBit;
  for (std::uint8_t& field : fields) {
    const auto at = static_cast<std::size_t>(bit / 8);
    std::uint32_t window = static_cast<std::uint32_t>(bytes[at]);
    if (bit % 8 + static_cast<std::uint64_t>(bits) > 8) window |= static_cast<std::uint32_t>(bytes[at + 1]) << 8;
    field = static_cast<std::uint8_t>(window >> (bit % 8) & mask);
    bit += static_cast<std::uint64_t>(bits);
  }
}

}  // namespace ulpscope
