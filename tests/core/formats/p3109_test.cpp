// SPDX-License-Identifier: Apache-2.0
// Every IEEE P3109 format of 3 to 10 bits against the formula of the interim report 4.0 (June 2026), sections 3.1 and
// 4.7.6, written here once more in double, which holds every value and midpoint: exponents stay within +-512.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// K bits, precision P (with the hidden bit), signed or not, with infinities or without.
struct P3109 {
  int bits, precision;
  bool isSigned, extended;

  std::string id() const {
    return fmt::format("binary{}p{}{}{}", bits, precision, isSigned ? 's' : 'u', extended ? 'e' : 'f');
  }
  int magnitudeBits() const { return isSigned ? bits - 1 : bits; }
  int bias() const { return 1 << (magnitudeBits() - precision); }
  std::uint64_t signBit() const { return isSigned ? std::uint64_t{1} << (bits - 1) : 0; }
  std::uint64_t nanCode() const { return isSigned ? signBit() : (std::uint64_t{1} << bits) - 1; }
  /// Of the largest finite value.
  std::uint64_t largestCode() const {
    const std::uint64_t last = (std::uint64_t{1} << magnitudeBits()) - 1;
    return last - (isSigned ? 0 : 1) - (extended ? 1 : 0);
  }

  /// As if every magnitude were finite.
  double magnitude(std::uint64_t code) const {
    const std::uint64_t hiddenBit = std::uint64_t{1} << (precision - 1);
    const std::uint64_t exponentField = code / hiddenBit, trailing = code % hiddenBit;
    const bool subnormal = exponentField == 0;
    const int exponent = static_cast<int>(subnormal ? 1 : exponentField) - bias() - (precision - 1);
    return std::ldexp(static_cast<double>(subnormal ? trailing : hiddenBit + trailing), exponent);
  }
  double value(std::uint64_t code) const {
    if (code == nanCode()) return kNan;
    const std::uint64_t magnitudeCode = code & ~signBit();
    const double finiteOrInfinite = magnitudeCode > largestCode() ? kInfinity : magnitude(magnitudeCode);
    return magnitudeCode != code ? -finiteOrInfinite : finiteOrInfinite;
  }
};

/// Every precision, domain and signedness of one width, which is the parameter.
class EveryP3109 : public testing::TestWithParam<int> {
 protected:
  template <class Check>
  void forEachFormat(const Check& check) {
    for (int precision = 1; precision <= GetParam(); ++precision)
      for (const bool isSigned : {true, false})
        for (const bool extended : {true, false}) {
          const P3109 p3109{GetParam(), precision, isSigned, extended};
          if (isSigned && precision == GetParam()) continue;  // no bit would be left for the exponent
          SCOPED_TRACE(p3109.id());
          const auto format = makeFormat(p3109.id());
          ASSERT_TRUE(format.has_value()) << format.error().message;
          check(p3109, **format);
          if (HasFatalFailure()) return;
        }
  }
};
INSTANTIATE_TEST_SUITE_P(Formula, EveryP3109, testing::Range(3, 11),
                         [](const auto& row) { return fmt::format("of{}bits", row.param); });

TEST_P(EveryP3109, DecodesEveryCodeByTheFormula) {
  forEachFormat([](const P3109& p3109, const NumberFormat& format) {
    ASSERT_EQ(format.info().codeBits, p3109.bits);
    for (std::uint64_t code = 0; code < std::uint64_t{1} << p3109.bits; ++code) {
      const Unrounded found = format.decode(code);
      const double expected = p3109.value(code);
      if (std::isnan(expected)) {
        ASSERT_EQ(found.kind, Unrounded::Kind::Nan) << code;
      } else {
        ASSERT_EQ(found, unrounded(expected)) << code;
      }
    }
  });
}

TEST_P(EveryP3109, RoundsEachMidpointToTheEvenCodeAndItsNeighboursToTheNearer) {
  forEachFormat([](const P3109& p3109, const NumberFormat& format) {
    for (std::uint64_t low = 0; low < p3109.largestCode(); ++low)
      for (const bool negative : {false, true}) {
        if (negative && !p3109.isSigned) continue;
        const auto code = [&](double magnitude) {
          const double value = negative ? -magnitude : magnitude;
          return format.encode(unrounded(value), Rounding::NearestEven, Overflow::Format).code;
        };
        const auto signedCode = [&](std::uint64_t magnitude) {  // the only zero has no sign
          return negative && magnitude != 0 ? magnitude | p3109.signBit() : magnitude;
        };
        const double middle = (p3109.magnitude(low) + p3109.magnitude(low + 1)) / 2;
        ASSERT_EQ(code(std::nextafter(middle, 0.0)), signedCode(low));
        ASSERT_EQ(code(middle), signedCode(low % 2 == 0 ? low : low + 1)) << low;
        ASSERT_EQ(code(std::nextafter(middle, kInfinity)), signedCode(low + 1));
      }
  });
}

TEST_P(EveryP3109, OverflowsToInfinityElseNanBeyondTheMidpointAboveItsLargestValueAndSaturatesIfAsked) {
  forEachFormat([](const P3109& p3109, const NumberFormat& format) {
    const auto code = [&](double value, Overflow overflow) {
      return format.encode(unrounded(value), Rounding::NearestEven, overflow).code;
    };
    const std::uint64_t largest = p3109.largestCode();
    const std::uint64_t beyond = p3109.extended ? largest + 1 : p3109.nanCode();
    const double middle = (p3109.magnitude(largest) + p3109.magnitude(largest + 1)) / 2;
    EXPECT_EQ(code(std::nextafter(middle, 0.0), Overflow::Format), largest);
    EXPECT_EQ(code(middle, Overflow::Format), largest % 2 == 0 ? largest : beyond);
    EXPECT_EQ(code(std::nextafter(middle, kInfinity), Overflow::Format), beyond);
    EXPECT_EQ(code(kInfinity, Overflow::Format), beyond);
    EXPECT_EQ(code(kInfinity, Overflow::Saturate), largest);
    if (!p3109.isSigned) return;
    EXPECT_EQ(code(-kInfinity, Overflow::Format), beyond | p3109.signBit());
    EXPECT_EQ(code(-kInfinity, Overflow::Saturate), largest | p3109.signBit());
  });
}

TEST_P(EveryP3109, HasOneNanOneZeroAndOneAtTheCodeOfHalfTheRange) {
  forEachFormat([](const P3109& p3109, const NumberFormat& format) {
    const FormatLimits limits = limitsOf(format);
    EXPECT_EQ(limits.nanCodes, 1u);
    EXPECT_FALSE(limits.hasNegativeZero);
    EXPECT_EQ(limits.hasInfinity, p3109.extended);
    EXPECT_EQ(limits.largest, p3109.largestCode());
    EXPECT_EQ(limits.finiteValues, p3109.largestCode() * (p3109.isSigned ? 2 : 1) + 1);
    EXPECT_EQ(toDouble(format.decode(std::uint64_t{1} << (p3109.magnitudeBits() - 1))), 1.0);
    const Unrounded nan{.kind = Unrounded::Kind::Nan};
    EXPECT_EQ(format.encode(nan, Rounding::NearestEven, Overflow::Format).code, p3109.nanCode());
    if (p3109.isSigned) {
      EXPECT_EQ(format.encode(unrounded(-0.0), Rounding::NearestEven, Overflow::Format).code, 0u);
    }
  });
}

/// As the report prints them for named formats.
struct NamedLimits {
  const char* id;
  double largest, smallestNormal, smallestSubnormal;  ///< 0: there is none
  double epsilon;
  std::uint64_t nan;
  std::uint64_t infinity;  ///< 0: there is none
};

constexpr NamedLimits kNamed[] = {
    {"binary8p1se", 0x1p62, 0x1p-63, 0, 1, 0x80, 0x7F},
    {"binary8p2se", 0x1p31, 0x1p-31, 0x1p-32, 0.5, 0x80, 0x7F},
    {"binary8p3se", 49152, 0x1p-15, 0x1p-17, 0.25, 0x80, 0x7F},
    {"binary8p4se", 224, 0x1p-7, 0x1p-10, 0.125, 0x80, 0x7F},
    {"binary8p5se", 15, 0x1p-3, 0x1p-7, 0x1p-4, 0x80, 0x7F},
    {"binary8p6se", 3.875, 0.5, 0x1p-6, 0x1p-5, 0x80, 0x7F},
    {"binary8p7se", 1.96875, 1, 0x1p-6, 0x1p-6, 0x80, 0x7F},
    {"binary8p1sf", 0x1p63, 0x1p-63, 0, 1, 0x80, 0},
    {"binary8p3sf", 57344, 0x1p-15, 0x1p-17, 0.25, 0x80, 0},
    {"binary8p4sf", 240, 0x1p-7, 0x1p-10, 0.125, 0x80, 0},
    {"binary8p1ue", 0x1p125, 0x1p-127, 0, 1, 0xFF, 0xFE},
    {"binary8p1uf", 0x1p126, 0x1p-127, 0, 1, 0xFF, 0},
    {"binary8p4ue", 53248, 0x1p-15, 0x1p-18, 0.125, 0xFF, 0xFE},
    {"binary4p2sf", 3, 0.5, 0.25, 0.5, 0x8, 0},
    {"binary4p2se", 2, 0.5, 0.25, 0.5, 0x8, 0x7},
    {"binary6p3sf", 14, 0x1p-3, 0x1p-5, 0.25, 0x20, 0},
    {"binary6p4sf", 3.75, 0.5, 0x1p-4, 0.125, 0x20, 0},
};

class NamedP3109 : public testing::TestWithParam<NamedLimits> {};
INSTANTIATE_TEST_SUITE_P(Table, NamedP3109, testing::ValuesIn(kNamed),
                         [](const auto& row) { return std::string(row.param.id); });

TEST_P(NamedP3109, HasTheLimitsOfTheReport) {
  const NamedLimits& expected = GetParam();
  const auto format = makeFormat(expected.id);
  ASSERT_TRUE(format.has_value()) << format.error().message;
  const FormatLimits limits = limitsOf(**format);
  const auto value = [&](std::optional<std::uint64_t> code) { return code ? toDouble((*format)->decode(*code)) : 0.0; };
  EXPECT_EQ(value(limits.largest), expected.largest);
  EXPECT_EQ(value(limits.smallestNormal), expected.smallestNormal);
  EXPECT_EQ(value(limits.smallestSubnormal), expected.smallestSubnormal);
  ASSERT_TRUE(limits.epsilon.has_value());
  EXPECT_EQ(std::stod(*limits.epsilon), expected.epsilon);
  EXPECT_EQ((*format)->classify(expected.nan), NumberClass::Nan);
  EXPECT_EQ(limits.hasInfinity, expected.infinity != 0);
  if (expected.infinity != 0) {
    EXPECT_EQ((*format)->classify(expected.infinity), NumberClass::Infinity);
  }
}

}  // namespace
}  // namespace ulpscope
