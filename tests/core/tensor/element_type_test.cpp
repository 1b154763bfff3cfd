// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/element_type.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

const ElementType& type(std::string_view name) {
  const ElementType* found = findElementType(name);
  if (!found) throw std::runtime_error("no such element type");
  return *found;
}

template <class Value>
std::vector<Value> decoded(std::string_view name, std::string_view bytes, std::size_t count) {
  std::vector<Value> values(count);
  decodeElements(type(name), std::as_bytes(std::span(bytes)), std::span(values));
  return values;
}

TEST(ElementType, KnowsTheNamesOfSafetensorsAndNarrowIntegersAndNoOthers) {
  for (const ElementType& known : elementTypes()) EXPECT_EQ(findElementType(known.name), &known);
  EXPECT_EQ(elementTypes().size(), 27u);
  for (const std::string_view name : {"", "f32", "F33", "F7", "BF16 ", "I3"})
    EXPECT_EQ(findElementType(name), nullptr) << name;
}

TEST(ElementType, SaysWhatItsBitsMeanAndWhatCanBeRead) {
  EXPECT_EQ(type("BF16").format, findFormat("bfloat16"));
  EXPECT_EQ(type("F8_E4M3").format, findFormat("float8_e4m3fn"));
  EXPECT_EQ(type("F4").format, findFormat("float4_e2m1fn"));
  for (const std::string_view name : {"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F4", "I64", "U8", "BOOL"})
    EXPECT_TRUE(type(name).readable) << name;
  EXPECT_FALSE(type("C64").readable);
  EXPECT_EQ(type("C128").bits, 128);
  EXPECT_FALSE(type("C128").readable);
  for (const ElementType& known : elementTypes()) {
    EXPECT_TRUE(known.readable || !known.exactAsFloat) << known.name;
    EXPECT_TRUE(!known.format || known.format->info().codeBits == known.bits) << known.name;
  }
  for (const std::string_view name : {"F64", "I64", "I32", "U64", "U32"}) EXPECT_FALSE(type(name).exactAsFloat) << name;
  for (const std::string_view name : {"F32", "F16", "BF16", "I16", "U16", "BOOL"})
    EXPECT_TRUE(type(name).exactAsFloat) << name;
}

TEST(ElementType, SizesFillWholeBytesAndDoNotWrap) {
  EXPECT_EQ(byteSize(type("F32"), 3), 12u);
  EXPECT_EQ(byteSize(type("F4"), 4), 2u);
  EXPECT_EQ(byteSize(type("F4"), 3), std::nullopt);
  EXPECT_EQ(byteSize(type("F6_E2M3"), 4), 3u);
  EXPECT_EQ(byteSize(type("F6_E2M3"), 2), std::nullopt);
  EXPECT_EQ(byteSize(type("F64"), std::uint64_t{1} << 61), std::nullopt);
  EXPECT_EQ(byteSize(type("F4"), ~std::uint64_t{0} - 1), std::nullopt);
  EXPECT_EQ(byteSize(type("U8"), ~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(ElementType, BFloat16IsTheUpperHalfOfAFloat) {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    float value = 0;
    decodeElements(type("BF16"), std::as_bytes(std::span(&half, 1)), std::span(&value, 1));
    const float expected = std::bit_cast<float>(code << 16);
    if (std::isnan(expected))
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), (code << 16 & 0x80000000U) | 0x7FC00000U) << code;
    else
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), code << 16) << code;
  }
}

TEST(ElementType, Float16AgreesWithTheCompilersType) {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    double value = 0;
    decodeElements(type("F16"), std::as_bytes(std::span(&half, 1)), std::span(&value, 1));
    const auto expected = static_cast<double>(std::bit_cast<_Float16>(half));
    if (std::isnan(expected))
      EXPECT_TRUE(std::isnan(value) && std::signbit(value) == (code >> 15 != 0)) << code;
    else
      EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected)) << code;
  }
}

TEST(ElementType, NarrowFloatsDecodeToTheirTables) {
  // OCP OFP8 rev 1.0 and OCP MX v1.0: 448 = S.1111.110, 2^-9 = S.0000.001; 57344 = S.11110.11; E2M1 is 0 .5 1 1.5 2 3
  // 4 6.
  EXPECT_EQ(decoded<float>("F8_E4M3", "\x7E\x01\xB8", 3), (std::vector<float>{448.0F, 0x1p-9F, -1.0F}));
  EXPECT_EQ(decoded<float>("F8_E5M2", "\x7B\x7C\x3C", 3),
            (std::vector<float>{57344.0F, std::numeric_limits<float>::infinity(), 1.0F}));
  EXPECT_EQ(decoded<double>("F4", "\x10\x32\x54\x76\xF9", 10),
            (std::vector<double>{0, .5, 1, 1.5, 2, 3, 4, 6, -.5, -6}));
}

TEST(ElementType, IntegersAndBoolsDecodeToTheirValues) {
  const std::string ones(8, '\xFF');
  EXPECT_EQ(decoded<float>("I8", ones, 8), std::vector<float>(8, -1.0F));
  EXPECT_EQ(decoded<float>("U8", ones, 8), std::vector<float>(8, 255.0F));
  EXPECT_EQ(decoded<float>("I16", ones, 4), std::vector<float>(4, -1.0F));
  EXPECT_EQ(decoded<float>("U16", ones, 4), std::vector<float>(4, 65535.0F));
  EXPECT_EQ(decoded<double>("I32", ones, 2), std::vector<double>(2, -1.0));
  EXPECT_EQ(decoded<double>("U32", ones, 2), std::vector<double>(2, 4294967295.0));
  EXPECT_EQ(decoded<double>("I64", ones, 1), std::vector<double>(1, -1.0));
  EXPECT_EQ(decoded<double>("U64", ones, 1), std::vector<double>(1, 0x1p64)) << "rounded to nearest even";
  EXPECT_EQ(decoded<float>("BOOL", std::string_view("\0\1\2", 3), 3), (std::vector<float>{0, 1, 1}));
}

TEST(ElementType, IntegersBelowAByteBeginInItsLowBits) {
  EXPECT_EQ(decoded<float>("I4", "\x10\x87\xF9", 6), (std::vector<float>{0, 1, 7, -8, -7, -1}));
  EXPECT_EQ(decoded<double>("U4", "\x10\x87\xF9", 6), (std::vector<double>{0, 1, 7, 8, 9, 15}));
  EXPECT_EQ(decoded<float>("I2", "\xE4", 4), (std::vector<float>{0, 1, -2, -1}));
  EXPECT_EQ(decoded<float>("U2", "\xE4", 4), (std::vector<float>{0, 1, 2, 3}));
  for (const std::string_view name : {"I4", "U4", "I2", "U2"}) {
    const NumberFormat* const format = type(name).format;
    ASSERT_TRUE(format) << name;
    for (unsigned code = 0; code < 1U << type(name).bits; ++code) {
      std::string bytes(1, static_cast<char>(code));
      EXPECT_EQ(decoded<double>(name, bytes, 8 / static_cast<std::size_t>(type(name).bits))[0],
                toDouble(format->decode(code)));
    }
  }
}

TEST(ElementType, DataMayLieAtAnyAddress) {
  // UBSan sees a load that is not aligned; the values show one that is misplaced.
  std::vector<std::byte> storage(64);
  for (const ElementType& each : elementTypes()) {
    if (!each.readable) continue;
    const std::uint64_t bytes = *byteSize(each, 8);
    for (std::size_t shift = 0; shift < 8 && shift + bytes <= storage.size(); ++shift) {
      std::fill(storage.begin(), storage.end(), std::byte{0xAA});
      std::fill_n(storage.begin() + static_cast<std::ptrdiff_t>(shift), bytes, std::byte{0});
      std::vector<double> values(8, 1.0);
      decodeElements(each, std::span(storage).subspan(shift, bytes), std::span(values));
      const double ofZeroBits = each.name == "F8_E8M0" ? 0x1p-127 : 0.0;
      EXPECT_EQ(values, std::vector<double>(8, ofZeroBits)) << each.name << " at " << shift;
    }
  }
}

TEST(ElementType, CodesOfPackedElementsComeFromTheLowBitsFirst) {
  const std::string bytes = "\x21\x43\x65";
  const auto view = std::as_bytes(std::span(bytes));
  for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(elementCode(type("F4"), view, i), i + 1);
  // 0x654321 in groups of 6 bits: 10'0001, 00'1100, 01'0100, 01'1001.
  const std::vector<std::uint64_t> sixes{0x21, 0x0C, 0x14, 0x19};
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(elementCode(type("F6_E3M2"), view, i), sixes[i]);
  EXPECT_EQ(elementCode(type("BF16"), view, 0), 0x4321u);
  const std::string wide(16, '\xFE');
  EXPECT_EQ(elementCode(type("F64"), std::as_bytes(std::span(wide)), 1), 0xFEFEFEFEFEFEFEFEu);
}

}  // namespace
}  // namespace ulpscope
