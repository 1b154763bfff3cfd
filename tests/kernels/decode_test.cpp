// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/formats/codec.h"
#include "core/formats/float_format.h"
#include "kernels/cpu/decode.h"
#include "kernels/plans/decoding_plan.h"
#include "tests/kernels/element_inputs.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

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

TEST(Decode, GivesTheValuesOfEveryLayoutOfUpTo16Bits) {
  const std::vector<FloatSpec> layouts = everyLayout();
  onEveryInstructionSet([&](const Backend&) {
    std::size_t turn = 0;
    for (const FloatSpec& spec : layouts) {
      ASSERT_TRUE(makeDecodingPlan(spec));
      FormatInfo info{};
      info.id = "custom";
      const FloatFormat format(info, spec);
      const ElementType type{"CUSTOM", "custom", 16, &format, true, true};
      const std::size_t count = std::size_t{1} << spec.codeBits();
      const std::size_t step = count <= 512 ? 1 : count / 256 + 1;  // both ends, and each time others between
      std::vector<std::uint16_t> codes{static_cast<std::uint16_t>(count - 1)};
      for (std::size_t code = 0; code < count; code += 1 + turn++ % (2 * step - 1))
        codes.push_back(static_cast<std::uint16_t>(code));
      for (const std::size_t near : {count / 2 - 1, count / 2, count / 2 + 1})
        codes.push_back(static_cast<std::uint16_t>(near));
      std::vector<float> expected(codes.size()), values(codes.size());
      std::ranges::transform(codes, expected.begin(), [&](std::uint16_t code) { return decodeToFloat(spec, code); });
      decodeValues(type, std::as_bytes(std::span(codes)), values, false);
      ASSERT_TRUE(sameBits(expected, values))
          << spec.signBits << '-' << spec.exponentBits << '-' << spec.fractionBits << ", bias " << spec.bias
          << ", specials " << static_cast<int>(spec.specials) << ", bottom " << static_cast<int>(spec.bottom);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(ElementTypes, EveryElementType, testing::ValuesIn(typesWithinFloat()),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace ulpscope::kernels
