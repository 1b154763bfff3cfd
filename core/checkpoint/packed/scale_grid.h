// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {

/// Scales (or zero points) of a weight [out, in], or [experts, out, in]: one for a block of rows and columns, the last
/// of which may be cut.
struct ScaleGrid {
  TensorSource values;
  std::uint64_t rows = 1;  ///< of the weight, in one expert
  std::uint64_t gridRows = 1, gridColumns = 1;
  std::uint64_t blockHeight = 1, blockWidth = 1;
  bool exponents = false;  ///< U8 codes v that stand for 2^(v - 127)

  /// Those of columns [column, column + count) of a row, counted through all experts.
  Result<GroupedValues> read(std::uint64_t row, std::uint64_t column, std::uint64_t count) const;
  /// "a scale a row", "blocks of 128 x 128"
  std::string title() const;
};

/// How `scales` lie over a weight of that shape: one for all, one a row, or one a block, whose size is `block` where
/// the shapes leave it open. An error of `parts` where none of these fits.
std::optional<ScaleGrid> gridOver(PackedParts& parts, const std::vector<std::uint64_t>& shape, const TensorInfo* scales,
                                  std::optional<std::array<std::uint64_t, 2>> block = {});

/// Reads codes [first, first + values.size()) of a weight as numbers.
using CodeRun = std::function<Result<>(std::uint64_t first, std::span<float> values)>;

/// Elements as they are.
CodeRun plainCodes(TensorSource part);
/// Bytes of two codes, the first in the low half, through a table of 16.
CodeRun nibbles(TensorSource part, std::array<float, 16> table);
/// The values of OCP FP4 E2M1 by code.
std::array<float, 16> fp4Values();

/// value = (code - zero) * scale, all in float32.
struct AffineDecoder {
  std::uint64_t columns;
  CodeRun codes;
  ScaleGrid scales;
  std::optional<ScaleGrid> zeros = {};
  float multiplier = 1;  ///< of every scale
  float divisor = 1;     ///< of every scale
  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const;
};

/// A weight of that shape over its parts, its decoder left out; rows and columns as in [experts * out, in].
PackedWeight weightOf(const PackedParts& parts, std::string name, std::string storedType, std::string title,
                      std::vector<std::uint64_t> shape, ValueType type);

}  // namespace ulpscope
