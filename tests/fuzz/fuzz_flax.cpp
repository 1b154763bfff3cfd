// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("flax", input); }

/// The lengths of the extensions and binaries that hold an array are made to fit each other again, inside out: from
/// the end of one array's bytes, which is where the next text of a name begins, or the end of the file.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  // Only the forms with 4 bytes of length are repaired: 0xC9 (extension), 0x93 (its three parts), 0xC6 (binary).
  const auto write = [&](std::size_t at, std::size_t value) {
    for (std::size_t i = 0; i < 4; ++i) data[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
  };
  std::size_t bytesBegin = size;
  for (std::size_t at = size; at-- > 0;) {
    if (data[at] == std::byte{0xC6} && at + 5 <= size && bytesBegin == size) {
      bytesBegin = at + 5;
      write(at + 1, size - bytesBegin + (seed % 8 == 0 ? 1 : 0));
    }
    if (data[at] == std::byte{0xC9} && at + 7 <= size && data[at + 6] == std::byte{0x93}) {
      write(at + 1, size - at - 6);
      break;
    }
  }
  return size;
}

}  // namespace ulpscope
