// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/formats/number_format.h"

namespace ulpscope {

/// How elements lie in a checkpoint's bytes: little-endian, or packed below a byte with the first element in the low
/// bits.
struct ElementType {
  std::string_view name;   ///< as safetensors and people spell it: "BF16"
  std::string_view title;  ///< as the window shows it: "BF16", "FP32", "INT8"
  int bits;
  const NumberFormat* format;  ///< what the bits mean; nullptr for wide integers, BOOL and complex types
  bool readable;               ///< values can be read as numbers (complex types, and formats we lack, cannot)
  bool exactAsFloat;           ///< every value is a float; otherwise only readable as double
};

/// nullptr if the name is unknown. Names are upper case: "F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0",
/// "F6_E2M3", "F6_E3M2", "F4", "I64" .. "I8", "I4", "I2", "U64" .. "U8", "U4", "U2", "BOOL", "C64", "C128".
const ElementType* findElementType(std::string_view name);
std::span<const ElementType> elementTypes();

/// Bytes of `elements` packed elements; nullopt if they do not fill whole bytes or the size overflows.
std::optional<std::uint64_t> byteSize(const ElementType& type, std::uint64_t elements);

/// Elements from packed bytes, exactly for double (64-bit integers beyond 2^53 are rounded to nearest even). NaNs of
/// formats of up to 16 bits become the quiet NaN of their sign (0x7FC00000, 0xFFC00000), float32 and float64 stay as
/// they are; BOOL is 1 where the byte is not zero. `bytes` may lie at any address and holds exactly byteSize(type,
/// values.size()). Precondition: type.readable.
void decodeElements(const ElementType& type, std::span<const std::byte> bytes, std::span<double> values);

/// The same as float. Precondition: type.readable && type.exactAsFloat.
void decodeElements(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values);

/// The code of element `index` within `bytes`. Precondition: type.bits <= 64 and the element lies in `bytes`.
std::uint64_t elementCode(const ElementType& type, std::span<const std::byte> bytes, std::uint64_t index);

}  // namespace ulpscope
