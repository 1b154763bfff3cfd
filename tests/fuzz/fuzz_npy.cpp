// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/container_fuzz.h"
#include "tests/fuzz/npy_structure.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("npy", input); }

std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t) {
  repairNpy(data.first(size));
  return size;
}

}  // namespace ulpscope
