// SPDX-License-Identifier: Apache-2.0
// Every small layout that "custom:..." can spell against its definition: values by the textbook formula in double, and
// rounding by looking for the neighbours among them. Nothing of the codec is used to say what is expected.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

struct Layout {
  int signBits, exponentBits, fractionBits, bias;
  std::string_view specials;  // ieee, nan, none, fnuz
  bool subnormals;

  std::string id() const {
    return fmt::format("custom:s{}e{}m{},bias={},specials={},subnormals={}", signBits, exponentBits, fractionBits, bias,
                       specials, subnormals ? "yes" : "no");
  }
  int codeBits() const { return signBits + exponentBits + fractionBits; }
  std::uint64_t hiddenBit() const { return std::uint64_t{1} << fractionBits; }
  std::uint64_t signBit() const { return std::uint64_t{1} << (exponentBits + fractionBits); }
  std::uint64_t allOnes() const { return signBit() - 1; }
  /// Of the finite magnitudes.
  std::uint64_t largest() const {
    return specials == "ieee" ? allOnes() - hiddenBit() : allOnes() - (specials == "nan" ? 1 : 0);
  }
  bool isPossible() const {
    const bool hasNormal = largest() <= allOnes() && largest() >= hiddenBit();
    return hasNormal && codeBits() >= 2 && !(specials == "ieee" && fractionBits == 0) &&
           !(specials == "fnuz" && signBits == 0);
  }

  /// Of a magnitude, as if none were special.
  double value(std::uint64_t magnitude) const {
    const auto fraction = static_cast<double>(magnitude % hiddenBit());
    const auto field = static_cast<int>(magnitude / hiddenBit());
    const double step = std::ldexp(1.0, std::max(field, 1) - bias - fractionBits);
    if (field == 0) return subnormals ? fraction * step : 0;
    return (fraction + static_cast<double>(hiddenBit())) * step;
  }
  bool isNan(std::uint64_t code) const {
    if (specials == "fnuz") return code == signBit();
    return code % signBit() > (specials == "ieee" ? largest() + 1 : largest());
  }
  std::uint64_t code(bool negative, std::uint64_t magnitude) const {
    return negative && !(specials == "fnuz" && magnitude == 0) ? magnitude | signBit() : magnitude;
  }
};

template <class Check>
void forEachLayout(const Check& check) {
  for (const int signBits : {0, 1})
    for (int exponentBits = 1; exponentBits <= 5; ++exponentBits)
      for (int fractionBits = 0; fractionBits <= 3; ++fractionBits)
        for (const int bias : {(1 << (exponentBits - 1)) - 1, 5, -3})
          for (const char* specials : {"ieee", "nan", "none", "fnuz"})
            for (const bool subnormals : {true, false}) {
              const Layout layout{signBits, exponentBits, fractionBits, bias, specials, subnormals};
              SCOPED_TRACE(layout.id());
              const auto format = makeFormat(layout.id());
              ASSERT_EQ(format.has_value(), layout.isPossible());
              if (format) check(layout, **format);
              if (testing::Test::HasFatalFailure()) return;
            }
}

TEST(EveryCustomFormat, DecodesEveryCodeByTheFormula) {
  forEachLayout([](const Layout& layout, const NumberFormat& format) {
    ASSERT_EQ(format.info().codeBits, layout.codeBits());
    for (std::uint64_t code = 0; code < std::uint64_t{1} << layout.codeBits(); ++code) {
      const Unrounded found = format.decode(code);
      const std::uint64_t magnitude = code & layout.allOnes();
      const double sign = magnitude == code ? 1 : -1;
      if (layout.isNan(code)) {
        ASSERT_EQ(found.kind, Unrounded::Kind::Nan) << code;
      } else if (magnitude > layout.largest()) {
        ASSERT_EQ(found, unrounded(sign * std::numeric_limits<double>::infinity())) << code;
      } else {
        ASSERT_EQ(found, unrounded(sign * layout.value(magnitude))) << code;
      }
    }
  });
}

/// Two neighbouring magnitudes; the upper one of the last pair is one step beyond the largest.
struct Neighbours {
  std::uint64_t low, high;
};

/// By the definition of the mode alone.
std::uint64_t roundedMagnitude(const Layout& layout, Neighbours pair, double magnitude, bool negative, Rounding mode) {
  const double low = layout.value(pair.low), middle = (low + layout.value(pair.high)) / 2;
  if (magnitude == low) return pair.low;
  switch (mode) {
    case Rounding::NearestEven:
      if (magnitude == middle) return pair.low % 2 == 0 ? pair.low : pair.high;
      return magnitude < middle ? pair.low : pair.high;
    case Rounding::NearestAway:
      return magnitude < middle ? pair.low : pair.high;
    case Rounding::TowardPositive:
      return negative ? pair.low : pair.high;
    case Rounding::TowardNegative:
      return negative ? pair.high : pair.low;
    case Rounding::ToOdd:  // past the largest value there is nothing to be odd
      return pair.low % 2 == 1 || pair.high > layout.largest() ? pair.low : pair.high;
    default:
      return pair.low;
  }
}

/// The number itself, and what Overflow::Format makes of a magnitude beyond the largest.
void expectRounded(const Layout& layout, const NumberFormat& format, Neighbours pair, double magnitude, bool negative,
                   Rounding mode) {
  const double number = negative ? -magnitude : magnitude;
  const Encoded found = format.encode(unrounded(number), mode, Overflow::Format);
  const std::uint64_t expected = roundedMagnitude(layout, pair, magnitude, negative, mode);
  if (expected <= layout.largest()) {
    ASSERT_EQ(found.code, layout.code(negative, expected)) << number << ' ' << idOf(mode);
    ASSERT_EQ(found.exact, magnitude == layout.value(expected)) << number;
  } else if (layout.specials == "none") {
    ASSERT_EQ(found.code, layout.code(negative, layout.largest())) << number << ' ' << idOf(mode);
  } else if (layout.specials == "ieee") {
    ASSERT_EQ(found.code, layout.code(negative, layout.largest() + 1)) << number << ' ' << idOf(mode);
  } else {
    ASSERT_TRUE(layout.isNan(found.code)) << number << ' ' << idOf(mode);
  }
}

TEST(EveryCustomFormat, RoundsToTheNeighbourThatEachModeIsDefinedToTake) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  forEachLayout([](const Layout& layout, const NumberFormat& format) {
    const std::uint64_t first = layout.subnormals ? 1 : layout.hiddenBit();
    for (std::uint64_t low = 0; low <= layout.largest(); low = low == 0 ? first : low + 1) {
      const Neighbours pair{low, low == 0 ? first : low + 1};
      const double below = layout.value(pair.low), above = layout.value(pair.high), middle = (below + above) / 2;
      for (const double magnitude :
           {below, std::nextafter(below, kInfinity), (below + middle) / 2, std::nextafter(middle, 0.0), middle,
            std::nextafter(middle, kInfinity), (middle + above) / 2, std::nextafter(above, 0.0)})
        for (const bool negative : {false, true}) {
          if (negative && layout.signBits == 0) continue;
          for (const Rounding mode : kEveryRounding)
            ASSERT_NO_FATAL_FAILURE(expectRounded(layout, format, pair, magnitude, negative, mode));
        }
    }
  });
}

}  // namespace
}  // namespace ulpscope
