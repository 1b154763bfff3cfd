// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace ulpscope {
namespace {

TEST(Printable, LeavesOrdinaryTextAlone) {
  for (const char* text : {"", "model.layers.0.weight", "größe", "權重", "🙂", "<b>&amp;"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesWhatIsInvisibleOrMisleading) {
  EXPECT_EQ(printable("a\nb\x1B[31m"), "a\\x0Ab\\x1B[31m");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\u202Egnp.exe"), "\\u202Egnp.exe");
  EXPECT_EQ(printable("a\u200Bb\uFEFF"), "a\\u200Bb\\uFEFF");
  EXPECT_EQ(printable("\u0085\u007F"), "\\x85\\x7F");
}

TEST(Printable, EscapesInvalidUtf8ByteByByte) {
  EXPECT_EQ(printable("\xFF"), "\\xFF");
  EXPECT_EQ(printable("aé權🙂\xF4\x8F\xBF\xBF"), "aé權🙂\xF4\x8F\xBF\xBF") << "U+10FFFF is the last";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xE0\x80\xAF"), "\\xE0\\x80\\xAF");
  EXPECT_EQ(printable("\xC0\x80"), "\\xC0\\x80");           // overlong NUL
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");  // surrogate
  EXPECT_EQ(printable("\xE2\x82"), "\\xE2\\x82");           // cut short
}

TEST(Printable, CutsAtWholeCharactersAndSaysSo) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("aéb", 2), "a…");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(Glob, MatchesTheWholeText) {
  EXPECT_TRUE(matchesGlob("*", ""));
  EXPECT_TRUE(matchesGlob("*.weight", "layer.0.weight"));
  EXPECT_TRUE(matchesGlob("layer.?.w*t", "layer.7.weight"));
  EXPECT_TRUE(matchesGlob("a*b*c", "a__b_b_c"));
  EXPECT_TRUE(matchesGlob("a[0].b", "a[0].b"));
  EXPECT_FALSE(matchesGlob("weight", "layer.weight"));
  EXPECT_FALSE(matchesGlob("a*b", "a_bc"));
  EXPECT_FALSE(matchesGlob("?", ""));
  EXPECT_FALSE(matchesGlob("", "a"));
}

TEST(Glob, DoesNotBacktrackExponentially) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(matchesGlob(pattern + "b", std::string(10'000, 'a')));
}

TEST(Shortest, ReadsBackAndKnowsTheSpecials) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(0.1F), "0.1");
  EXPECT_EQ(shortest(static_cast<double>(0.1F)), "0.10000000149011612");
  EXPECT_EQ(shortest(-0.0), "-0");
  EXPECT_EQ(shortest(std::numeric_limits<float>::max()), "3.4028235e+38");
  EXPECT_EQ(shortest(HUGE_VAL), "inf");
  EXPECT_EQ(shortest(-HUGE_VALF), "-inf");
  EXPECT_EQ(shortest(std::nan("")), "nan");
}

TEST(HumanBytes, CountsInBinaryUnits) {
  EXPECT_EQ(humanBytes(0), "0 B");
  EXPECT_EQ(humanBytes(1023), "1023 B");
  EXPECT_EQ(humanBytes(1536), "1.5 KiB");
  EXPECT_EQ(humanBytes(std::uint64_t{24} << 30), "24.0 GiB");
}

TEST(GroupedDigits, PutsACommaBeforeEachThreeDigits) {
  EXPECT_EQ(groupedDigits(0), "0");
  EXPECT_EQ(groupedDigits(999), "999");
  EXPECT_EQ(groupedDigits(1'234'567), "1,234,567");
  EXPECT_EQ(groupedDigits(100'000), "100,000");
}

TEST(Bracketed, WritesShapes) {
  EXPECT_EQ(bracketed(std::array<std::uint64_t, 2>{384, 1536}), "[384, 1536]");
  EXPECT_EQ(bracketed(std::array<std::uint64_t, 0>{}), "[]");
}

}  // namespace
}  // namespace ulpscope
