// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

std::vector<const ElementType*> typesWithinFloat() {
  std::vector<const ElementType*> types;
  for (const ElementType& type : elementTypes())
    if (type.readable && type.exactAsFloat) types.push_back(&type);
  return types;
}

/// All codes of types of up to 16 bits; random bits of wider ones.
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

class EveryElementType : public testing::TestWithParam<const ElementType*> {};

TEST_P(EveryElementType, DecodesEveryCodeAsTheReferenceDoes) {
  const ElementType& type = *GetParam();
  const std::vector<std::byte> bytes = everyCode(type);
  std::vector<float> expected(bytes.size() * 8 / static_cast<std::size_t>(type.bits));
  ASSERT_TRUE(makeReferenceBackend()->decode(type, bytes, expected));
  onEveryInstructionSet([&](const Backend& cpu) {
    std::vector<float> values(expected.size());
    ASSERT_TRUE(cpu.decode(type, bytes, values));
    EXPECT_TRUE(sameBits(expected, values));
  });
}

TEST_P(EveryElementType, DecodesAnyLengthFromAnyAddress) {
  const ElementType& type = *GetParam();
  const std::vector<std::byte> bytes = everyCode(type);
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  onEveryInstructionSet([&](const Backend& cpu) {
    for (std::size_t size = 0; size <= 72; size += type.bits < 8 ? 4 : 1) {
      for (const std::size_t offset : {0U, 1U, 3U}) {
        const auto part = std::span(bytes).subspan(offset, size * static_cast<std::size_t>(type.bits) / 8);
        std::vector<float> expected(size);
        std::vector<float> values(size);
        ASSERT_TRUE(reference->decode(type, part, expected));
        ASSERT_TRUE(cpu.decode(type, part, values));
        ASSERT_TRUE(sameBits(expected, values));
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(ElementTypes, EveryElementType, testing::ValuesIn(typesWithinFloat()),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace ulpscope::kernels
