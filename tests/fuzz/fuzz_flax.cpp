// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {
namespace {

/// A length of 1 or 4 bytes, big-endian, unless it does not fit.
void writeLength(std::span<std::byte> data, std::size_t at, std::size_t width, std::size_t length) {
  if (at + width > data.size() || (width == 1 && length > 0xFF)) return;
  for (std::size_t i = 0; i < width; ++i) data[at + i] = static_cast<std::byte>(length >> (8 * (width - 1 - i)));
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("flax", input); }

/// The lengths that hold an array are made to fit each other again: an extension (C7, C9) of type 1 or 3 before an
/// array of three (93), and the last binary (C4, C6) before the next such extension or the end, both up to there.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  const auto is = [&](std::size_t at, unsigned value) { return data[at] == static_cast<std::byte>(value); };
  std::size_t end = size;
  std::optional<std::size_t> binary;
  for (std::size_t at = size; at-- > 0;) {
    const bool binary1 = is(at, 0xC4), binary4 = is(at, 0xC6);
    if ((binary1 || binary4) && !binary) {
      binary = at;
      const std::size_t begin = at + (binary1 ? 2 : 5);
      if (begin <= end) writeLength(data, at + 1, binary1 ? 1 : 4, end - begin + (seed % 16 == 0 ? 1 : 0));
    }
    const std::size_t head = is(at, 0xC7) ? 3 : 6;
    if ((is(at, 0xC7) || is(at, 0xC9)) && at + head < end && is(at + head, 0x93) &&
        (is(at + head - 1, 1) || is(at + head - 1, 3))) {
      writeLength(data, at + 1, head - 2, end - at - head);
      // The name before it ends the array that stands before: text of up to 31 bytes, if there is one.
      std::size_t name = at;
      while (name > 0 && at - name < 32 && !(is(name - 1, 0xA0 + static_cast<unsigned>(at - name)))) --name;
      if (name == 0 || at - name == 32) break;
      end = name - 1;
      binary.reset();
    }
  }
  return size;
}

}  // namespace ulpscope
