// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("tflite", input); }

/// The identifier is put right, and some distances that leave the file are led back into it.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  if (size < 16) return size;
  std::memcpy(data.data() + 4, "TFL3", 4);
  for (std::size_t at = 0; at + 4 <= size; at += at == 0 ? 8 : 4 + seed % 3) {
    std::uint32_t distance = 0;
    std::memcpy(&distance, data.data() + at, sizeof distance);
    if (distance < size - at || (at > 0 && (seed >> at % 29 & 1) != 0)) continue;
    distance = static_cast<std::uint32_t>(seed % (size - at));
    std::memcpy(data.data() + at, &distance, sizeof distance);
    if (at > 0) break;
  }
  return size;
}

}  // namespace ulpscope
