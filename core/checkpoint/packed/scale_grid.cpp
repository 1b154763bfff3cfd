// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/packed/scale_grid.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"

namespace ulpscope {

Result<GroupedValues> ScaleGrid::read(std::uint64_t row, std::uint64_t column, std::uint64_t count) const {
  const std::uint64_t gridRow = row / rows * gridRows + row % rows / blockHeight;
  auto groups = readGroups(values, gridRow, gridColumns, blockWidth, column, count);
  if (groups && exponents)
    for (float& value : groups->values) value = scaleOfExponent(static_cast<std::uint8_t>(value));
  return groups;
}

std::string ScaleGrid::title() const {
  if (gridRows == 1 && gridColumns == 1) return "one scale";
  if (blockHeight == 1 && gridColumns == 1) return "a scale a row";
  if (blockHeight == 1) return fmt::format("groups of {}", blockWidth);
  return fmt::format("blocks of {} x {}", blockHeight, blockWidth);
}

std::optional<ScaleGrid> gridOver(PackedParts& parts, const std::vector<std::uint64_t>& shape, const TensorInfo* scales,
                                  std::optional<std::array<std::uint64_t, 2>> block) {
  if (!parts.sound()) return std::nullopt;
  if (!parts.expect(shape.size() == 2 || shape.size() == 3, scales, "a weight of 2 or 3 dimensions") ||
      !parts.expect(checkedProduct(shape).value_or(0) > 0 && scales->elements > 0, scales, "at least one element"))
    return std::nullopt;
  const std::uint64_t out = shape[shape.size() - 2], in = shape.back();
  const std::uint64_t experts = shape.size() == 3 ? shape[0] : 1;
  ScaleGrid grid{.values = parts.source(scales), .rows = out};
  std::vector<std::uint64_t> own = scales->shape;
  if (scales->elements == 1) {
    grid.rows = experts * out;
    grid.blockHeight = experts * out;
    grid.blockWidth = in;
    return grid;
  }
  // [experts], [experts, 1, 1]: one for each expert.
  if (shape.size() == 3 && scales->elements == experts && own[0] == experts) {
    grid.blockHeight = out;
    grid.blockWidth = in;
    return grid;
  }
  if (own.size() + 1 == shape.size()) own.push_back(1);
  const bool alike = own.size() == shape.size() && (shape.size() == 2 || own[0] == experts);
  if (parts.expect(alike, scales, fmt::format("scales for a weight {}", bracketed(shape)))) {
    grid.gridRows = own[own.size() - 2];
    grid.gridColumns = own.back();
    const auto fits = [&](std::uint64_t height, std::uint64_t width) {
      return height > 0 && width > 0 && divideRoundingUp(out, height) == grid.gridRows &&
             divideRoundingUp(in, width) == grid.gridColumns;
    };
    const bool rowsFit = grid.gridRows == out || grid.gridRows == 1;
    const std::uint64_t height = grid.gridRows == out ? 1 : out;
    if (block && fits((*block)[0], (*block)[1])) {
      grid.blockHeight = (*block)[0];
      grid.blockWidth = (*block)[1];
    } else if (grid.gridColumns > 0 && in % grid.gridColumns == 0 && rowsFit) {
      grid.blockHeight = height;
      grid.blockWidth = in / grid.gridColumns;
    } else if (fits(128, 128)) {
      grid.blockHeight = grid.blockWidth = 128;
    } else if (grid.gridRows > 0 && grid.gridColumns > 0 && out % grid.gridRows == 0 && in % grid.gridColumns == 0) {
      grid.blockHeight = out / grid.gridRows;
      grid.blockWidth = in / grid.gridColumns;
    } else {
      parts.expect(false, scales, fmt::format("scales for blocks of a weight {}", bracketed(shape)));
    }
  }
  return parts.sound() ? std::optional(grid) : std::nullopt;
}

CodeRun plainCodes(TensorSource part) {
  return
      [part = std::move(part)](std::uint64_t first, std::span<float> values) { return readPart(part, first, values); };
}

CodeRun nibbles(TensorSource part, std::array<float, 16> table) {
  return [part = std::move(part), table](std::uint64_t first, std::span<float> values) -> Result<> {
    const std::uint64_t begin = first / 2, end = divideRoundingUp(first + values.size(), 2);
    std::vector<std::byte> bytes(static_cast<std::size_t>(end - begin));
    if (auto read = part.readBytes(begin, end - begin, bytes); !read) return read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(first % 2) + i;
      const auto byte = static_cast<unsigned>(bytes[at / 2]);
      values[i] = table[at % 2 == 0 ? byte & 15u : byte >> 4];
    }
    return {};
  };
}

std::array<float, 16> fp4Values() {
  std::array<float, 16> values{0, 0.5F, 1, 1.5F, 2, 3, 4, 6};
  for (std::size_t code = 0; code < 8; ++code) values[code + 8] = -values[code];
  return values;
}

Result<> AffineDecoder::operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
  auto scale = scales.read(row, column, values.size());
  if (!scale) return tl::unexpected(scale.error());
  for (float& each : scale->values) each = each * multiplier / divisor;
  if (auto read = codes(row * columns + column, values); !read) return read;
  if (zeros) {
    const auto zero = zeros->read(row, column, values.size());
    if (!zero) return tl::unexpected(zero.error());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] -= zero->at(column + i);
  }
  for (std::size_t i = 0; i < values.size();) {
    const std::uint64_t group = (column + i) / scale->width;
    const auto end =
        static_cast<std::size_t>(std::min<std::uint64_t>(values.size(), (group + 1) * scale->width - column));
    const float each = scale->values[static_cast<std::size_t>(group - scale->first)];
    for (; i < end; ++i) values[i] *= each;
  }
  return {};
}

PackedWeight weightOf(const PackedParts& parts, std::string name, std::string storedType, std::string title,
                      std::vector<std::uint64_t> shape, ValueType type) {
  PackedWeight weight{.name = std::move(name),
                      .storedType = std::move(storedType),
                      .title = std::move(title),
                      .shape = std::move(shape),
                      .type = type,
                      .parts = parts.indices(),
                      .decode = {},
                      .rows = 1};
  for (std::size_t i = 0; i + 1 < weight.shape.size(); ++i)
    weight.rows = checkedMultiply(weight.rows, weight.shape[i]).value_or(0);
  weight.columns = weight.shape.empty() ? 1 : weight.shape.back();
  return weight;
}

}  // namespace ulpscope
