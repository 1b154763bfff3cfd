// SPDX-License-Identifier: Apache-2.0
// Laws that every format of the registry keeps.
#include <bit>
#include <cmath>
#include <random>

#include "core/formats/exact_decimal.h"
#include "core/formats/limits.h"
#include "core/formats/tapered_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Exactly integer * 2^exponent.
struct Dyadic {
  std::int64_t integer;
  int exponent;
};

Dyadic dyadic(const Unrounded& number) {
  if (number.kind == Kind::Zero) return {0, 0};
  const int zeros = std::countr_zero(number.significand);
  const auto magnitude = static_cast<std::int64_t>(number.significand >> zeros);
  return {number.negative ? -magnitude : magnitude, number.exponent + zeros};
}

Unrounded midpoint(const Unrounded& a, const Unrounded& b) {
  const Dyadic x = dyadic(a), y = dyadic(b);
  const int exponent = x.integer == 0 ? y.exponent : y.integer == 0 ? x.exponent : std::min(x.exponent, y.exponent);
  const auto scaled = [exponent](const Dyadic& d) { return d.integer == 0 ? 0 : d.integer << (d.exponent - exponent); };
  const std::int64_t sum = scaled(x) + scaled(y);
  return exactNumber(sum < 0, static_cast<std::uint64_t>(std::abs(sum)), exponent - 1);
}

/// A hair nearer to zero, or farther away: less than any format can tell, but not equal.
Unrounded farther(Unrounded number) {
  if (number.sticky) ++number.significand;  // of an irrational number only the 64 bits are known
  number.sticky = true;
  return number;
}
Unrounded nearer(Unrounded number) {
  if (number.significand == std::uint64_t{1} << 63) {
    number.significand = ~std::uint64_t{0};
    --number.exponent;
  } else {
    --number.significand;
  }
  number.sticky = true;
  return number;
}

/// What parts the numbers that nearest takes to one of two neighbours from those it takes to the other. In tapered
/// formats that is no mean but the value of the code with a 1 appended.
Unrounded decidingPoint(const NumberFormat& format, std::uint64_t low, std::uint64_t high) {
  const auto* tapered = dynamic_cast<const TaperedFormat*>(&format);
  if (tapered == nullptr) return midpoint(format.decode(low), format.decode(high));
  const bool negative = format.decode(low).negative;
  const std::uint64_t inner = tapered->magnitudeOf(negative ? high : low);
  Unrounded point = valueOfString(tapered->taper(), inner << 1 | 1, format.info().codeBits + 1);
  point.negative = negative;
  return point;
}

class EveryFormat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryFormat, testing::ValuesIn(formatsThat([](const auto&) { return true; })),
                         FormatName());

class EveryNarrowFormat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryNarrowFormat, testing::ValuesIn(formatsThat(isNarrow)), FormatName());

class EveryNarrowFloatOrInteger : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryNarrowFloatOrInteger,
                         testing::ValuesIn(formatsThat([](const auto& f) { return isNarrow(f) && !isCodebook(f); })),
                         FormatName());

class EveryWideFormat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryWideFormat,
                         testing::ValuesIn(formatsThat([](const auto& f) { return !isNarrow(f); })), FormatName());

TEST_P(EveryFormat, IsFoundByItsIdAndSaysWhereItIsFrom) {
  EXPECT_EQ(findFormat(format().info().id), &format());
  EXPECT_FALSE(format().info().title.empty());
  EXPECT_FALSE(format().info().source.empty());
}

TEST_P(EveryFormat, CoversTheBitsOfEachCodeWithFields) {
  std::mt19937_64 random(754);
  for (int i = 0; i < 1'000; ++i) {
    const int bits = format().info().codeBits;
    // Runs of every length, for the formats whose fields depend on them.
    const std::uint64_t code = random() >> (64 - bits) >> i % bits;
    int next = bits - 1;
    for (const BitField& field : format().fields(i % 2 == 0 ? code : code ^ ~std::uint64_t{0} >> (64 - bits))) {
      ASSERT_EQ(field.highestBit, next);
      ASSERT_GT(field.bits, 0);
      next -= field.bits;
    }
    ASSERT_EQ(next, -1);
  }
}

TEST_P(EveryNarrowFormat, EncodesTheValueOfEachCodeAsThatCodeInEveryMode) {
  for (std::uint64_t code = 0; code < codeCount(); ++code) {
    const Unrounded value = format().decode(code);
    if (value.kind == Kind::Nan) continue;
    for (const Rounding rounding : kEveryRounding)
      ASSERT_EQ(format().encode(value, rounding, Overflow::Format), Encoded{.code = code}) << codeText(format(), code);
  }
}

TEST_P(EveryNarrowFormat, KeepsNanAndItsSignOrSaysThatItIsLost) {
  const FormatLimits limits = limitsOf(format());
  const bool hasNan = limits.nanCodes > 0;
  const bool hasNanOfEachSign = limits.nanCodes > 1;
  for (const bool negative : {false, true}) {
    const Encoded encoded =
        format().encode({.kind = Kind::Nan, .negative = negative}, Rounding::NearestEven, Overflow::Format);
    EXPECT_EQ(encoded.lostNan, !hasNan);
    if (hasNan) {
      EXPECT_EQ(format().classify(encoded.code), NumberClass::Nan);
    } else {
      EXPECT_EQ(encoded.code, format().encode({}, Rounding::NearestEven, Overflow::Format).code);
    }
    EXPECT_EQ(format().decode(encoded.code).negative, hasNanOfEachSign && negative);
  }
}

TEST_P(EveryNarrowFormat, RisesThroughEachValueOnceByNextUpAndBackByNextDown) {
  const FormatLimits limits = limitsOf(format());
  const std::uint64_t first = format().nextDown(limits.lowest).value_or(limits.lowest);
  const int infinities = limits.hasInfinity ? isSigned(format()) ? 2 : 1 : 0;
  std::uint64_t code = first;
  std::uint64_t count = 1;
  while (const auto next = format().nextUp(code)) {
    ASSERT_LT(toDouble(format().decode(code)), toDouble(format().decode(*next)));
    const auto back = format().nextDown(*next);
    ASSERT_TRUE(back.has_value());
    ASSERT_EQ(toDouble(format().decode(*back)), toDouble(format().decode(code)));
    code = *next;
    ++count;
  }
  EXPECT_EQ(count, limits.finiteValues + static_cast<std::uint64_t>(infinities));
  EXPECT_EQ(first != limits.lowest, infinities == 2);
  EXPECT_EQ(format().nextDown(first), std::nullopt);
}

TEST_P(EveryNarrowFloatOrInteger, RoundsAroundEachMidpointAsTheModeSays) {
  const int padding = isFloat(format()) ? format().floatSpec()->paddingBits : 0;
  const FormatLimits limits = limitsOf(format());
  // Every value of E8M0 has significand 1, which is odd.
  const bool hasZero = format().encode({}, Rounding::NearestEven, Overflow::Format).exact;
  for (std::uint64_t low = limits.lowest; low != limits.largest;) {
    const std::uint64_t high = format().nextUp(low).value();
    const Unrounded middle = decidingPoint(format(), low, high);
    const bool negative = middle.negative;
    const std::uint64_t inner = negative ? high : low;  // nearer to zero
    const std::uint64_t outer = negative ? low : high;
    const bool innerIsEven = hasZero && (inner >> padding & 1) == 0;
    // A posit or takum takes nothing but zero to zero when it rounds to nearest.
    const std::uint64_t nearest = isTapered(format()) && inner == 0 ? outer : inner;
    const auto expectEach = [&](const Unrounded& number, std::uint64_t even, std::uint64_t away) {
      const auto expected = [&](Rounding rounding) {
        switch (rounding) {
          case Rounding::NearestEven:
            return even;
          case Rounding::NearestAway:
            return away;
          case Rounding::TowardZero:
            return inner;
          case Rounding::TowardPositive:
            return high;
          case Rounding::TowardNegative:
            return low;
          case Rounding::ToOdd:
          case Rounding::Stochastic:
            break;
        }
        return innerIsEven ? outer : inner;
      };
      for (const Rounding rounding : kEveryRounding) {
        const Encoded encoded = format().encode(number, rounding, Overflow::Format);
        ASSERT_EQ(toDouble(format().decode(encoded.code)), toDouble(format().decode(expected(rounding))))
            << codeText(format(), low) << ' ' << idOf(rounding);
        ASSERT_FALSE(encoded.exact || encoded.overflowed);
        const bool isZero = format().classify(encoded.code) == NumberClass::Zero;
        ASSERT_EQ(encoded.underflowed, isZero);
        ASSERT_EQ(format().decode(encoded.code).negative, negative && !(isZero && !limits.hasNegativeZero));
      }
    };
    expectEach(nearer(middle), nearest, nearest);
    if (!middle.sticky) expectEach(middle, innerIsEven ? nearest : outer, outer);
    expectEach(farther(middle), outer, outer);
    low = high;
  }
}

TEST_P(EveryNarrowFormat, SendsWhatIsBeyondTheEndsWhereTheOverflowChoiceSays) {
  const FormatLimits limits = limitsOf(format());
  const auto expected = [&](Overflow overflow, bool negative, bool infinite) {
    const NumberClass end = format().classify(negative ? limits.lowest : limits.largest);
    if (overflow == Overflow::Saturate) return end;
    if (isTapered(format()) && !infinite && overflow != Overflow::Nan) return end;
    if (overflow == Overflow::Nan && limits.nanCodes > 0) return NumberClass::Nan;
    if (limits.hasInfinity && (!negative || isSigned(format()))) return NumberClass::Infinity;
    return limits.nanCodes > 0 ? NumberClass::Nan : end;
  };
  for (const bool negative : {false, true})
    for (const bool infinite : {false, true})
      for (const Overflow overflow : kEveryOverflow) {
        const Unrounded huge =
            infinite ? Unrounded{.kind = Kind::Infinity, .negative = negative} : exactNumber(negative, 1, 1000);
        const Encoded encoded = format().encode(huge, Rounding::NearestEven, overflow);
        const NumberClass numberClass = format().classify(encoded.code);
        EXPECT_EQ(numberClass, expected(overflow, negative, infinite)) << idOf(overflow);
        if (numberClass == NumberClass::Infinity) {
          EXPECT_EQ(format().decode(encoded.code).negative, negative);
        } else if (numberClass != NumberClass::Nan) {
          EXPECT_EQ(encoded.code, negative ? limits.lowest : limits.largest);
        }
        EXPECT_EQ(encoded.exact, infinite && numberClass == NumberClass::Infinity);
        EXPECT_EQ(encoded.overflowed, !encoded.exact);
      }
}

TEST_P(EveryNarrowFormat, StopsAtTheLargestFiniteValueWhereTheDirectionPointsInward) {
  const FormatLimits limits = limitsOf(format());
  const auto code = [&](bool negative, Rounding rounding) {
    return format().encode(exactNumber(negative, 1, 1000), rounding, Overflow::Format).code;
  };
  EXPECT_EQ(code(false, Rounding::TowardZero), limits.largest);
  EXPECT_EQ(code(true, Rounding::TowardZero), limits.lowest);
  EXPECT_EQ(code(false, Rounding::TowardNegative), limits.largest);
  EXPECT_EQ(code(true, Rounding::TowardPositive), limits.lowest);
  EXPECT_EQ(code(false, Rounding::ToOdd), limits.largest);
}

TEST_P(EveryWideFormat, RoundTripsRandomCodesAndTheirNeighboursInEveryMode) {
  std::mt19937_64 random(754);
  const int padding = isFloat(format()) ? format().floatSpec()->paddingBits : 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t code = random() >> (64 - format().info().codeBits) >> padding << padding;
    const Unrounded value = format().decode(code);
    if (value.kind == Kind::Nan) continue;
    for (const Rounding rounding : kEveryRounding)
      ASSERT_EQ(format().encode(value, rounding, Overflow::Format), Encoded{.code = code}) << codeText(format(), code);
    if (const auto up = format().nextUp(code)) {
      ASSERT_LT(toDouble(value), toDouble(format().decode(*up)));
      ASSERT_EQ(format().nextDown(*up), code);
    }
  }
}

TEST_P(EveryFormat, ReadsItsShortestTextsBack) {
  std::mt19937_64 random(8);
  const bool all = format().info().codeBits <= 8;
  const std::uint64_t count = all ? codeCount() : 3'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t code = all ? i : random() >> (64 - format().info().codeBits);
    if (format().classify(code) == NumberClass::Nan) continue;
    const auto number = parseNumber(shortestText(format(), code));
    ASSERT_TRUE(number.has_value());
    const Encoded encoded = format().encode(unrounded(*number), Rounding::NearestEven, Overflow::Format);
    ASSERT_EQ(toDouble(format().decode(encoded.code)), toDouble(format().decode(code))) << shortestText(format(), code);
    // The float32 text of a code book's end may lie a hair beyond it.
    ASSERT_FALSE(encoded.overflowed && !isCodebook(format()));
  }
}

TEST(Integers, ClampAndRoundAsTwosComplement) {
  const NumberFormat& int8 = *findFormat("int8");
  const auto code = [&](double value, Rounding rounding = Rounding::NearestEven) {
    return int8.encode(unrounded(value), rounding, Overflow::Format).code;
  };
  EXPECT_EQ(code(-1), 0xFFu);
  EXPECT_EQ(code(2.5), 2u);
  EXPECT_EQ(code(2.5, Rounding::NearestAway), 3u);
  EXPECT_EQ(code(127.5, Rounding::TowardZero), 127u);
  EXPECT_EQ(code(1000), 0x7Fu);
  EXPECT_EQ(code(-1e300), 0x80u);
  EXPECT_EQ(code(-0.0), 0u);
  EXPECT_FALSE(int8.encode(unrounded(127.25), Rounding::NearestEven, Overflow::Format).overflowed);
  EXPECT_TRUE(int8.encode(unrounded(127.5), Rounding::NearestEven, Overflow::Format).overflowed);
}

TEST(Ids, ReadBackForEveryRoundingAndOverflow) {
  for (const Rounding rounding : kEveryRounding) EXPECT_EQ(findRounding(idOf(rounding)), rounding);
  for (const Overflow overflow : kEveryOverflow) EXPECT_EQ(findOverflow(idOf(overflow)), overflow);
  EXPECT_EQ(findRounding("nearest"), std::nullopt);
  EXPECT_EQ(findFormat("float12"), nullptr);
}

}  // namespace
}  // namespace ulpscope
