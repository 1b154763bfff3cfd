// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/little_endian.h"

namespace ulpscope::test::msgpack {

/// The bytes of an integer, highest first.
template <std::integral T>
std::string be(T value) {
  const std::string bytes = le(value);
  return {bytes.rbegin(), bytes.rend()};
}

inline std::string head(unsigned byte) { return std::string(1, static_cast<char>(byte)); }

inline std::string text(std::string_view value) {
  return head(0xD9) + be(static_cast<std::uint8_t>(value.size())) + std::string(value);
}
inline std::string binary(std::string_view value) {
  return head(0xC6) + be(static_cast<std::uint32_t>(value.size())) + std::string(value);
}
inline std::string extension(int type, std::string_view value) {
  return head(0xC8) + be(static_cast<std::uint16_t>(value.size())) + be(static_cast<std::int8_t>(type)) +
         std::string(value);
}
inline std::string natural(std::uint32_t value) { return head(0xCE) + be(value); }

inline std::string array(std::initializer_list<std::string> values) {
  std::string bytes = head(0x90 + static_cast<unsigned>(values.size()));
  for (const std::string& value : values) bytes += value;
  return bytes;
}
inline std::string map(std::initializer_list<std::pair<std::string_view, std::string>> entries) {
  std::string bytes = head(0xDE) + be(static_cast<std::uint16_t>(entries.size()));
  for (const auto& [name, value] : entries) bytes += text(name) + value;
  return bytes;
}

/// An array of Flax: extension 1, or 3 for a scalar of NumPy.
inline std::string flaxArray(std::initializer_list<std::uint32_t> shape, std::string_view type, std::string_view bytes,
                             int extensionType = 1) {
  std::string sizes = head(0x90 + static_cast<unsigned>(shape.size()));
  for (const std::uint32_t size : shape) sizes += natural(size);
  return extension(extensionType, array({sizes, text(type), binary(bytes)}));
}

}  // namespace ulpscope::test::msgpack
