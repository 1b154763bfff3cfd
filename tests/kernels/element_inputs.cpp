// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/element_inputs.h"

#include <cstdint>
#include <cstring>
#include <numeric>

#include "tests/kernels/float_inputs.h"

namespace ulpscope::kernels {

std::vector<const ElementType*> typesWithinFloat() {
  std::vector<const ElementType*> types;
  for (const ElementType& type : elementTypes())
    if (type.readable && type.exactAsFloat) types.push_back(&type);
  return types;
}

std::vector<std::byte> everyCode(const ElementType& type) {
  if (type.bits == 16) {
    std::vector<std::uint16_t> codes(65'536);
    std::iota(codes.begin(), codes.end(), std::uint16_t{0});
    std::vector<std::byte> bytes(2 * codes.size());
    std::memcpy(bytes.data(), codes.data(), bytes.size());
    return bytes;
  }
  if (type.bits <= 8) {
    std::vector<std::byte> bytes(256 * 12);  // every byte, often enough for whole elements of 6 bits
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    return bytes;
  }
  const std::vector<float> values = randomBitPatterns(100'003, 1);
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace ulpscope::kernels
