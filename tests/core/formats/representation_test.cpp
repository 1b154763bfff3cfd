// SPDX-License-Identifier: Apache-2.0
#include "core/formats/representation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ulpscope {
namespace {

Representation as(std::string_view number, std::string_view format, Overflow overflow = Overflow::Format) {
  return represent(*parseNumber(number), *findFormat(format), Rounding::NearestEven, overflow);
}

TEST(Representation, SignsItsError) {
  EXPECT_EQ(as("-27.15625", "bfloat16").error, "0.03125");
  EXPECT_EQ(as("-27.15625", "float8_e4m3fn").error, "-0.84375");
  EXPECT_EQ(as("-27.15625", "float8_e4m3fn").code, "0xDE");
  EXPECT_EQ(as("-27.15625", "float8_e4m3fn").errorMagnitude, 0.84375);
  EXPECT_EQ(as("-27.15625", "float32").error, "0");
}

TEST(Representation, TellsTheErrorOfANumberThatNoFormatHolds) {
  // 0.1 in binary64 is 0.1000000000000000055511151231257827021181583404541015625 (2^-4 * 0x1.999999999999ap0).
  EXPECT_EQ(as("0.1", "float64").error, "5.5511151231257827021181583404541015625e-18");
  EXPECT_EQ(as("0.1", "float64").stored, "0.1");
}

TEST(Representation, MarksWhatTheEndsOfTheRangeDid) {
  EXPECT_EQ(as("-27.15625", "float4_e2m1fn").mark, StorageMark::Saturated);
  EXPECT_EQ(as("6", "float4_e2m1fn").mark, StorageMark::Largest);
  EXPECT_EQ(as("448", "float8_e4m3fn").mark, StorageMark::Largest);
  EXPECT_EQ(as("1e6", "float8_e4m3fn").mark, StorageMark::Nan);
  EXPECT_EQ(as("1e6", "float8_e4m3fn", Overflow::Saturate).mark, StorageMark::Saturated);
  EXPECT_EQ(as("1e6", "float16").mark, StorageMark::Infinity);
  EXPECT_EQ(as("1e-30", "float16").mark, StorageMark::Underflowed);
  EXPECT_EQ(as("nan", "int8").mark, StorageMark::NoNan);
  EXPECT_EQ(as("nan", "float16").mark, StorageMark::None);
  EXPECT_EQ(as("inf", "float16").mark, StorageMark::None);
  EXPECT_EQ(as("-1", "nf4").mark, StorageMark::Largest);
  EXPECT_EQ(as("1", "float16").mark, StorageMark::None);
}

TEST(Representation, HasNoErrorWhereSomethingIsNotFinite) {
  EXPECT_EQ(as("1e6", "float16").error, "");
  EXPECT_TRUE(std::isinf(as("1e6", "float16").errorMagnitude));
  EXPECT_EQ(as("inf", "float16").errorMagnitude, 0);
}

TEST(Representation, CoversTheRegistryInItsOrder) {
  const auto all = representEverywhere(*parseNumber("1"), Rounding::NearestEven, Overflow::Format);
  ASSERT_EQ(all.size(), formatRegistry().size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].format, formatRegistry()[i]);
}

}  // namespace
}  // namespace ulpscope
