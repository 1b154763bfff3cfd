// SPDX-License-Identifier: Apache-2.0
// Decimal texts of up to 60 digits against MPFR (4.2 on Debian 12), which reads them correctly rounded in any precision
// and exponent range.
#include <fmt/format.h>
#include <mpfr.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/formats/exact_decimal.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/oracle_inputs.h"

namespace ulpscope {
namespace {

constexpr int kMostDigits = 60;

/// A binary float as MPFR needs it; exponents are those of the leading bit, 1.xxx * 2^e.
struct Target {
  const char* id;
  int precision;  ///< with the hidden bit
  int smallestExponent, largestExponent;
  std::uint64_t reservedCodes;  ///< at the end of the largest exponent
  Overflow overflow;            ///< what Overflow::Format means
  int texts;                    ///< to nearest even; a tenth of it in each other mode

  int fractionBits() const { return precision - 1; }
  std::uint64_t largestMagnitude() const {
    const auto fields = static_cast<std::uint64_t>(largestExponent - smallestExponent + 2);
    return (fields << fractionBits()) - 1 - reservedCodes;
  }
};

constexpr Target kTargets[] = {
    {"float16", 11, -14, 15, 0, Overflow::Infinity, 100'000},
    {"bfloat16", 8, -126, 127, 0, Overflow::Infinity, 100'000},
    {"float32", 24, -126, 127, 0, Overflow::Infinity, 100'000},
    {"float64", 53, -1022, 1023, 0, Overflow::Infinity, 100'000},
    {"float8_e4m3fn", 4, -6, 8, 1, Overflow::Nan, 10'000},
    {"float4_e2m1fn", 2, 0, 2, 0, Overflow::Saturate, 10'000},
};

class Real {
 public:
  explicit Real(int precision) { mpfr_init2(m_value, precision); }
  ~Real() { mpfr_clear(m_value); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  operator mpfr_ptr() { return m_value; }

 private:
  mpfr_t m_value;
};

/// MPFR's exponent limits while it lives. MPFR's exponents are those of 0.1xxx * 2^e, one higher than IEEE's, and its
/// smallest one is that of the smallest subnormal.
class ExponentRange {
 public:
  ExponentRange(int smallest, int largest) {
    mpfr_set_emin(smallest);
    mpfr_set_emax(largest);
  }
  ~ExponentRange() {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  ExponentRange(const ExponentRange&) = delete;
  ExponentRange& operator=(const ExponentRange&) = delete;
};

struct Rounded {
  double value;  ///< exact
  bool exact;
};

/// `extraBits` more in the significand, down to subnormals as well.
Rounded roundByMpfr(const Target& target, const std::string& text, mpfr_rnd_t mode, int extraBits = 0) {
  const int precision = target.precision + extraBits;
  Real value(precision);
  const ExponentRange range(target.smallestExponent - precision + 2, target.largestExponent + 1);
  int side = mpfr_strtofr(value, text.c_str(), nullptr, 10, mode);
  side = mpfr_subnormalize(value, side, mode);
  return {mpfr_get_d(value, MPFR_RNDN), side == 0};
}

/// MPFR has no mode of this name for strtofr: a tie, and only that, needs exactly one more bit.
Rounded roundNearestAway(const Target& target, const std::string& text) {
  const Rounded nearest = roundByMpfr(target, text, MPFR_RNDN);
  const bool tie = !nearest.exact && roundByMpfr(target, text, MPFR_RNDN, 1).exact;
  return tie ? roundByMpfr(target, text, MPFR_RNDA) : nearest;
}

/// Of the two neighbours the one with the odd code: the one toward zero, or the next from zero.
Rounded roundToOdd(const Target& target, const std::string& text) {
  const Rounded inner = roundByMpfr(target, text, MPFR_RNDZ);
  if (inner.exact) return inner;
  const NumberFormat& format = *findFormat(target.id);
  const std::uint64_t code = format.encode(unrounded(inner.value), Rounding::NearestEven, Overflow::Format).code;
  return (code & 1) != 0 ? inner : roundByMpfr(target, text, MPFR_RNDA);
}

Rounded roundByOracle(const Target& target, const std::string& text, Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestEven:
      return roundByMpfr(target, text, MPFR_RNDN);
    case Rounding::NearestAway:
      return roundNearestAway(target, text);
    case Rounding::TowardZero:
      return roundByMpfr(target, text, MPFR_RNDZ);
    case Rounding::TowardPositive:
      return roundByMpfr(target, text, MPFR_RNDU);
    case Rounding::TowardNegative:
      return roundByMpfr(target, text, MPFR_RNDD);
    default:
      return roundToOdd(target, text);
  }
}

/// The value of magnitude code `code`, plus half the step to the next: its exact digits where 60 hold them, else
/// rounded; or the nearest text of 60 digits on one side of it.
std::string textAtMidpoint(const Target& target, std::uint64_t code, mpfr_rnd_t side) {
  const std::uint64_t hiddenBit = std::uint64_t{1} << target.fractionBits();
  const std::uint64_t field = code >> target.fractionBits();
  const std::uint64_t fraction = code & (hiddenBit - 1);
  const std::uint64_t significand = field == 0 ? fraction : fraction | hiddenBit;
  const int exponent = static_cast<int>(std::max<std::uint64_t>(field, 1)) - 1 + target.smallestExponent;
  Real value(256);  // 60 digits are 200 bits, so neighbours here differ by less than a unit of the last digit
  mpfr_set_ui_2exp(value, 2 * significand + 1, exponent - target.fractionBits() - 1, MPFR_RNDN);
  if (side == MPFR_RNDU) mpfr_nextabove(value);
  if (side == MPFR_RNDD) mpfr_nextbelow(value);
  char digits[kMostDigits + 2];
  mpfr_exp_t power = 0;
  mpfr_get_str(digits, &power, 10, kMostDigits, value, side);
  return fmt::format("{}.{}e{}", digits[0], digits + 1, power - 1);
}

class TextSource {
 public:
  explicit TextSource(const Target& target) : m_target(target), m_random(754) {}

  std::string next() { return (below(2) == 0 ? "-" : "") + (below(2) == 0 ? randomDigits() : aroundMidpoint()); }

 private:
  std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }

  std::string randomDigits() {
    // From three decades below half the smallest subnormal to one beyond the overflow.
    const double log10Of2 = 0.30103;
    const int lowest = static_cast<int>((m_target.smallestExponent - m_target.fractionBits()) * log10Of2) - 3;
    const int highest = static_cast<int>((m_target.largestExponent + 1) * log10Of2) + 1;
    const int power = lowest + static_cast<int>(below(static_cast<std::uint64_t>(highest - lowest + 1)));
    const std::size_t count = 1 + below(kMostDigits);
    std::string digits;
    while (digits.size() < count) digits += static_cast<char>('0' + below(10));
    const std::size_t point = below(count + 1);
    digits.insert(point, ".");
    return fmt::format("{}e{:+}", digits, power + 1 - static_cast<int>(point));
  }

  std::string aroundMidpoint() {
    constexpr mpfr_rnd_t kSides[] = {MPFR_RNDN, MPFR_RNDU, MPFR_RNDD};
    const std::uint64_t hiddenBit = std::uint64_t{1} << m_target.fractionBits();
    const std::uint64_t largest = m_target.largestMagnitude();
    const std::uint64_t edges[] = {0, 1, hiddenBit - 1, hiddenBit, largest - 1, largest};
    const std::uint64_t code = below(8) == 0 ? edges[below(std::size(edges))] : below(largest + 1);
    return textAtMidpoint(m_target, code, kSides[below(3)]);
  }

  Target m_target;
  SplitMix64 m_random;
};

class MpfrTest : public testing::TestWithParam<Target> {
 protected:
  void SetUp() override { ASSERT_NE(findFormat(GetParam().id), nullptr); }

  /// What the format makes of MPFR's result, whose largest exponent may have codes that are no numbers.
  Unrounded expected(const Rounded& rounded, Rounding rounding) const {
    const Target& target = GetParam();
    const double largest =
        std::ldexp(static_cast<double>((std::uint64_t{2} << target.fractionBits()) - 1 - target.reservedCodes),
                   target.largestExponent - target.fractionBits());
    if (target.overflow == Overflow::Infinity || std::abs(rounded.value) <= largest) return unrounded(rounded.value);
    const bool inward = rounding == Rounding::TowardZero || rounding == Rounding::ToOdd ||
                        rounding == (rounded.value < 0 ? Rounding::TowardPositive : Rounding::TowardNegative);
    if (target.overflow == Overflow::Nan && !inward)
      return {.kind = Unrounded::Kind::Nan, .negative = rounded.value < 0};
    return unrounded(std::copysign(largest, rounded.value));
  }

  void check(const std::string& text, Rounding rounding) {
    const NumberFormat& format = *findFormat(GetParam().id);
    const Rounded oracle = roundByOracle(GetParam(), text, rounding);
    const auto number = parseNumber(text);
    ASSERT_TRUE(number.has_value()) << text;
    const Encoded encoded = format.encode(unrounded(*number), rounding, Overflow::Format);
    const Unrounded found = format.decode(encoded.code);
    ASSERT_EQ(found, expected(oracle, rounding))
        << text << " became " << exactText(format, encoded.code) << ' ' << idOf(rounding);
    if (encoded.overflowed) return;
    ASSERT_EQ(encoded.exact, oracle.exact) << text;
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, MpfrTest, testing::ValuesIn(kTargets),
                         [](const auto& row) { return std::string(row.param.id); });

TEST_P(MpfrTest, ReadsTheSameNumbersFromRandomTexts) {
  TextSource texts(GetParam());
  for (int i = 0; i < GetParam().texts; ++i) {
    const std::string text = texts.next();
    check(text, Rounding::NearestEven);
    if (HasFatalFailure()) return;
    if (i % 10 != 0) continue;
    for (const Rounding rounding : {Rounding::NearestAway, Rounding::TowardZero, Rounding::TowardPositive,
                                    Rounding::TowardNegative, Rounding::ToOdd}) {
      check(text, rounding);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace ulpscope
