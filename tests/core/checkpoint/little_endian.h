// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstddef>
#include <string>

namespace ulpscope::test {

/// The bytes of an integer, lowest first, as most binary formats have them.
template <std::integral T>
std::string le(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

}  // namespace ulpscope::test
