// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("safetensors", input); }

/// Half the time the length before the header is made to fit again, up to the last brace: else nearly every insertion
/// ends at the first check.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  if (size < 9) return size;
  std::size_t end = size;
  while (end > 8 && data[end - 1] != std::byte{'}'}) --end;
  if (end == 8) return size;
  const std::uint64_t length = end - 8 + (seed % 4 == 0 ? 1 : 0);
  std::memcpy(data.data(), &length, sizeof length);
  return size;
}

}  // namespace ulpscope
