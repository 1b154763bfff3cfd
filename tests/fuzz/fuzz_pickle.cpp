// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <random>
#include <string_view>

#include "tests/fuzz/container_fuzz.h"
#include "tests/fuzz/pickle_mutation.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("pickle", input); }

std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  return mutatePickle(data, size, seed);
}

}  // namespace ulpscope
