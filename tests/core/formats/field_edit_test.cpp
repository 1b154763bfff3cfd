// SPDX-License-Identifier: Apache-2.0
#include "core/formats/field_edit.h"

#include <gtest/gtest.h>

#include "core/formats/anatomy.h"

namespace ulpscope {
namespace {

const NumberFormat& format(std::string_view id) { return *findFormat(id); }

TEST(FieldEdit, WritesOneFieldAndLeavesTheOthers) {
  const auto fields = format("float16").fields(0xCECA);
  EXPECT_EQ(withField(0xCECA, fields[0], "0"), 0x4ECAu);
  EXPECT_EQ(withField(0xCECA, fields[1], "20"), 0xD2CAu);
  EXPECT_EQ(withField(0xCECA, fields[1], "0b10100"), 0xD2CAu);
  EXPECT_EQ(withField(0xCECA, fields[2], "0x3FF"), 0xCFFFu);
  EXPECT_EQ(withField(~std::uint64_t{0}, format("float64").fields(0)[2], "0"), 0xFFF0'0000'0000'0000u);
}

TEST(FieldEdit, SaysWhatAFieldCanHold) {
  for (const char* bad : {"32", "-1", "", "1.5", "0x", "abc", "99999999999999999999"}) {
    const auto code = withField(0xCECA, format("float16").fields(0xCECA)[1], bad);
    ASSERT_FALSE(code) << bad;
    EXPECT_EQ(code.error().message, "a whole number from 0 to 31 expected");
  }
}

TEST(FieldEdit, WritesTheExponentAsAPowerOfTwo) {
  EXPECT_EQ(withExponent(format("float16"), 0xCECA, "5"), 0xD2CAu);
  EXPECT_EQ(withExponent(format("float16"), 0xCECA, "+5"), 0xD2CAu);
  EXPECT_EQ(withExponent(format("float16"), 0xCECA, "-14"), 0x86CAu);
  EXPECT_EQ(withExponent(format("float16"), 0x0001, "-14"), 0x0001u) << "a subnormal value has that power already";
  EXPECT_EQ(withExponent(format("float8_e8m0fnu"), 0x7F, "-127"), 0x00u);
  EXPECT_EQ(withExponent(format("float16"), 0xCECA, "16").error().message, "a whole number from -14 to 15 expected");
  EXPECT_EQ(withExponent(format("float8_e4m3fn"), 0x38, "8"), 0x78u);
  EXPECT_FALSE(withExponent(format("float8_e4m3fn"), 0x38, "9"));
}

TEST(FieldEdit, WritesTheSignificandToTheNearestFraction) {
  EXPECT_EQ(withSignificand(format("float16"), 0xCECA, "1"), 0xCC00u);
  EXPECT_EQ(withSignificand(format("float16"), 0xCC00, "1.697265625"), 0xCECAu);
  EXPECT_EQ(withSignificand(format("float16"), 0xCC00, "1.9999999"), 0xCFFFu) << "never into the next power";
  EXPECT_EQ(withSignificand(format("float16"), 0x0001, "0.5"), 0x0200u);
  EXPECT_EQ(withSignificand(format("float16"), 0x0001, "1e-4000"), 0x0000u);
  // Half a unit of the last place is a tie, to even; any digit beyond breaks it.
  EXPECT_EQ(withSignificand(format("bfloat16"), 0x3F80, "1.00390625"), 0x3F80u);
  EXPECT_EQ(withSignificand(format("bfloat16"), 0x3F80, "1.00390625000000000000000001"), 0x3F81u);
  EXPECT_FALSE(withSignificand(format("float16"), 0xCECA, "2"));
  EXPECT_FALSE(withSignificand(format("float16"), 0xCECA, "0.5"));
  EXPECT_FALSE(withSignificand(format("float16"), 0x0001, "1"));
  EXPECT_FALSE(withSignificand(format("float16"), 0xCECA, "-1.5"));
  EXPECT_FALSE(withSignificand(format("float16"), 0xCECA, "nan"));
}

TEST(FieldEdit, ReadsBackWhatAnatomySaysOfEveryCode) {
  for (const NumberFormat* each : formatRegistry()) {
    if (!each->floatSpec() || each->info().codeBits > 8) continue;
    SCOPED_TRACE(each->info().id);
    for (std::uint64_t code = 0; code < std::uint64_t{1} << each->info().codeBits; ++code) {
      const auto parts = std::get<FloatAnatomy>(anatomyOf(*each, code));
      if (parts.significand.empty() || each->classify(code) == NumberClass::Zero) continue;
      EXPECT_EQ(withSignificand(*each, code, parts.significand), code);
      EXPECT_EQ(withExponent(*each, code, std::to_string(parts.exponent)), code);
    }
  }
}

}  // namespace
}  // namespace ulpscope
