// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>

#include "tests/fuzz/fuzz_target.h"

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned int seed);
}

namespace {

/// The values that lengths, counts and offsets overflow at, or that name just more than is left.
void writeBoundary(std::span<std::uint8_t> data, std::minstd_rand& random) {
  if (data.size() < 8) return;
  const std::size_t width = std::size_t{1} << random() % 4;
  const std::size_t at = random() % (data.size() - width + 1);
  const std::uint64_t left = data.size() - at;
  const std::array<std::uint64_t, 14> values{0,
                                             1,
                                             left,
                                             left - 1,
                                             left + 1,
                                             data.size(),
                                             0x7F,
                                             0xFFFF,
                                             (std::uint64_t{1} << 31) - 1,
                                             std::uint64_t{1} << 31,
                                             std::uint64_t{1} << 32,
                                             std::uint64_t{1} << 63,
                                             ~std::uint64_t{0} - 7,
                                             ~std::uint64_t{0}};
  std::array<std::uint8_t, 8> bytes{};
  std::memcpy(bytes.data(), &values[random() % values.size()], bytes.size());
  std::memcpy(data.data() + at, bytes.data(), width);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ulpscope::fuzzOne(std::as_bytes(std::span(data, size)));
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned int seed) {
  std::minstd_rand random(seed);
  if (random() % 4 == 0)
    writeBoundary({data, size}, random);
  else
    size = LLVMFuzzerMutate(data, size, maxSize);
  if (random() % 2 == 0)
    size = ulpscope::mutateStructure(std::as_writable_bytes(std::span(data, maxSize)), size,
                                     static_cast<std::uint32_t>(random()));
  return size;
}
