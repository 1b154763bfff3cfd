// SPDX-License-Identifier: Apache-2.0
//
// The reader of one safetensors file against files that are wrong, each in one way, or only look so. S1 to S14 number
// the kinds of input; S15 and S16, which need files on disk, are in open_checkpoint_test.cpp and
// shard_index_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::SafetensorsBuilder;
using testing::HasSubstr;

const CheckpointReader& reader() { return *findCheckpointReader("safetensors"); }

Result<Checkpoint> open(std::string_view bytes, const OpenOptions& options = {}) {
  return reader().open(SafetensorsBuilder::sourceOf(bytes), {.options = options});
}
Result<Checkpoint> open(const SafetensorsBuilder& builder, const OpenOptions& options = {}) {
  return open(builder.bytes(), options);
}

void expectAccepted(const Result<Checkpoint>& checkpoint) {
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_TRUE(checkpoint->warnings.empty()) << checkpoint->warnings.front();
}

/// Refused with this code, by one sentence that holds `words` and names the file.
void expectRefused(const Result<Checkpoint>& checkpoint, Errc code, std::string_view words) {
  ASSERT_FALSE(checkpoint) << "accepted, where expected: " << words;
  EXPECT_EQ(checkpoint.error().code, code) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint.error().message, HasSubstr(words));
  EXPECT_EQ(checkpoint.error().subject, "test.safetensors");
  EXPECT_LT(checkpoint.error().message.size(), 2000u) << "names in messages are cut";
}
void expectCorrupt(const Result<Checkpoint>& checkpoint, std::string_view words) {
  expectRefused(checkpoint, Errc::Corrupt, words);
}

/// A header of this JSON, before no data.
Result<Checkpoint> openHeader(std::string_view json) { return open(SafetensorsBuilder::file(json)); }

/// One entry of this JSON, before the 4 bytes that a sound one would have.
Result<Checkpoint> openEntry(std::string_view json) {
  return open(SafetensorsBuilder().member("t", json).data("1234"));
}

/// A file of which only the beginning may be read.
class HeadOnly final : public ByteSource {
 public:
  HeadOnly(std::string head, std::uint64_t rest) : m_head(std::move(head)), m_rest(rest) {}
  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return m_head.size() + m_rest; }
  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset + out.size() > m_head.size()) return fail(Errc::Io, "what follows was read", m_name);
    std::memcpy(out.data(), m_head.data() + offset, out.size());
    return {};
  }
  Result<> verifyUnchanged() const override { return {}; }

 private:
  std::string m_name = "test.safetensors";
  std::string m_head;
  std::uint64_t m_rest;
};

constexpr std::string_view kSound = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

TEST(SafetensorsS1, FilesTooSmallForALengthAndEmptyHeadersAreRefused) {
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 7})
    expectCorrupt(open(std::string(size, '\0')), "at least 8 bytes expected");
  expectCorrupt(open(std::string(8, '\0')), "a header expected");
}

TEST(SafetensorsS2, LengthsBeyondTheFileOrTheLimitAreRefusedBeforeAnyAllocation) {
  const auto withLength = [](std::uint64_t length) {
    std::string bytes = SafetensorsBuilder().bytes();
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes;
  };
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{1} << 31, std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7})
    expectCorrupt(open(withLength(length)), fmt::format("header of {} bytes expected, 2 bytes left", length));

  OpenOptions options;
  options.limits.headerBytes = 20;
  expectAccepted(open(SafetensorsBuilder::file("{}" + std::string(18, ' ')), options));
  expectRefused(open(SafetensorsBuilder::file("{}" + std::string(19, ' ')), options), Errc::LimitExceeded,
                "header of at most 20 bytes expected, 21 found");
  // The limit itself, by a file of which nothing but the length is there to be read.
  const std::string length = withLength(100'000'001).substr(0, 8);
  expectRefused(reader().open(std::make_shared<const HeadOnly>(length, 100'000'001), {}), Errc::LimitExceeded,
                "at most 100000000 bytes expected, 100000001 found");
}

TEST(SafetensorsS3, AHundredMegabytesOfSpacesBehindTheHeaderAreAccepted) {
  expectAccepted(openHeader("{}" + std::string(100'000'000 - 2, ' ')));
}

TEST(SafetensorsS4, TextThatIsNotUtf8WithoutAMarkIsRefused) {
  expectCorrupt(openHeader("{\"a\xFF\":" + std::string(kSound) + "}"), "valid JSON in UTF-8 expected");
  expectCorrupt(openHeader("{\"a\xC0\x80\":" + std::string(kSound) + "}"), "valid JSON in UTF-8 expected");
  expectCorrupt(openHeader("\xEF\xBB\xBF{}"), "byte order mark");
  expectCorrupt(openHeader("{}\0"s), "a zero byte found");
  expectCorrupt(openHeader("{\"a\0\":"s + std::string(kSound) + "}"), "a zero byte found");
  expectCorrupt(openHeader(R"({"\ud800":)" + std::string(kSound) + "}"), "valid JSON in UTF-8 expected");
  expectCorrupt(openHeader(R"({"\udc00\ud800":)" + std::string(kSound) + "}"), "valid JSON in UTF-8 expected");
}

TEST(SafetensorsS5, WhatIsNotOneJsonObjectIsRefused) {
  for (const std::string_view json : {"[]", "1", "\"text\"", "null", "true", "-1", "1.5"})
    expectCorrupt(openHeader(json), "a JSON object of tensors expected");
  for (const std::string_view json :
       {"{", "{\"a\"", "{\"a\":", "{}{}", "{} x", "{},", "{/**/}", "{'a':1}", " ", "{\"a\":1,}"})
    ASSERT_FALSE(openHeader(json)) << json;
  for (const std::string_view number : {"NaN", "Infinity", "-Infinity", "1e999", "0x10", "01", "+1"})
    expectCorrupt(openEntry(fmt::format(R"({{"dtype":"F32","shape":[{}],"data_offsets":[0,4]}})", number)), "");
}

TEST(SafetensorsS6, DeepNestingIsRefusedWithoutRecursion) {
  const std::string open100k(100'000, '[');
  const std::string close100k(100'000, ']');
  const auto nested = open100k + close100k;
  for (const std::string& json :
       {nested, open100k, "{\"a\":" + nested + "}", R"({"__metadata__":{"k":)" + nested + "}}",
        R"({"t":{"dtype":"F32","extra":)" + nested + "}}", R"({"t":{"dtype":"F32","shape":)" + nested + "}}"})
    ASSERT_FALSE(openHeader(json)) << json.substr(0, 40);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  ASSERT_FALSE(openHeader(objects));
}

TEST(SafetensorsS7, DuplicateKeysAreRefusedAsSuch) {
  const auto twice = [](std::string_view first, std::string_view second) {
    return open(SafetensorsBuilder().member("t", first).member("u", kSound).member("t", second).data("12345678"));
  };
  expectCorrupt(twice(kSound, kSound), "duplicate key \"t\"");
  expectCorrupt(twice(kSound, R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "duplicate key \"t\"");
  constexpr std::string_view kEmpty = R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  expectCorrupt(twice(kEmpty, kEmpty), "duplicate key \"t\"");
  expectCorrupt(open(SafetensorsBuilder().member("a", kSound).member(R"(\u0061)", kSound).data("1234")),
                "duplicate key \"a\"");

  expectCorrupt(openEntry(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})"),
                "duplicate key \"dtype\"");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]})"),
                "duplicate key \"shape\"");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]})"),
                "duplicate key \"data_offsets\"");
  expectCorrupt(openHeader(R"({"__metadata__":{},"__metadata__":{}})"), "duplicate key \"__metadata__\"");
  expectCorrupt(openHeader(R"({"__metadata__":{"k":"1","k":"2"}})"), "duplicate key \"k\"");
}

TEST(SafetensorsS8, EntriesHaveThreeKeysOfTheRightKinds) {
  expectAccepted(openEntry(kSound));
  expectCorrupt(openEntry(R"({"shape":[1],"data_offsets":[0,4]})"), "dtype expected, none found");
  expectCorrupt(openEntry(R"({"dtype":"F32","data_offsets":[0,4]})"), "shape expected, none found");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":[1]})"), "data_offsets expected, none found");
  expectCorrupt(openEntry("{}"), "dtype expected, none found");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1})"), "the key \"extra\" found");
  expectCorrupt(openEntry("[]"), "an object expected, an array found");
  expectCorrupt(openEntry("null"), "an object expected, null found");
  expectCorrupt(openEntry(R"({"dtype":1,"shape":[1],"data_offsets":[0,4]})"),
                "a string for dtype expected, a number found");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), "an array for shape expected");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":{},"data_offsets":[0,4]})"), "an array for shape expected");
  expectCorrupt(openHeader(R"({"__metadata__":{"format":1}})"), "a string for \"format\" expected, a number found");
  expectCorrupt(openHeader(R"({"__metadata__":{"format":{}}})"), "a string for \"format\" expected, an object found");
  expectCorrupt(openHeader(R"({"__metadata__":"pt"})"), "an object expected, a string found");
}

TEST(SafetensorsS8, ShapesAndOffsetsAreWholeNumbers) {
  for (const std::string_view number :
       {"-1", "-0", "1.5", "1.0", "1e3", "18446744073709551616", "\"1\"", "null", "true", "[1]"})
    expectCorrupt(openEntry(fmt::format(R"({{"dtype":"F32","shape":[{}],"data_offsets":[0,4]}})", number)),
                  "in shape expected");
  for (const std::string_view offsets : {"0,-4", "0,4.0", "0,4e0", "\"0\",4", "0,18446744073709551616"})
    expectCorrupt(openEntry(fmt::format(R"({{"dtype":"F32","shape":[1],"data_offsets":[{}]}})", offsets)),
                  "in data_offsets expected");
  for (const std::string_view offsets : {"", "0", "0,4,8"})
    expectCorrupt(openEntry(fmt::format(R"({{"dtype":"F32","shape":[1],"data_offsets":[{}]}})", offsets)),
                  "2 data_offsets expected");
  expectCorrupt(openEntry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), "rising order");
  expectCorrupt(openEntry(R"({"dtype":"U9","shape":[1],"data_offsets":[18446744073709551600,18446744073709551615]})"),
                "data_offsets within the file expected");
}

TEST(SafetensorsS8, TensorsOfUnknownTypesAreListedAndTheOthersUsable) {
  for (const std::string_view type : {"F7", "f32", "", "C64"}) {
    const auto checkpoint =
        open(SafetensorsBuilder().add("odd", type, {8}, type == "C64" ? 64 : 6).add("even", "U8", {2}, 2));
    expectAccepted(checkpoint);
    ASSERT_EQ(checkpoint->tensors.size(), 2u);
    EXPECT_EQ(checkpoint->tensors[0].storedType, type);
    EXPECT_EQ(checkpoint->source(0).error().code, Errc::Unsupported);
    EXPECT_EQ(*checkpoint->source(1)->valueAt(1), 2.0);
  }
}

TEST(SafetensorsS9, OverlapsHolesAndBytesBehindAreDamageThatCanBeOpenedWithAWarning) {
  const auto two = [](std::uint64_t a, std::uint64_t b, std::string_view data) {
    return SafetensorsBuilder().entry("a", "U8", "[4]", a, a + 4).entry("b", "U8", "[4]", b, b + 4).data(data).bytes();
  };
  expectAccepted(open(two(0, 4, "12345678")));
  expectAccepted(open(two(4, 0, "12345678")));

  const auto expectDamaged = [](const std::string& bytes, std::string_view words) {
    expectRefused(open(bytes), Errc::Damaged, words);
    const auto checkpoint = open(bytes, {.allowDamaged = true});
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    ASSERT_EQ(checkpoint->warnings.size(), 1u);
    EXPECT_THAT(checkpoint->warnings[0], HasSubstr(words));
    for (std::size_t i = 0; i < 2; ++i) {
      const auto source = checkpoint->source(i);
      ASSERT_TRUE(source) << describe(source.error());
      EXPECT_TRUE(source->valueAt(3));
    }
  };
  expectDamaged(two(0, 2, "123456"), "tensor \"b\" expected to begin");
  expectDamaged(two(0, 2, "123456"), "(overlap)");
  expectDamaged(two(0, 0, "1234"), "(overlap)");
  expectDamaged(two(0, 5, "123456789"), "tensor \"b\" expected to begin");
  expectDamaged(two(0, 5, "123456789"), "(hole)");
  expectDamaged(two(1, 5, "123456789"), "tensor \"a\" expected to begin");
  expectDamaged(two(0, 4, "123456789"), "1 bytes follow it");
  expectRefused(open(SafetensorsBuilder::file("{}", "x")), Errc::Damaged, "1 bytes follow it");
}

TEST(SafetensorsS9, AGibibyteBehindTheLastTensorIsNoticedWithoutReadingIt) {
  const auto tail =
      std::make_shared<const HeadOnly>(SafetensorsBuilder().add("t", "U8", {4}, 4).bytes(), std::uint64_t{1} << 30);
  expectRefused(reader().open(tail, {}), Errc::Damaged, "1073741824 bytes follow it");
  EXPECT_TRUE(reader().open(tail, {.options = {.allowDamaged = true}}));
}

TEST(SafetensorsS9, OfAFileCutShortTheTensorsThatAreThereCanBeRead) {
  std::string bytes = SafetensorsBuilder().add("a", "U8", {4}, 4).add("b", "U8", {4}, 4).bytes();
  bytes.pop_back();
  expectRefused(open(bytes), Errc::Damaged, "tensor \"b\" ends at byte");
  const auto checkpoint = open(bytes, {.allowDamaged = true});
  ASSERT_TRUE(checkpoint);
  EXPECT_THAT(checkpoint->warnings.at(0), HasSubstr("unfinished download"));
  EXPECT_TRUE(checkpoint->source(0));
  EXPECT_EQ(checkpoint->source(1).error().code, Errc::Damaged);
}

TEST(SafetensorsS9, ManyDamagedPlacesMakeOneWarning) {
  SafetensorsBuilder builder;
  for (int i = 0; i < 1000; ++i) builder.entry(fmt::format("t{}", i), "U8", "[4]", 0, 4);
  const auto checkpoint = open(builder.data("1234"), {.allowDamaged = true});
  ASSERT_TRUE(checkpoint);
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_THAT(checkpoint->warnings[0], HasSubstr("998 more places"));
}

TEST(SafetensorsS10, ShapesWhoseSizeOverflowsOrDisagreesAreRefused) {
  const auto shaped = [](std::string_view type, std::string_view shape, std::uint64_t bytes) {
    return open(SafetensorsBuilder().entry("t", type, shape, 0, bytes).data(std::string(bytes, 'x')));
  };
  expectCorrupt(shaped("U8", "[1099511627776,1099511627776]", 0), "fewer than 2^64 elements expected");
  expectCorrupt(shaped("F9", "[1099511627776,1099511627776]", 0), "fewer than 2^64 elements expected");
  expectCorrupt(shaped("F64", "[2305843009213693952]", 0), "");  // 2^61 * 8 wraps to 0
  expectCorrupt(shaped("F4", "[9223372036854775808]", 0), "");
  expectCorrupt(shaped("F32", "[3]", 11), "12 bytes for F32 [3] expected, 11 bytes found");
  expectCorrupt(shaped("F32", "[3]", 13), "12 bytes for F32 [3] expected, 13 bytes found");
  expectAccepted(shaped("F32", "[3]", 12));
}

TEST(SafetensorsS10, AZeroDimensionMakesTheSizeZeroWhateverStandsBeforeIt) {
  for (const std::string_view shape : {"[0,1099511627776,1099511627776]", "[1099511627776,1099511627776,0]"}) {
    const auto checkpoint = open(SafetensorsBuilder().entry("t", "F32", shape, 0, 0));
    expectAccepted(checkpoint);
    EXPECT_EQ(checkpoint->tensors[0].elements, 0u);
  }
}

TEST(SafetensorsS11, RanksFromZeroToTheLimitAreAccepted) {
  expectAccepted(open(SafetensorsBuilder().add("scalar", "F32", {}, 4)));
  expectAccepted(open(SafetensorsBuilder().add("t", "F32", std::vector<std::uint64_t>(64, 1), 4)));
  expectAccepted(open(SafetensorsBuilder().add("empty", "F32", {3, 0}, 0)));
  expectRefused(open(SafetensorsBuilder().add("t", "F32", std::vector<std::uint64_t>(65, 1), 4)), Errc::LimitExceeded,
                "at most 64 dimensions expected");
  expectRefused(open(SafetensorsBuilder().add("t", "F32", std::vector<std::uint64_t>(1'000'000, 1), 4)),
                Errc::LimitExceeded, "at most 64 dimensions expected");
}

TEST(SafetensorsS12, PackedElementsFillWholeBytes) {
  expectAccepted(open(SafetensorsBuilder().add("t", "F4", {6}, 3)));
  expectAccepted(open(SafetensorsBuilder().add("t", "F6_E2M3", {4}, 3)));
  expectCorrupt(open(SafetensorsBuilder().add("t", "F4", {5}, 3)), "fill whole bytes");
  expectCorrupt(open(SafetensorsBuilder().add("t", "F4", {5}, 2)), "fill whole bytes");
  expectCorrupt(open(SafetensorsBuilder().add("t", "F6_E3M2", {6}, 5)), "fill whole bytes");
}

TEST(SafetensorsS13, AMillionTensorsOpen) {
  constexpr int kTensors = 1'000'000;
  std::string header = "{";
  header.reserve(60 * kTensors);
  for (int i = 0; i < kTensors; ++i)
    fmt::format_to(std::back_inserter(header), R"({}"t{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                   i == 0 ? "" : ",", i);
  const auto checkpoint = openHeader(header + "}");
  expectAccepted(checkpoint);
  EXPECT_EQ(checkpoint->tensors.size(), 1'000'000u);
  EXPECT_EQ(checkpoint->tensors.back().name, "t999999");

  OpenOptions options;
  options.limits.tensors = 999'999;
  expectRefused(open(SafetensorsBuilder::file(header + "}"), options), Errc::LimitExceeded, "at most 999999 tensors");
}

TEST(SafetensorsS13, NamesMayBeAnyText) {
  for (const std::string_view name :
       {"", " ", "\\n", "\\u0000", "e\\u0301", "\\u202Egpj.exe", "<img src=\\\"file:///x\\\">", "%1"})
    expectAccepted(open(SafetensorsBuilder().add(name, "U8", {1}, 1)));
  // Composed and decomposed forms of one letter are two names.
  expectAccepted(open(SafetensorsBuilder().add("\u00E9", "U8", {1}, 1).add("e\u0301", "U8", {1}, 1)));
  const auto checkpoint = open(SafetensorsBuilder().add("a\\u0000b", "U8", {1}, 1));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tensors[0].name, "a\0b"s);
}

TEST(SafetensorsS13, ANameOfFiftyMegabytesOpensAndIsCutInMessages) {
  const std::string name(50'000'000, 'n');
  expectAccepted(open(SafetensorsBuilder().add(name, "U8", {1}, 1)));
  expectCorrupt(open(SafetensorsBuilder().add(name, "U8", {1}, 2)), "1 bytes for U8 [1] expected");
}

TEST(SafetensorsS13, NamesAreEscapedInMessages) {
  const auto checkpoint = open(SafetensorsBuilder().add("\\u202E\\u001b[2J\\n", "U8", {2}, 1));
  ASSERT_FALSE(checkpoint);
  EXPECT_THAT(checkpoint.error().message, HasSubstr("\\u202E\\x1B[2J\\x0A"));
}

TEST(SafetensorsS14, DataMayBeginAtAnyAddress) {
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const std::string header =
        SafetensorsBuilder().entry("t", "F64", "[2]", 0, 16).header() + std::string(padding, ' ');
    const double values[]{1.5, -27.15625};
    std::string data(16, '\0');
    std::memcpy(data.data(), values, 16);
    const auto checkpoint = open(SafetensorsBuilder::file(header, data));
    expectAccepted(checkpoint);
    EXPECT_EQ(*checkpoint->source(0)->valueAt(1), -27.15625);
  }
}

TEST(Safetensors, WhiteSpaceBeforeTheHeaderIsAcceptedWithAWarning) {
  const auto checkpoint = openHeader(" \n{}");
  ASSERT_TRUE(checkpoint);
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_THAT(checkpoint->warnings[0], HasSubstr("white space"));
}

TEST(Safetensors, MetadataKeepTheirOrder) {
  const auto checkpoint = openHeader(R"({"__metadata__":{"z":"1","a":"2","":"<b>"}})");
  expectAccepted(checkpoint);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(checkpoint->metadata, (Pairs{{"z", "1"}, {"a", "2"}, {"", "<b>"}}));
  expectAccepted(openHeader(R"({"__metadata__":{}})"));
}

TEST(Safetensors, TensorsComeInTheOrderOfTheirData) {
  const auto checkpoint = open(SafetensorsBuilder()
                                   .entry("last", "U8", "[2]", 4, 6)
                                   .entry("empty", "U8", "[0]", 4, 4)
                                   .entry("first", "U8", "[4]", 0, 4)
                                   .data("123456"));
  expectAccepted(checkpoint);
  EXPECT_EQ(checkpoint->tensors[0].name, "first");
  EXPECT_EQ(checkpoint->tensors[1].name, "empty");
  EXPECT_EQ(checkpoint->tensors[2].name, "last");
}

TEST(Safetensors, ErrorsInTheHeaderSayAtWhichByteOfTheFile) {
  const auto checkpoint = openHeader(R"({"a":1})");
  ASSERT_FALSE(checkpoint);
  ASSERT_TRUE(checkpoint.error().offset);
  EXPECT_GE(*checkpoint.error().offset, 8u + 5u);
  EXPECT_LE(*checkpoint.error().offset, 8u + 7u);
}

TEST(Safetensors, TotalsOfClaimsThatDoNotFitStopAtTheLargestNumber) {
  const auto checkpoint = open(SafetensorsBuilder()
                                   .entry("a", "X", "[18446744073709551615]", 0, 0)
                                   .entry("b", "X", "[18446744073709551615]", 0, 0));
  expectAccepted(checkpoint);
  EXPECT_EQ(checkpoint->totalElements(), ~std::uint64_t{0});
}

}  // namespace
}  // namespace ulpscope
