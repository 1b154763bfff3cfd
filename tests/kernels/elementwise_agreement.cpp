// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <vector>

#include "core/formats/codec.h"
#include "kernels/plans/rounding_plan.h"
#include "tests/core/formats/every_format.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/element_inputs.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

void compareDecoding(const Backend& tested, const ElementType& type, std::span<const std::byte> bytes,
                     std::size_t size) {
  std::vector<float> expected(size), values(size);
  ASSERT_TRUE(makeReferenceBackend()->decode(type, bytes, expected));
  ASSERT_TRUE(tested.decode(type, bytes, values));
  EXPECT_TRUE(sameBits(expected, values)) << type.name << ", " << size << " elements";
  if (type.bits <= 16) executedElements()["decodeKernel"] += size;
}

/// Everything that is to be rounded: random bits, values, midpoints and their neighbours.
std::vector<float> inputsFor(const FloatSpec& spec, std::size_t count) {
  std::vector<float> inputs = randomBitPatterns(count, 1);
  const std::vector<float> midpoints =
      spec.codeBits() <= 8 ? midpointsAndNeighbours(spec) : someMidpointsAndNeighbours(spec, count / 10, 2);
  inputs.insert(inputs.end(), midpoints.begin(), midpoints.end());
  return inputs;
}

/// What the kernels are told: other modes may come to it, and it to others.
bool isNearestEven(const FloatRounding& rule) { return makeRoundingPlan(rule)->rounding == Rounding::NearestEven; }

void compareRounding(const Backend& tested, const FloatRounding& rule, std::span<const float> inputs) {
  std::vector<float> expected(inputs.size()), rounded(inputs.size());
  ASSERT_TRUE(makeReferenceBackend()->round(rule, inputs, expected));
  ASSERT_TRUE(tested.round(rule, inputs, rounded));
  EXPECT_TRUE(sameBits(expected, rounded)) << idOf(rule.rounding) << ", " << idOf(rule.overflow);
  executedElements()[isNearestEven(rule) ? "roundKernel<true>" : "roundKernel<false>"] += inputs.size();
}

template <class Code>
void compareCodes(const Backend& tested, const FloatRounding& rule, std::span<const float> inputs) {
  std::vector<Code> expected(inputs.size()), codes(inputs.size());
  ASSERT_TRUE(makeReferenceBackend()->encode(rule, inputs, expected));
  ASSERT_TRUE(tested.encode(rule, inputs, codes));
  EXPECT_TRUE(sameBits(expected, codes)) << idOf(rule.rounding) << ", " << idOf(rule.overflow);
  std::string kernel = isNearestEven(rule) ? "encodeKernel<true" : "encodeKernel<false";
  kernel += sizeof(Code) == 1 ? ", uint8>" : ", uint16>";
  executedElements()[kernel] += inputs.size();
}

/// To nearest even, and one mode and one overflow of the others in turn; all of them with a large effort.
template <class Compare>
void forEachRule(const FloatSpec& spec, Effort effort, std::size_t turn, const Compare& compare) {
  compare(FloatRounding{.spec = spec});
  constexpr std::size_t kModes = std::size(kEveryRounding);
  constexpr std::size_t kOverflows = std::size(kEveryOverflow);
  for (std::size_t i = 0; i < kModes * kOverflows; ++i) {
    if (effort == Effort::Small && i != turn % (kModes * kOverflows)) continue;
    compare(FloatRounding{spec, kEveryRounding[i % kModes], kEveryOverflow[i / kModes]});
  }
}

}  // namespace

std::map<std::string, std::uint64_t>& executedElements() {
  static std::map<std::string, std::uint64_t> elements;
  return elements;
}

void expectSameDecoding(const Backend& tested, Effort effort) {
  for (const ElementType* type : typesWithinFloat()) {
    const std::vector<std::byte> bytes = everyCode(*type);
    const auto bits = static_cast<std::size_t>(type->bits);
    compareDecoding(tested, *type, bytes, bytes.size() * 8 / bits);
    const std::size_t most = effort == Effort::Small ? 20 : 3000;
    for (std::size_t size = 0; size <= most; size += bits >= 8 ? 1 : bits == 4 ? 2 : 4)  // whole bytes
      for (const std::size_t offset : {0U, 1U})                                          // of any address on the host
        compareDecoding(tested, *type, std::span(bytes).subspan(offset, size * bits / 8), size);
  }
}

void expectSameRounding(const Backend& tested, Effort effort) {
  std::size_t turn = 0;
  for (const NumberFormat* format : formatsWithinFloat(32)) {
    SCOPED_TRACE(format->info().id);
    const std::vector<float> inputs = inputsFor(*format->floatSpec(), effort == Effort::Small ? 3'001 : 1'000'001);
    forEachRule(*format->floatSpec(), effort, turn++,
                [&](const FloatRounding& rule) { compareRounding(tested, rule, inputs); });
  }
  const std::vector<float> inputs = randomBitPatterns(10, 3);
  for (std::size_t size = 0; size <= inputs.size(); ++size)
    compareRounding(tested, {formatsWithinFloat(8).front()->floatSpec()[0]}, std::span(inputs).first(size));
  // A layout of nearly all of float's fraction around its largest exponents, which has no plan.
  const FloatSpec withoutPlan{.exponentBits = 3, .fractionBits = 22, .bias = -120, .specials = Specials::None};
  const FloatRounding rule{withoutPlan, Rounding::NearestAway, Overflow::Saturate};
  ASSERT_FALSE(makeRoundingPlan(rule));
  const std::vector<float> some = randomBitPatterns(2'001, 4);
  std::vector<float> expected(some.size()), rounded(some.size());
  ASSERT_TRUE(makeReferenceBackend()->round(rule, some, expected));
  ASSERT_TRUE(tested.round(rule, some, rounded));
  EXPECT_TRUE(sameBits(expected, rounded));
  executedElements()["roundByDefinition"] += some.size();
}

void expectSameCodes(const Backend& tested, Effort effort) {
  std::size_t turn = 7;
  for (const NumberFormat* format : formatsWithinFloat(16)) {
    SCOPED_TRACE(format->info().id);
    const FloatSpec& spec = *format->floatSpec();
    const std::vector<float> inputs = inputsFor(spec, effort == Effort::Small ? 3'001 : 1'000'001);
    forEachRule(spec, effort, turn++, [&](const FloatRounding& rule) {
      if (spec.codeBits() <= 8)
        compareCodes<std::uint8_t>(tested, rule, inputs);
      else
        compareCodes<std::uint16_t>(tested, rule, inputs);
    });
  }
  const std::vector<float> inputs = randomBitPatterns(10, 3);
  const FloatRounding rule{*formatsWithinFloat(8).front()->floatSpec()};
  for (std::size_t size = 0; size <= inputs.size(); ++size) {
    compareCodes<std::uint8_t>(tested, rule, std::span(inputs).first(size));
    compareCodes<std::uint16_t>(tested, rule, std::span(inputs).first(size));
  }
}

}  // namespace ulpscope::kernels
