// SPDX-License-Identifier: Apache-2.0
// The arithmetic that host and CUDA kernels share, one value at a time, against the definitions in core.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "core/formats/codec.h"
#include "core/formats/number_format.h"
#include "kernels/plans/block_arithmetic.h"
#include "kernels/plans/divider.h"
#include "kernels/plans/element_plan.h"
#include "kernels/plans/part_search.h"
#include "tests/core/formats/every_format.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

std::string describe(const FloatSpec& spec) {
  std::ostringstream text;
  text << spec.signBits << '-' << spec.exponentBits << '-' << spec.fractionBits << ", bias " << spec.bias
       << ", specials " << static_cast<int>(spec.specials) << ", bottom " << static_cast<int>(spec.bottom);
  return text.str();
}

TEST(Plans, RoundAndEncodeOneValueToEveryLayoutOfUpTo16Bits) {
  std::uint32_t seed = 0;
  for (const FloatSpec& spec : everyLayout()) {
    const std::vector<float> inputs = someMidpointsAndNeighbours(spec, 4, ++seed);
    const Overflow overflow = kEveryOverflow[seed % std::size(kEveryOverflow)];
    for (const Rounding rounding : kEveryRounding) {
      const auto plan = makeRoundingPlan({spec, rounding, overflow});
      ASSERT_TRUE(plan);
      for (const float x : inputs) {
        ASSERT_EQ(bitsOf(roundFloat(spec, x, rounding, overflow)), bitsOf(roundOne(*plan, x)))
            << x << " to " << describe(spec) << ", " << idOf(rounding) << ", " << idOf(overflow);
        ASSERT_EQ(encodeFloat(spec, x, rounding, overflow).code, static_cast<std::uint64_t>(encodeOne(*plan, x)))
            << x << " to " << describe(spec) << ", " << idOf(rounding) << ", " << idOf(overflow);
      }
    }
  }
}

TEST(Plans, DecodeOneCodeOfEveryLayoutOfUpTo16Bits) {
  std::size_t turn = 0;
  for (const FloatSpec& spec : everyLayout()) {
    const auto plan = makeDecodingPlan(spec);
    ASSERT_TRUE(plan);
    const std::size_t count = std::size_t{1} << spec.codeBits();
    const std::size_t step = count <= 512 ? 1 : count / 256 + 1;  // both ends, and each time others between
    const auto compare = [&](std::size_t code) {
      ASSERT_EQ(bitsOf(decodeToFloat(spec, code)), bitsOf(decodeOne(*plan, static_cast<std::uint32_t>(code))))
          << "code " << code << " of " << describe(spec);
    };
    for (std::size_t code = 0; code < count; code += 1 + turn++ % (2 * step - 1)) compare(code);
    for (const std::size_t near : {count / 2 - 1, count / 2, count / 2 + 1, count - 1}) compare(near);
  }
}

TEST(Plans, RoundAllFloatsToTheFormatsOfBlocks) {
  // Every 1013th of all bit patterns, and with them each sign and exponent.
  const auto float16 = makeRoundingPlan({kFloat16Spec});
  for (std::uint64_t bits = 0; bits <= 0xFFFFFFFF; bits += 1013) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    ASSERT_EQ(bitsOf(roundFloat(kFloat16Spec, x, Rounding::NearestEven, Overflow::Format)), bitsOf(toBinary16(x))) << x;
    ASSERT_EQ(encodeFloat(kFloat16Spec, x, Rounding::NearestEven, Overflow::Format).code,
              static_cast<std::uint64_t>(encodeOne(*float16, x)))
        << x;
  }
}

TEST(Plans, NameTheLayoutsOfTheRegistry) {
  EXPECT_EQ(*findFormat("float8_e4m3fn")->floatSpec(), kFloat8E4m3fn);
  EXPECT_EQ(*findFormat("float8_e5m2")->floatSpec(), kFloat8E5m2);
  EXPECT_TRUE(sameBits(std::span<const float>(nf4Values()), std::span<const float>(kNf4Values)));
  for (unsigned code = 0; code < 15; ++code) EXPECT_EQ(nf4Midpoints()[code], nf4Midpoint(code));
}

TEST(Plans, FindCodesOfNf4ByHalving) {
  const auto expected = [](float r) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(nf4Midpoints(), r) - nf4Midpoints().begin());
  };
  for (const float midpoint : nf4Midpoints())
    for (const float r : {midpoint, std::nextafter(midpoint, 2.0F), std::nextafter(midpoint, -2.0F)})
      EXPECT_EQ(nf4CodeOf(r), expected(r)) << r;
  for (int i = -1000; i <= 1000; ++i)
    EXPECT_EQ(nf4CodeOf(static_cast<float>(i) / 1000), expected(static_cast<float>(i) / 1000));
  EXPECT_EQ(nf4CodeOf(std::numeric_limits<float>::quiet_NaN()), 15U);
}

TEST(Plans, DivideByMultiplying) {
  std::vector<std::uint32_t> numbers{0, 1, 2, 3, 4, 5, 31, 32, 33, 0x7FFFFFFE, 0x7FFFFFFF};
  for (std::uint64_t n = 1; n < 0x80000000; n = n * 5 / 4 + 1) numbers.push_back(static_cast<std::uint32_t>(n));
  for (std::uint32_t d : std::vector<std::uint32_t>(numbers.begin() + 1, numbers.end())) {
    const Divider divider(d);
    for (const std::uint32_t n : numbers) ASSERT_EQ(divider.quotient(n), n / d) << n << " / " << d;
    for (std::uint64_t k = 1; k * d < 0x80000000; k = k * 3 + 1)
      for (const std::uint64_t n : {k * d - 1, k * d})
        ASSERT_EQ(divider.quotient(static_cast<std::uint32_t>(n)), n / d) << n << " / " << d;
  }
  EXPECT_EQ(Divider(0x80000000).quotient(0x7FFFFFFF), 0U);
}

/// One part's values or weights.
struct PartSpan {
  std::span<const float> of;
  float operator()(unsigned i) const { return of[i]; }
};

TEST(Plans, SearchOnePartAsTheDefinitionsDo) {
  constexpr std::size_t kSize = 16;
  std::vector<float> values = normalValues(4'000 * kSize, 0.02F, 3);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] *= std::ldexp(1.0F, static_cast<int>(i / kSize % 200) - 120);
  for (std::size_t i = 0; i < values.size(); i += 7 * kSize + 3) values[i] = i % 2 == 0 ? 0.0F : -values[i] * 30;
  std::vector<float> weights(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) weights[i] = std::fabs(values[(i + 5) % values.size()]);
  const ggml::MinimumSearch search{3, {-0.5F, 0.1F, 15, false}, kSize, ggml::Weighing::Given};
  for (std::size_t begin = 0; begin < values.size(); begin += kSize) {
    const auto x = std::span<const float>(values).subspan(begin, kSize);
    const auto w = std::span<const float>(weights).subspan(begin, kSize);
    ggml::MinimumFit expected{};
    ggml::searchMinima(search, x, w, {&expected, 1});
    const ggml::MinimumFit fit = searchMinimum(search, PartSpan{x}, PartSpan{w});
    const std::vector<float> wanted{expected.scale, expected.minimum, expected.step, expected.from};
    ASSERT_TRUE(sameBitsButNan(wanted, std::vector<float>{fit.scale, fit.minimum, fit.step, fit.from})) << begin;
    std::vector<std::uint8_t> codes(kSize);
    const std::vector<float> scale{ggml::searchScale(32, x, w, codes.data())};
    const ScaleFound found = searchScale(32, kSize, PartSpan{x}, PartSpan{w});
    ASSERT_TRUE(sameBitsButNan(scale, std::vector<float>{found.scale})) << begin;
    for (std::size_t i = 0; i < kSize; ++i) ASSERT_EQ(codes[i], scaleCode(32, found, x[i])) << begin;
  }
}

}  // namespace
}  // namespace ulpscope::kernels
