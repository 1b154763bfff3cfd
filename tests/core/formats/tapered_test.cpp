// SPDX-License-Identifier: Apache-2.0
// Posits and takums against their definitions: tests/golden/formats/README.md says what made the digests.
#include "core/formats/tapered_format.h"

#include <bit>
#include <cmath>
#include <random>

#include "core/formats/limits.h"
#include "core/formats/value_order.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"
#include "tests/core/formats/oracle_inputs.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;
using namespace std::string_view_literals;

std::uint64_t encoded(std::string_view id, double value, const RoundingChoice& rounding = Rounding::NearestEven,
                      Overflow overflow = Overflow::Format) {
  return findFormat(id)->encode(unrounded(value), rounding, overflow).code;
}

class EveryTapered : public FormatLaws {
 protected:
  const TaperedFormat& tapered() const { return dynamic_cast<const TaperedFormat&>(format()); }
  int bits() const { return format().info().codeBits; }
};
INSTANTIATE_TEST_SUITE_P(Registry, EveryTapered, testing::ValuesIn(formatsThat(isTapered)), FormatName());

/// Digests of blocks of words, each block `size` words long, the last one short.
std::vector<std::uint64_t> digestsOf(const std::vector<std::uint64_t>& words, std::size_t size) {
  std::vector<std::uint64_t> digests;
  for (std::size_t first = 0; first < words.size(); first += size)
    digests.push_back(digestOf(std::span(words).subspan(first, std::min(size, words.size() - first))));
  return digests;
}

void expectDigests(const std::string& file, const std::vector<std::uint64_t>& words, std::size_t size) {
  const GoldenArray golden = readGoldenArray(file);
  const auto digests = digestsOf(words, size);
  ASSERT_EQ(digests.size(), golden.size());
  for (std::size_t block = 0; block < digests.size(); ++block) EXPECT_EQ(digests[block], golden[block]) << block;
}

TEST_P(EveryTapered, HasTheValuesOfTheDefinition) {
  if (bits() > kEnumerableBits) GTEST_SKIP() << "the golden files hold the values of codes of up to 16 bits";
  std::vector<std::uint64_t> words;
  for (std::uint64_t code = 0; code < codeCount(); ++code) {
    const Unrounded value = format().decode(code);
    const bool isNan = value.kind == Kind::Nan;
    words.push_back(isNan ? ~std::uint64_t{0} : value.significand);
    words.push_back(static_cast<std::uint64_t>(static_cast<std::int64_t>(value.exponent)));
    words.push_back(value.negative ? 1 : 0);
  }
  expectDigests(format().info().id + ".value.digest.npy", words, 3 * kOracleBlock);
}

TEST_P(EveryTapered, RoundsToNearestAsTheDefinitionDoes) {
  std::vector<std::uint64_t> words;
  const auto add = [&](double input) {
    words.push_back(std::bit_cast<std::uint64_t>(input));
    words.push_back(format().encode(unrounded(input), Rounding::NearestEven, Overflow::Format).code);
  };
  constexpr std::uint64_t kWideSeed = 2022, kRandomSeed = 754;
  const std::uint64_t points = bits() <= kEnumerableBits ? tapered().largestCode() : 2'000;
  SplitMix64 wide(kWideSeed), random(kRandomSeed);
  for (std::uint64_t i = 0; i < points; ++i) {
    const std::uint64_t below = bits() <= kEnumerableBits ? i : wide() >> 33;
    const double point = toDouble(valueOfString(tapered().taper(), below << 1 | 1, bits() + 1));
    for (const double input : {std::nextafter(point, 0.0), point, std::nextafter(point, HUGE_VAL)}) {
      add(input);
      add(-input);
    }
  }
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t word = random();
    const std::uint64_t exponent = 1023 - 300 + (word >> 52) % 601;
    add(std::bit_cast<double>(word >> 63 << 63 | exponent << 52 | (word & ((std::uint64_t{1} << 52) - 1))));
  }
  expectDigests(format().info().id + ".encode.digest.npy", words, 2 * kOracleBlock);
}

TEST_P(EveryTapered, NegatesByTwosComplementAndRisesWithItsCodes) {
  std::mt19937_64 random(2022);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t code = random() >> (64 - bits());
    if (code == tapered().nanCode()) continue;
    Unrounded value = format().decode(code);
    Unrounded opposite = format().decode(tapered().negated(code));
    if (code != 0) opposite.negative = !opposite.negative;
    EXPECT_EQ(value, opposite);
    const auto next = format().nextUp(code);
    EXPECT_EQ(next.has_value(), code != tapered().largestCode());
    if (next) {
      EXPECT_LT(toDouble(value), toDouble(format().decode(*next)));
    }
  }
}

TEST_P(EveryTapered, NeverRoundsToNearestPastTheEndsOrToZero) {
  for (const Rounding rounding : {Rounding::NearestEven, Rounding::NearestAway}) {
    for (const double sign : {1.0, -1.0}) {
      const auto code = [&](std::uint64_t magnitude) { return sign > 0 ? magnitude : tapered().negated(magnitude); };
      const Encoded huge = format().encode(unrounded(sign * 1e300), rounding, Overflow::Format);
      EXPECT_EQ(huge, (Encoded{.code = code(tapered().largestCode()), .exact = false, .overflowed = true}));
      const Encoded tiny = format().encode(unrounded(sign * 1e-300), rounding, Overflow::Format);
      EXPECT_EQ(tiny, (Encoded{.code = code(1), .exact = false}));
    }
    EXPECT_EQ(format().encode({.kind = Kind::Infinity}, rounding, Overflow::Format).code, tapered().nanCode());
    EXPECT_EQ(format().encode({.kind = Kind::Infinity}, rounding, Overflow::Saturate).code, tapered().largestCode());
  }
  const Encoded toZero = format().encode(unrounded(1e-300), Rounding::TowardZero, Overflow::Format);
  EXPECT_EQ(toZero, (Encoded{.code = 0, .exact = false, .underflowed = true}));
}

TEST_P(EveryTapered, DrawsByTheShareOfTheWayBetweenTheNeighbours) {
  const double one = 1, next = toDouble(format().decode(*format().nextUp(encoded(format().info().id, one))));
  int up = 0;
  constexpr int kDraws = 256;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    const double quarter = one + (next - one) / 4;
    up += encoded(format().info().id, quarter, {Rounding::Stochastic, {.value = draw, .count = 8}}) !=
          encoded(format().info().id, one);
  }
  EXPECT_NEAR(up, kDraws / 4, 1);
}

struct ExpectedEnds {
  const char* id;
  double largest, smallest;
  const char* epsilon;  ///< nullptr: irrational
};

/// Universal 4.8 (e6aa357) has the largest values up to takum16, the smallest of posit8 and posit16 and the epsilons of
/// 8 and 16 bits. The others follow from the definitions: a posit of n bits ends at 2^(4n - 8) and its reciprocal;
/// takum32 has 32 - 5 - 7 = 20 fraction bits at both ends; logarithmic takums end at exp(l / 2) for l of the largest
/// code.
TEST(TaperedLimits, AreThoseOfUniversalAndOfTheDefinitions) {
  const ExpectedEnds kEnds[] = {{"posit8", 0x1p24, 0x1p-24, "0.125"},
                                {"posit16", 0x1p56, 0x1p-56, "0.00048828125"},
                                {"posit32", 0x1p120, 0x1p-120, "0.000000007450580596923828125"},
                                {"takum8", 0x1p239, 0x1p-239, "0.125"},
                                {"takum16", 0x1.fp254, 0x1.1p-255, "0.00048828125"},
                                {"takum32", 0x1.fffffp254, 0x1.00001p-255, "0.000000007450580596923828125"},
                                {"takumlog8", std::exp(119.5), std::exp(-119.5), nullptr},
                                {"takumlog16", std::exp(254.9375 / 2), std::exp(-254.9375 / 2), nullptr}};
  for (const ExpectedEnds& expected : kEnds) {
    SCOPED_TRACE(expected.id);
    const NumberFormat& format = *findFormat(expected.id);
    const FormatLimits limits = limitsOf(format);
    const auto value = [&](std::uint64_t code) { return toDouble(format.decode(code)); };
    EXPECT_DOUBLE_EQ(value(limits.largest), expected.largest);
    EXPECT_DOUBLE_EQ(value(limits.lowest), -expected.largest);
    EXPECT_DOUBLE_EQ(value(limits.smallestNormal.value()), expected.smallest);
    EXPECT_EQ(limits.smallestSubnormal, std::nullopt);
    EXPECT_EQ(limits.nanCodes, 1u);
    EXPECT_EQ(limits.finiteValues, (std::uint64_t{1} << format.info().codeBits) - 1);
    EXPECT_FALSE(limits.hasInfinity || limits.hasNegativeZero);
    if (expected.epsilon) {
      EXPECT_EQ(std::stod(limits.epsilon.value()), std::stod(expected.epsilon));
    }
  }
}

TEST(Posits, RoundOnTheBitStringAndNotAtTheMean) {
  // 65536 and 262144 have codes 0x7C and 0x7D; a 1 behind 0x7C makes 131072, while their mean is 163840.
  EXPECT_EQ(encoded("posit8", 131072), 0x7Cu) << "a tie, to the even code";
  EXPECT_EQ(encoded("posit8", 131072, Rounding::NearestAway), 0x7Du);
  EXPECT_EQ(encoded("posit8", 131073), 0x7Du);
  EXPECT_EQ(encoded("posit8", -131073), 0x83u);
  EXPECT_EQ(encoded("posit8", 131073, Rounding::TowardZero), 0x7Cu);
  EXPECT_EQ(encoded("posit8", -131073, Rounding::TowardPositive), 0x84u);
  EXPECT_EQ(encoded("posit8", 131073, Rounding::ToOdd), 0x7Du);
}

TEST(Posits, AskedForNanBeyondTheEndsGiveItWhereTheModeGoesOutward) {
  EXPECT_EQ(encoded("posit16", 1e300, Rounding::NearestEven, Overflow::Nan), 0x8000u);
  EXPECT_EQ(encoded("posit16", 1e300, Rounding::TowardZero, Overflow::Nan), 0x7FFFu);
}

TEST(LogarithmicTakums, WriteWhatIsKnownOfAnIrrationalValue) {
  const NumberFormat& format = *findFormat("takumlog16");
  const std::uint64_t code = 0x5000;  // direction 1, regime 010, characteristic 3, fraction 0: sqrt(e)^3
  EXPECT_NEAR(toDouble(format.decode(code)), std::exp(1.5), 1e-14);
  EXPECT_TRUE(format.decode(code).sticky);
  EXPECT_EQ(exactText(format, code), "4.48168907033806482…");  // e^1.5 = 4.4816890703380648226...
  EXPECT_EQ(exactText(format, 0x4000), "1");
  EXPECT_EQ(hexFloatText(format, code).substr(0, 8), "0x1.1ed3");
  EXPECT_NE(hexFloatText(format, code).find("…p+2"), std::string::npos);
  EXPECT_EQ(format.encode(format.decode(code), Rounding::TowardPositive, Overflow::Format), Encoded{.code = code});
}

TEST(TaperedIds, AreMadeForEveryWidthFromThreeToThirtyTwoBits) {
  for (const char* id : {"posit3", "posit64", "takum3", "takumlog32", "posit32", "takum2", "positx", "takumlog"}) {
    const auto format = makeFormat(id);
    const bool isOne = id == "posit3"sv || id == "takum3"sv || id == "takumlog32"sv || id == "posit32"sv;
    EXPECT_EQ(format.has_value(), isOne) << id;
    if (format) {
      const std::uint64_t largest = (std::uint64_t{1} << ((*format)->info().codeBits - 1)) - 1;
      EXPECT_EQ((*format)->encode((*format)->decode(largest), Rounding::NearestEven, Overflow::Format),
                Encoded{.code = largest});
    }
  }
}

}  // namespace
}  // namespace ulpscope
