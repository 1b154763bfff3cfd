// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/block_ranges.h"
#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"
#include "core/tensor/element_type.h"

namespace ulpscope {

/// What all codes of an element type of up to 16 bits stand for.
struct CodeTable {
  std::vector<double> values;            ///< by code; NaN and infinities as such
  std::vector<bool> subnormal;           ///< by code; false throughout where the type has no format
  std::vector<std::uint32_t> ascending;  ///< the finite codes by value; equal values (the two zeros) by code
  std::vector<std::uint32_t> rank;  ///< by code: its place in `ascending`; behind all places where it is not finite
  /// Of 16-bit formats whose numbers without their sign are in the order of their codes: the code of infinity.
  std::optional<std::uint16_t> orderedUpTo;
  std::optional<CodeClasses> classes;  ///< of the same formats
};

/// Made once for each type. Precondition: hasCodeTable(type), and `type` is one of elementTypes().
const CodeTable& codeTable(const ElementType& type);
/// Readable and at most 16 bits wide.
bool hasCodeTable(const ElementType& type);

/// Elements packed below a byte, as one code each. Precondition: type.bits < 8.
void unpackCodes(const ElementType& type, std::span<const std::byte> bytes, std::span<std::uint8_t> codes);

/// What the counts of all codes tell.
struct CountedValues {
  Statistics statistics;  ///< exact up to the rounding of each sum, which is taken in ascending order of value
  FoldedHistogram folded;
};
CountedValues valuesCounted(const CodeTable& table, const CodeCounts& counts);

}  // namespace ulpscope
