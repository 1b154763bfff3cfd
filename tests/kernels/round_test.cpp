// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "core/formats/codec.h"
#include "kernels/cpu/round.h"
#include "kernels/plans/rounding_plan.h"
#include "tests/core/formats/every_format.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

/// Rounds and encodes by the reference once, and by every instruction set.
void compareWithReference(const FloatRounding& rule, const std::vector<float>& inputs) {
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const auto checkCodes = [&]<class Code>(Code) {
    std::vector<Code> expected(inputs.size());
    ASSERT_TRUE(reference->encode(rule, inputs, std::span(expected)));
    onEveryInstructionSet([&](const Backend& cpu) {
      std::vector<Code> codes(inputs.size());
      ASSERT_TRUE(cpu.encode(rule, inputs, std::span(codes)));
      EXPECT_TRUE(sameBits(expected, codes));
    });
  };
  std::vector<float> expected(inputs.size());
  ASSERT_TRUE(reference->round(rule, inputs, expected));
  onEveryInstructionSet([&](const Backend& cpu) {
    std::vector<float> rounded(inputs.size());
    ASSERT_TRUE(cpu.round(rule, inputs, rounded));
    EXPECT_TRUE(sameBits(expected, rounded));
  });
  if (rule.spec.codeBits() <= 8) checkCodes(std::uint8_t{});
  if (rule.spec.codeBits() <= 16) checkCodes(std::uint16_t{});
}

std::string textOf(const FloatRounding& rule) {
  const FloatSpec& spec = rule.spec;
  std::ostringstream text;
  text << spec.signBits << '-' << spec.exponentBits << '-' << spec.fractionBits << ", bias " << spec.bias
       << ", specials " << static_cast<int>(spec.specials) << ", bottom " << static_cast<int>(spec.bottom) << ", "
       << idOf(rule.rounding) << ", overflow " << idOf(rule.overflow);
  return text.str();
}

class EveryFloatFormat : public testing::TestWithParam<const NumberFormat*> {
 protected:
  const FloatSpec& spec() const { return *GetParam()->floatSpec(); }
};

TEST_P(EveryFloatFormat, RoundsAMillionRandomBitPatternsAsTheReferenceDoes) {
  const std::vector<float> inputs = randomBitPatterns(1'000'000, 1);
  for (const Rounding rounding : kEveryRounding) {
    SCOPED_TRACE(idOf(rounding));
    compareWithReference({spec(), rounding, Overflow::Format}, inputs);
  }
}

class EveryEnumerableFormat : public EveryFloatFormat {};

TEST_P(EveryEnumerableFormat, RoundsMidpointsAndTheirNeighboursAsTheReferenceDoes) {
  const std::vector<float> inputs = midpointsAndNeighbours(spec());
  for (const Rounding rounding : kEveryRounding) {
    SCOPED_TRACE(idOf(rounding));
    compareWithReference({spec(), rounding, Overflow::Format}, inputs);
  }
}

TEST_P(EveryFloatFormat, OverflowsAsTheReferenceDoesInEveryMode) {
  std::vector<float> inputs = randomBitPatterns(2'000, 2);
  const float largest = decodeToFloat(spec(), largestFiniteCode(spec(), false));
  for (const float factor : {1.0F, 1.01F, 1.03F, 1.0625F, 1.1F, 1.125F, 1.2F, 1.25F, 1.5F, 2.0F, 4.0F}) {
    inputs.push_back(largest * factor);
    inputs.push_back(-largest * factor);
  }
  inputs.push_back(std::numeric_limits<float>::infinity());
  inputs.push_back(-std::numeric_limits<float>::infinity());
  for (const Rounding rounding : kEveryRounding) {
    for (const Overflow overflow : kEveryOverflow) {
      SCOPED_TRACE(testing::Message() << idOf(rounding) << ' ' << idOf(overflow));
      compareWithReference({spec(), rounding, overflow}, inputs);
    }
  }
}

TEST_P(EveryFloatFormat, RoundsEveryExponentToNearestEvenAsTheReferenceDoes) {
  // 2^32 floats, stratified: each sign and exponent with 1,024 fractions and the floats beside them.
  std::vector<float> inputs;
  for (std::uint32_t top = 0; top < 1u << 9; ++top)
    for (std::uint32_t fraction = 0; fraction < 1u << 10; ++fraction)
      for (const std::uint32_t nudge : {0u, 1u, 0x1000u, 0x1FFFu})
        inputs.push_back(std::bit_cast<float>(top << 23 | fraction << 13 | nudge));
  compareWithReference({spec()}, inputs);
}

TEST_P(EveryFloatFormat, IsRoundedInPlaceAndAtAnyLengthAndAlignment) {
  const FloatRounding rule{spec()};
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const std::vector<float> inputs = normalValues(200, 1, 3);
  onEveryInstructionSet([&](const Backend& cpu) {
    for (std::size_t size = 0; size < 70; ++size) {
      for (const std::size_t offset : {0U, 1U, 5U}) {
        const auto part = std::span(inputs).subspan(offset, size);
        std::vector<float> expected(size);
        ASSERT_TRUE(reference->round(rule, part, expected));
        std::vector<float> values = inputs;
        ASSERT_TRUE(cpu.round(rule, std::span(values).subspan(offset, size), std::span(values).subspan(offset, size)));
        EXPECT_TRUE(sameBits(std::span<const float>(expected), std::span<const float>(values).subspan(offset, size)));
        EXPECT_TRUE(
            sameBits(std::span(inputs).subspan(offset + size), std::span<const float>(values).subspan(offset + size)))
            << "wrote beyond the end";
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryFloatFormat, testing::ValuesIn(formatsWithinFloat(32)), FormatName());
INSTANTIATE_TEST_SUITE_P(Registry, EveryEnumerableFormat, testing::ValuesIn(formatsWithinFloat(16)), FormatName());

TEST(Round, TakesFormatsThatTheLanesDoNotCoverByTheirDefinition) {
  const FloatSpec wide{.exponentBits = 7, .fractionBits = 22, .bias = 63};
  EXPECT_FALSE(makeRoundingPlan({wide}));
  compareWithReference({wide}, randomBitPatterns(100'000, 4));
}

TEST(Round, CoversOddLayouts) {
  for (const FloatSpec& spec :
       {FloatSpec{.exponentBits = 7, .fractionBits = 8, .bias = 63},
        FloatSpec{.exponentBits = 3, .fractionBits = 4, .bias = 3},
        FloatSpec{.exponentBits = 6, .fractionBits = 0, .bias = 31, .specials = Specials::NanOnly},
        FloatSpec{.exponentBits = 2, .fractionBits = 13, .bias = 1, .specials = Specials::None},
        FloatSpec{.exponentBits = 8, .fractionBits = 7, .bias = 128, .specials = Specials::Extended},
        FloatSpec{.signBits = 0, .exponentBits = 8, .fractionBits = 8, .bias = 127},
        FloatSpec{.exponentBits = 5, .fractionBits = 7, .bias = 15, .paddingBits = 3}}) {
    ASSERT_TRUE(makeRoundingPlan({spec}));
    for (const Rounding rounding : kEveryRounding) compareWithReference({spec, rounding}, midpointsAndNeighbours(spec));
  }
}

TEST(Round, RoundsToEveryLayoutOfUpTo16BitsAsTheDefinitionSays) {
  const std::vector<FloatSpec> layouts = everyLayout();
  onEveryInstructionSet([&](const Backend&) {
    std::uint32_t seed = 0;
    for (const FloatSpec& spec : layouts) {
      std::vector<float> inputs = someMidpointsAndNeighbours(spec, 4, ++seed);
      const std::vector<float> random = randomBitPatterns(32, seed);
      inputs.insert(inputs.end(), random.begin(), random.end());
      for (const Rounding rounding : kEveryRounding) {
        const FloatRounding rule{spec, rounding, kEveryOverflow[(seed + static_cast<unsigned>(rounding)) % 4]};
        const auto plan = makeRoundingPlan(rule);
        ASSERT_TRUE(plan) << textOf(rule);
        std::vector<float> expected(inputs.size()), rounded(inputs.size());
        std::vector<std::uint16_t> expectedCodes(inputs.size()), codes(inputs.size());
        std::ranges::transform(inputs, expected.begin(),
                               [&](float value) { return roundFloat(spec, value, rounding, rule.overflow); });
        std::ranges::transform(inputs, expectedCodes.begin(), [&](float value) {
          return static_cast<std::uint16_t>(encodeFloat(spec, value, rounding, rule.overflow).code);
        });
        roundValues(*plan, inputs, rounded, false);
        encodeValues(*plan, inputs, codes, false);
        ASSERT_TRUE(sameBits(expected, rounded)) << textOf(rule);
        ASSERT_TRUE(sameBits(expectedCodes, codes)) << textOf(rule);
      }
    }
  });
}

TEST(Round, WritesLargeOutputsPastTheCachesWithTheSameResult) {
  const std::size_t size = (std::size_t{8} << 20) + 13;  // above the size from which the backend streams
  std::vector<float> inputs = normalValues(4096, 1, 5);
  inputs.resize(size);
  for (std::size_t i = 4096; i < size; ++i) inputs[i] = inputs[i % 4096];
  const FloatRounding rule{.spec = {.exponentBits = 5, .fractionBits = 2, .bias = 15}};
  const std::unique_ptr<Backend> cpu = makeCpuBackend(2);
  std::vector<float> streamed(size + 1);
  ASSERT_TRUE(cpu->round(rule, inputs, std::span(streamed).subspan(1)));  // out of step with the vectors
  ASSERT_TRUE(cpu->round(rule, inputs, inputs));
  EXPECT_TRUE(sameBits(std::span<const float>(inputs), std::span<const float>(streamed).subspan(1)));
}

TEST(Encode, WritesPastTheCachesWithTheSameResultAtAnyLengthAndAlignment) {
  const std::vector<float> inputs = normalValues(70'001, 1, 6);  // beyond 32,768 two places are read in turn
  const auto check = [&]<class Code>(const FloatSpec& spec, Code untouched) {
    const auto plan = makeRoundingPlan({spec});
    for (const std::size_t size : {0U, 1U, 63U, 64U, 200U, 32'767U, 32'769U, 70'001U}) {
      const auto in = std::span(inputs).first(size);
      std::vector<Code> expected(size);
      encodeValues(*plan, in, expected, false);
      for (const std::size_t offset : {0U, 1U, 40U}) {
        std::vector<Code> codes(size + 100, untouched);
        const auto out = std::span(codes).subspan(offset, size);
        encodeValues(*plan, in, out, true);
        EXPECT_TRUE(sameBits(std::span<const Code>(expected), std::span<const Code>(out))) << size << " at " << offset;
        std::ranges::fill(out, untouched);
        EXPECT_EQ(std::ranges::count(codes, untouched), std::ssize(codes)) << "wrote beyond";
      }
    }
  };
  onEveryInstructionSet([&](const Backend&) {
    check(FloatSpec{.exponentBits = 5, .fractionBits = 10, .bias = 15}, std::uint16_t{0xABCD});
    check(FloatSpec{.exponentBits = 5, .fractionBits = 2, .bias = 15}, std::uint8_t{0xFF});
  });
}

}  // namespace
}  // namespace ulpscope::kernels
