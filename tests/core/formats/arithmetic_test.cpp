// SPDX-License-Identifier: Apache-2.0
// Arithmetic against the processor's float and double, and over the registry against MPFR (4.2.0), which knows signed
// zeros, infinities and NaN as IEEE 754 does. The rounding itself has tests of its own; here it is only fed.
#include "core/formats/arithmetic.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <array>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <random>

// mpfr.h declares what takes intmax_t only after <cstdint> and with this.
#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include "core/formats/limits.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

constexpr std::array kBinaryOperations{Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Divide};

// --- The processor ---

template <class Float>
Float computed(Operation operation, Float a, Float b, Float c) {
  switch (operation) {
    case Operation::Add:
      return a + b;
    case Operation::Subtract:
      return a - b;
    case Operation::Multiply:
      return a * b;
    case Operation::Divide:
      return a / b;
    case Operation::FusedMultiplyAdd:
      return std::fma(a, b, c);
    case Operation::SquareRoot:
      break;
  }
  return std::sqrt(a);
}

template <class Float, class Code>
void expectWhatTheProcessorGives(std::string_view id, int count) {
  constexpr std::pair<int, Rounding> kModes[] = {{FE_TONEAREST, Rounding::NearestEven},
                                                 {FE_TOWARDZERO, Rounding::TowardZero},
                                                 {FE_UPWARD, Rounding::TowardPositive},
                                                 {FE_DOWNWARD, Rounding::TowardNegative}};
  constexpr std::array kOperations{Operation::Add,    Operation::Subtract,         Operation::Multiply,
                                   Operation::Divide, Operation::FusedMultiplyAdd, Operation::SquareRoot};
  const NumberFormat& format = *findFormat(id);
  using Limits = std::numeric_limits<Float>;
  const std::vector<Float> corners{0,
                                   1,
                                   Float(1.5),
                                   3,
                                   Limits::max(),
                                   Limits::min(),
                                   Limits::denorm_min(),
                                   std::nextafter(Limits::min(), Float(0)),
                                   std::nextafter(Float(1), Float(2)),
                                   Limits::infinity(),
                                   Limits::quiet_NaN()};
  std::mt19937_64 random(754);
  const int exponentBits = format.floatSpec()->exponentBits;
  const auto operand = [&](int i) {
    if (i % 8 == 0) return corners[random() % corners.size()] * (random() % 2 == 0 ? Float(1) : Float(-1));
    auto code = static_cast<Code>(random() >> (64 - sizeof(Code) * 8));
    if (i % 8 > 3) {  // of similar size, so that they cancel and carry
      const int fractionBits = static_cast<int>(sizeof(Code) * 8) - 1 - exponentBits;
      const Code middle = (Code{1} << (exponentBits - 1)) - 3;
      const Code exponent = middle + static_cast<Code>(random() % 6);
      code = (code & ~(((Code{1} << exponentBits) - 1) << fractionBits)) | exponent << fractionBits;
    }
    if (i % 3 == 0) code &= ~Code{0} << (sizeof(Code) * 4);  // few bits: ties and exact results
    return std::bit_cast<Float>(code);
  };
  for (int i = 0; i < count; ++i) {
    const Float a = operand(i), b = operand(i / 3), c = operand(i / 5);
    const std::uint64_t codes[] = {std::bit_cast<Code>(a), std::bit_cast<Code>(b), std::bit_cast<Code>(c)};
    for (const auto& [mode, rounding] : kModes)
      for (const Operation operation : kOperations) {
        volatile Float x = a, y = b, z = c;
        std::fesetround(mode);
        volatile Float result = computed<Float>(operation, x, y, z);
        std::fesetround(FE_TONEAREST);
        const Float expected = result;
        const auto operands = std::span(codes).first(static_cast<std::size_t>(operandCount(operation)));
        const auto found = calculateCode(operation, operands, format, rounding, Overflow::Format);
        ASSERT_TRUE(found.has_value());
        const bool same = std::isnan(expected) ? format.classify(found->code) == NumberClass::Nan
                                               : found->code == std::bit_cast<Code>(expected);
        ASSERT_TRUE(same) << idOf(operation) << ' ' << a << ' ' << b << ' ' << c << ' ' << idOf(rounding) << ": "
                          << expected << " expected, " << codeText(format, found->code) << " found";
      }
  }
}

TEST(ArithmeticOnHardware, GivesTheFloatThatTheProcessorGives) {
  expectWhatTheProcessorGives<float, std::uint32_t>("float32", 10'000);
}

TEST(ArithmeticOnHardware, GivesTheDoubleThatTheProcessorGives) {
  expectWhatTheProcessorGives<double, std::uint64_t>("float64", 10'000);
}

// --- MPFR ---

/// An mpfr_t that cleans up after itself.
class Real {
 public:
  explicit Real(mpfr_prec_t bits) { mpfr_init2(m_value, bits); }
  Real(mpfr_prec_t bits, const Unrounded& number) : Real(bits) {
    const int sign = number.negative ? -1 : 1;
    switch (number.kind) {
      case Kind::Zero:
        mpfr_set_zero(m_value, sign);
        break;
      case Kind::Infinity:
        mpfr_set_inf(m_value, sign);
        break;
      case Kind::Nan:
        mpfr_set_nan(m_value);
        break;
      case Kind::Finite:
        mpfr_set_uj_2exp(m_value, number.significand, number.exponent, MPFR_RNDN);
        if (number.negative) mpfr_neg(m_value, m_value, MPFR_RNDN);
    }
  }
  ~Real() { mpfr_clear(m_value); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;

  mpfr_ptr get() { return m_value; }

 private:
  mpfr_t m_value;
};

int apply(Operation operation, Real& result, std::span<Real* const> operands, mpfr_rnd_t mode) {
  switch (operation) {
    case Operation::Add:
      return mpfr_add(result.get(), operands[0]->get(), operands[1]->get(), mode);
    case Operation::Subtract:
      return mpfr_sub(result.get(), operands[0]->get(), operands[1]->get(), mode);
    case Operation::Multiply:
      return mpfr_mul(result.get(), operands[0]->get(), operands[1]->get(), mode);
    case Operation::Divide:
      return mpfr_div(result.get(), operands[0]->get(), operands[1]->get(), mode);
    case Operation::FusedMultiplyAdd:
      return mpfr_fma(result.get(), operands[0]->get(), operands[1]->get(), operands[2]->get(), mode);
    case Operation::SquareRoot:
      break;
  }
  return mpfr_sqrt(result.get(), operands[0]->get(), mode);
}

/// What MPFR gives, cut to 64 bits.
Unrounded oracle(Operation operation, std::span<const Unrounded> values, Rounding rounding) {
  constexpr mpfr_prec_t kBits = 64;
  Real a(kBits, values[0]), b(kBits, values.size() > 1 ? values[1] : values[0]),
      c(kBits, values.size() > 2 ? values[2] : values[0]);
  const std::array<Real*, 3> operands{&a, &b, &c};
  Real cut(kBits);
  const int ternary = apply(operation, cut, operands, MPFR_RNDZ);
  if (mpfr_zero_p(cut.get()) && rounding == Rounding::TowardNegative) apply(operation, cut, operands, MPFR_RNDD);
  const bool negative = mpfr_signbit(cut.get()) != 0;
  if (mpfr_nan_p(cut.get())) return {.kind = Kind::Nan};
  if (mpfr_inf_p(cut.get())) return {.kind = Kind::Infinity, .negative = negative};
  if (mpfr_zero_p(cut.get())) return {.kind = Kind::Zero, .negative = negative};
  const mpfr_exp_t exponent = mpfr_get_exp(cut.get());  // |cut| = 0.1... * 2^exponent
  mpfr_abs(cut.get(), cut.get(), MPFR_RNDZ);
  mpfr_mul_2si(cut.get(), cut.get(), kBits - exponent, MPFR_RNDZ);
  return {.kind = Kind::Finite,
          .negative = negative,
          .significand = mpfr_get_uj(cut.get(), MPFR_RNDZ),
          .exponent = static_cast<int>(exponent - kBits),
          .sticky = ternary != 0};
}

class ArithmeticLaws : public FormatLaws {
 protected:
  void SetUp() override {
    if (format().info().codeBits > kEnumerated) return;
    const FormatLimits limits = limitsOf(format());
    m_hasNan = limits.nanCodes > 0;
    m_tellsInfinity = m_hasNan || limits.hasInfinity;
  }

  void check(Operation operation, std::span<const std::uint64_t> codes, Rounding rounding) const {
    std::vector<Unrounded> values;
    for (const std::uint64_t code : codes) values.push_back(format().decode(code));
    for (const Unrounded& value : values)
      if (value.sticky) return;
    const Unrounded exact = oracle(operation, values, rounding);
    const auto found = calculateCode(operation, codes, format(), rounding, Overflow::Format);
    const bool possible = exact.kind == Kind::Nan ? m_hasNan : exact.kind == Kind::Infinity ? m_tellsInfinity : true;
    ASSERT_EQ(found.has_value(), possible) << label(operation, codes, rounding);
    if (possible)
      ASSERT_EQ(*found, format().encode(exact, rounding, Overflow::Format)) << label(operation, codes, rounding);
    else
      ASSERT_EQ(found.error().code, Errc::Usage);
  }

  static constexpr int kEnumerated = 16;

 private:
  std::string label(Operation operation, std::span<const std::uint64_t> codes, Rounding rounding) const {
    std::string text = fmt::format("{} {}", idOf(operation), idOf(rounding));
    for (const std::uint64_t code : codes) text += " " + exactText(format(), code);
    return text;
  }

  bool m_hasNan = true;
  bool m_tellsInfinity = true;
};

class ArithmeticOfSmallFormats : public ArithmeticLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, ArithmeticOfSmallFormats,
                         testing::ValuesIn(formatsThat([](const auto& f) { return f.info().codeBits <= 6; })),
                         FormatName());

TEST_P(ArithmeticOfSmallFormats, RoundsTheExactResultOnceForEveryPairOfCodesInEveryMode) {
  for (std::uint64_t a = 0; a < codeCount(); ++a)
    for (const Rounding rounding : kEveryRounding) {
      ASSERT_NO_FATAL_FAILURE(check(Operation::SquareRoot, std::array{a}, rounding));
      for (std::uint64_t b = 0; b < codeCount(); ++b)
        for (const Operation operation : kBinaryOperations)
          ASSERT_NO_FATAL_FAILURE(check(operation, std::array{a, b}, rounding));
    }
}

class ArithmeticOfBytes : public ArithmeticLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, ArithmeticOfBytes,
                         testing::ValuesIn(formatsThat([](const auto& f) { return f.info().codeBits == 8; })),
                         FormatName());

TEST_P(ArithmeticOfBytes, RoundsTheExactResultOnceForEverySixteenthPairOfCodes) {
  std::uint64_t step = 0;
  for (std::uint64_t a = 0; a < codeCount(); ++a)
    for (std::uint64_t b = 0; b < codeCount(); ++b) {
      if ((a * 7 + b * 5) % 16 != 0) continue;
      const Rounding rounding = kEveryRounding[step++ % std::size(kEveryRounding)];
      for (const Operation operation : kBinaryOperations) {
        ASSERT_NO_FATAL_FAILURE(check(operation, std::array{a, b}, Rounding::NearestEven));
        ASSERT_NO_FATAL_FAILURE(check(operation, std::array{a, b}, rounding));
      }
    }
}

TEST(ArithmeticOfFloat8, IsExactForEveryPairOfE4m3fnInDouble) {
  // Products of two values have 8 bits, sums 4 bits within 2^-9 to 2^9: double holds both.
  const NumberFormat& format = *findFormat("float8_e4m3fn");
  for (std::uint64_t a = 0; a < 256; ++a)
    for (std::uint64_t b = 0; b < 256; ++b) {
      const double x = toDouble(format.decode(a)), y = toDouble(format.decode(b));
      const auto expect = [&](Operation operation, double exact) {
        const auto expected = format.encode(unrounded(exact), Rounding::NearestEven, Overflow::Format);
        const auto found =
            calculateCode(operation, std::array{a, b}, format, Rounding::NearestEven, Overflow::Format).value();
        ASSERT_TRUE(found.code == expected.code || std::isnan(exact)) << x << ' ' << idOf(operation) << ' ' << y;
      };
      expect(Operation::Add, x + y);
      expect(Operation::Subtract, x - y);
      expect(Operation::Multiply, x * y);
    }
}

class ArithmeticOfEveryFormat : public ArithmeticLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, ArithmeticOfEveryFormat,
                         testing::ValuesIn(formatsThat([](const auto&) { return true; })), FormatName());

TEST_P(ArithmeticOfEveryFormat, RoundsTheExactResultOnceForRandomCodes) {
  if (format().info().codeBits > kEnumerated && limitsOf(format()).nanCodes == 0) GTEST_SKIP() << "no NaN to ask for";
  std::mt19937_64 random(8);
  const auto code = [&] { return random() >> (64 - format().info().codeBits); };
  for (int i = 0; i < 1'000; ++i) {
    const std::array codes{code(), code(), code()};
    const Rounding rounding = kEveryRounding[static_cast<std::size_t>(i) % std::size(kEveryRounding)];
    ASSERT_NO_FATAL_FAILURE(check(Operation::FusedMultiplyAdd, codes, rounding));
    ASSERT_NO_FATAL_FAILURE(check(Operation::SquareRoot, std::span(codes).first(1), rounding));
    for (const Operation operation : kBinaryOperations)
      ASSERT_NO_FATAL_FAILURE(check(operation, std::span(codes).first(2), rounding));
  }
}

}  // namespace
}  // namespace ulpscope
