// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// What libraries dequantize to.
enum class ValueType : std::uint8_t { F32, F16, BF16 };

const ElementType& elementTypeOf(ValueType type);
/// Of an element type, or of a name as torch spells it ("float16", "torch.bfloat16"); nothing for others.
std::optional<ValueType> valueTypeOf(const ElementType* type);
std::optional<ValueType> valueTypeOf(std::string_view torchName);

/// Rounded to nearest even, as torch does; NaN becomes a quiet NaN of its sign.
inline std::uint16_t halfBits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7FFF'FFFFu;
  if (magnitude >= 0x4780'0000u)  // 2^16 and above, infinity, NaN
    return static_cast<std::uint16_t>(sign | (magnitude > 0x7F80'0000u ? 0x7E00u : 0x7C00u));
  if (magnitude < 0x3880'0000u) {
    // Below 2^-14 a half's last place is 2^-24, as that of floats in [0.5, 1): the adder rounds.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F00'0000u));
  }
  // The exponent's bias goes from 127 to 15, and the 13 bits that are dropped round to even; a carry may make infinity.
  const std::uint32_t rounded = magnitude - (112u << 23) + 0xFFFu + (magnitude >> 13 & 1u);
  return static_cast<std::uint16_t>(sign | rounded >> 13);
}

inline float halfValue(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7FFFu;
  if (magnitude >= 0x7C00u) return std::bit_cast<float>(sign | 0x7F80'0000u | (magnitude & 0x3FFu) << 13);
  // A subnormal is so many times 2^-24.
  if (magnitude < 0x400u) {
    const float value = static_cast<float>(magnitude) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  return std::bit_cast<float>(sign | (magnitude + (112u << 10)) << 13);
}

inline std::uint16_t bfloatBits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFF'FFFFu) > 0x7F80'0000u) return static_cast<std::uint16_t>(bits >> 31 << 15 | 0x7FC0u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

inline float bfloatValue(std::uint16_t code) { return std::bit_cast<float>(std::uint32_t{code} << 16); }

/// 2^(exponent - 127), the scale that a byte of E8M0 stands for; infinity for 255.
inline float scaleOfExponent(std::uint8_t exponent) {
  return std::bit_cast<float>(exponent == 0 ? 0x0040'0000u : std::uint32_t{exponent} << 23);
}

/// Calls each(group, begin, end) for the runs of elements [begin, end) of `count` from `column` on that share a group.
template <class Each>
void forEachGroup(std::uint64_t column, std::uint64_t count, std::uint64_t groupSize, Each each) {
  for (std::uint64_t begin = 0; begin < count;) {
    const std::uint64_t group = (column + begin) / groupSize;
    const std::uint64_t end = std::min(count, (group + 1) * groupSize - column);
    each(static_cast<std::size_t>(group), static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    begin = end;
  }
}

/// `value` as it is after having been stored in `type`.
inline float roundedTo(ValueType type, float value) {
  if (type == ValueType::F16) return halfValue(halfBits(value));
  if (type == ValueType::BF16) return bfloatValue(bfloatBits(value));
  return value;
}

/// Makes the values of row `row` from `column` on; called from several threads at once. They are rounded to the type of
/// the weight afterwards.
using DecodeRun = std::function<Result<>(std::uint64_t row, std::uint64_t column, std::span<float> values)>;

/// The elements of a matrix that `decode` makes, as little-endian bytes. A run lies within one row and is never longer
/// than `kLongestRun`, so no row is ever held whole.
inline constexpr std::uint64_t kLongestRun = 16'384;
struct DecodedMatrix {
  std::string name;
  std::uint64_t rows;
  std::uint64_t columns;
  ValueType type;
  DecodeRun decode;
  std::vector<std::shared_ptr<const ByteSource>> from;
};
std::shared_ptr<const ByteSource> decodedSource(DecodedMatrix matrix);

/// Elements [first, first + values.size()) of a part as floats. Wide integers and F64 are rounded. Precondition: they
/// lie inside, and the type is readable.
Result<> readPart(const TensorSource& part, std::uint64_t first, std::span<float> values);

/// The one value of a scalar, or of a tensor of one element.
Result<float> readScalar(const TensorSource& part);

/// The scales (zero points, offsets) of a run within a row: one for `width` columns each.
struct GroupedValues {
  std::vector<float> values;
  std::uint64_t first = 0;  ///< the group of values[0]
  std::uint64_t width = 1;
  float at(std::uint64_t column) const { return values[static_cast<std::size_t>(column / width - first)]; }
};
/// Those for columns [column, column + count) of a part that holds `groupsPerRow` a row.
Result<GroupedValues> readGroups(const TensorSource& part, std::uint64_t row, std::uint64_t groupsPerRow,
                                 std::uint64_t width, std::uint64_t column, std::uint64_t count);

/// `count` fields of `bits` (1 to 8) from bit `firstBit` on of little-endian bytes, first field lowest.
/// Precondition: they lie inside `bytes`.
void unpackFields(std::span<const std::byte> bytes, std::uint64_t firstBit, int bits, std::span<std::uint8_t> fields);

}  // namespace ulpscope
