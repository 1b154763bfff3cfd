// SPDX-License-Identifier: Apache-2.0
//
// ZIP archives that are sound, wrong in one way each, or made to deceive. Z1 to Z6 number the kinds of input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "core/checkpoint/zip_archive.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::le;
using test::ZipBuilder;
using test::ZipEntry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<ZipArchive> open(std::string_view bytes, const Limits& limits = {}) {
  return ZipArchive::open(memorySource("a.zip", test::asBytes(bytes)), limits);
}

void expectRefused(const Result<ZipArchive>& archive, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_FALSE(archive) << "accepted, where expected: " << words;
  EXPECT_EQ(archive.error().code, code) << describe(archive.error());
  EXPECT_THAT(archive.error().message, HasSubstr(words));
  EXPECT_EQ(archive.error().subject, "a.zip");
}

/// All of a member, or the error of opening or reading it.
Result<std::string> contents(const ZipArchive& archive, const ZipMember& member) {
  const auto source = archive.source(member);
  if (!source) return tl::unexpected(source.error());
  std::string bytes(std::min<std::uint64_t>((*source)->size(), 1 << 30), '\0');
  if (auto read = (*source)->read(0, std::as_writable_bytes(std::span(bytes))); !read)
    return tl::unexpected(read.error());
  return bytes;
}

void expectMember(const ZipArchive& archive, std::string_view name, std::string_view data) {
  const ZipMember* const member = archive.find(name);
  ASSERT_TRUE(member) << name;
  const auto read = contents(archive, *member);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(*read, data);
}

/// The one member of `archive` is refused, when it is opened or when it is read.
void expectMemberRefused(const Result<ZipArchive>& archive, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_TRUE(archive) << describe(archive.error());
  const auto read = contents(*archive, archive->members().front());
  ASSERT_FALSE(read) << "accepted, where expected: " << words;
  EXPECT_EQ(read.error().code, code);
  EXPECT_THAT(read.error().message, HasSubstr(words));
}

/// Text that compresses, but not to nothing.
std::string text(std::size_t size) {
  std::string text;
  for (std::uint32_t x = 1; text.size() < size; x = x * 1664525 + 1013904223) text += fmt::format("{} ", x >> 20);
  text.resize(size);
  return text;
}

TEST(ZipArchive, ReadsStoredAndDeflatedMembers) {
  const std::string bytes =
      ZipBuilder().add("a/stored", "hello").add("a/deflated", text(5000), 8).add("empty", "").add("e", "", 8).bytes();
  const auto archive = open(bytes);
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->warnings(), IsEmpty());
  EXPECT_EQ(archive->members().size(), 4u);
  expectMember(*archive, "a/stored", "hello");
  expectMember(*archive, "a/deflated", text(5000));
  expectMember(*archive, "empty", "");
  expectMember(*archive, "e", "");
  EXPECT_EQ(archive->find("a/other"), nullptr);
  EXPECT_TRUE(ZipArchive::isZip(*memorySource("a", test::asBytes(bytes))));
  EXPECT_FALSE(ZipArchive::isZip(*memorySource("a", test::asBytes("PK"))));
  EXPECT_FALSE(ZipArchive::isZip(*memorySource("a", test::asBytes("PKPKPK"))));
}

TEST(ZipArchive, ReadsAnEmptyOne) {
  const auto archive = open(ZipBuilder().bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->members(), IsEmpty());
  EXPECT_TRUE(ZipArchive::isZip(*memorySource("a", test::asBytes(ZipBuilder().bytes()))));
}

TEST(ZipArchive, ReadsZip64AsPyTorchAndNumPyWriteIt) {
  for (const bool descriptor : {false, true}) {
    const auto flags = static_cast<std::uint16_t>(descriptor ? 8 : 0);
    const auto archive = open(ZipBuilder()
                                  .add({.name = "one", .data = "1", .flags = flags, .zip64 = true})
                                  .add({.name = "two", .data = text(300), .method = 8, .flags = flags, .zip64 = true})
                                  .bytes64());
    ASSERT_TRUE(archive) << describe(archive.error());
    EXPECT_THAT(archive->warnings(), IsEmpty());
    expectMember(*archive, "one", "1");
    expectMember(*archive, "two", text(300));
  }
}

TEST(ZipArchive, InflatesAnyPartInAnyOrderFromSeveralThreads) {
  const std::string whole = text(20 << 20);
  const auto archive = open(ZipBuilder().add("m", whole, 8).bytes());
  ASSERT_TRUE(archive);
  const auto source = archive->source(archive->members().front());
  ASSERT_TRUE(source);
  const auto expectPart = [&](std::size_t offset, std::size_t size) {
    std::string part(size, '\0');
    const auto read = (*source)->read(offset, std::as_writable_bytes(std::span(part)));
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_TRUE(part == std::string_view(whole).substr(offset, size)) << offset;
  };
  expectPart(9 << 20, 100);     // forwards over what nobody read
  expectPart(100, 5000);        // backwards
  expectPart(0, whole.size());  // all of it
  expectPart(whole.size() - 1, 1);
  expectPart((12 << 20) - 1, 2);  // over a kept state
  expectPart(4 << 20, 1);         // from one
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 20; ++i) expectPart((i * 7919 + thread * 104729) * 97 % (whole.size() - 4096), 4096);
    });
  for (std::thread& each : threads) each.join();
  std::string beyond(2, '\0');
  EXPECT_FALSE((*source)->read(whole.size() - 1, std::as_writable_bytes(std::span(beyond))));
  EXPECT_FALSE((*source)->read(~std::uint64_t{0}, std::as_writable_bytes(std::span(beyond))));
}

TEST(ZipZ1, TheEndOfTheDirectoryMustBeThereOnce) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234");
  const std::string before = zip.data() + zip.directory();
  expectRefused(open(""), "at least 22 bytes");
  expectRefused(open("PK\3\4"), "at least 22 bytes");
  expectRefused(open(before), "none found");
  expectRefused(open(zip.bytes() + "trailing"), "none found");
  ASSERT_TRUE(open(before + zip.end("a comment")));
  ASSERT_TRUE(open(before + zip.end(std::string(65535, 'c'))));
  expectRefused(open(before + zip.end(std::string(65535, 'c')) + "c"), "none found");
  expectRefused(open(before + zip.end("hidden" + zip.end())), "second one");
  ASSERT_TRUE(open(before + zip.end("PK\5\6 in a comment"))) << "not an end record, only its signature";
}

TEST(ZipZ1, WhatTheEndSaysOfTheDirectoryMustFit) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234").add("b", "5678");
  const std::string before = zip.data() + zip.directory();
  const std::uint64_t size = zip.directory().size(), offset = zip.directoryOffset();
  ASSERT_TRUE(open(before + zip.end(2, size, offset)));
  expectRefused(open(before + zip.end(1, size, offset)), "bytes follow");
  expectRefused(open(before + zip.end(3, size, offset)), "directory of 3 entries expected");
  expectRefused(open(before + zip.end(2, size + 1, offset)), "directory up to byte");
  expectRefused(open(before + zip.end(2, size, offset + 1)), "directory up to byte");
  expectRefused(open(before + zip.end(2, size + 1, offset - 1)), "entry of the directory expected");
  expectRefused(open(before + zip.end(2, 0xFFFFFFFF, 0xFFFFFFFF)), "directory up to byte");
  expectRefused(open(before + zip.end(2, size, offset, "", 1)), "disk 1", Errc::Unsupported);
  expectRefused(open("junk" + zip.bytes()), "directory up to byte");
}

TEST(ZipZ1, TheRecordsOfZip64MustFit) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234");
  const std::string before = zip.data() + zip.directory();
  const std::string markers = zip.end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF);
  const std::uint64_t at = before.size();
  ASSERT_TRUE(open(before + zip.end64() + markers));
  ASSERT_TRUE(open(before + zip.end64() + zip.end())) << "values that are not needed, but agree";
  for (const std::uint64_t wrong : {at + 1, at - 1, at + 100, std::uint64_t{0}, ~std::uint64_t{0}})
    expectRefused(open(before + zip.end64(wrong) + markers), "ZIP64 record");
  expectRefused(open(before + zip.end64(at, 0, 45) + markers), "ZIP64 record of 44 bytes");
  expectRefused(open(before + zip.end64(at, 0, ~std::uint64_t{0}) + markers), "ZIP64 record of 44 bytes");
  expectRefused(open(before + zip.end64(at, 1) + markers), "disk 1", Errc::Unsupported);
  expectRefused(open(before + zip.end64() + zip.end(2, zip.directory().size(), zip.directoryOffset())), "throughout");
}

TEST(ZipZ2, TheDirectoryCountsWhereLocalHeadersDiffer) {
  const auto expectWarning = [](ZipEntry entry, std::string_view words) {
    const auto archive = open(ZipBuilder().add(std::move(entry)).bytes());
    ASSERT_TRUE(archive) << describe(archive.error());
    EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr(words)));
    expectMember(*archive, "name", "1234");
  };
  expectWarning({.name = "name", .data = "1234", .localName = "other"}, "another name");
  expectWarning({.name = "name", .data = "1234", .localName = "NAME"}, "another name");
  expectWarning({.name = "name", .data = "1234", .localMethod = 8}, "another method");
  expectWarning({.name = "name", .data = "1234", .localSize = 5}, "another size");
  expectWarning({.name = "name", .data = "1234", .localCrc = 5}, "another CRC");
  expectWarning({.name = "name", .data = "1234", .before = "gap"}, "belong to no member");
  const auto sound = open(ZipBuilder().add({.name = "name", .data = "1234", .flags = 8}).bytes());
  ASSERT_TRUE(sound);
  EXPECT_THAT(sound->warnings(), IsEmpty()) << "a descriptor instead";
}

TEST(ZipZ2, MembersOverEachOtherAreReadWithinTheirSizes) {
  // One kernel of data that ten entries claim, and one that claims the directory too.
  ZipBuilder zip;
  zip.add("0", std::string(1000, 'x'));
  for (int i = 1; i < 10; ++i)
    zip.add({.name = fmt::format("{}", i), .data = "", .size = 1000, .compressedSize = 1000, .headerOffset = 0});
  const auto archive = open(zip.bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->warnings(), testing::Contains(HasSubstr("lie over others")));
  EXPECT_THAT(archive->warnings(), testing::Contains(HasSubstr("another name")));
  expectMember(*archive, "9", std::string(1000, 'x'));

  const auto beyond = open(ZipBuilder().add({.name = "a", .data = "1234", .size = 60, .compressedSize = 60}).bytes());
  ASSERT_TRUE(beyond);
  EXPECT_THAT(beyond->warnings(), testing::Contains(HasSubstr("over its directory")));
}

TEST(ZipZ2, HeadersAndDataOutsideTheArchiveAreErrorsOfTheirMember) {
  const auto at = [](std::uint64_t offset) {
    return open(ZipBuilder().add({.name = "a", .data = "1234", .headerOffset = offset}).bytes());
  };
  expectMemberRefused(at(1), "a local header expected");
  expectMemberRefused(at(1000), "a local header expected at byte 1000");
  expectMemberRefused(at(0xFFFFFFFF), "a local header expected");
  expectMemberRefused(open(ZipBuilder().add({.name = "a", .data = "1234", .size = 500, .compressedSize = 500}).bytes()),
                      "500 bytes expected");
  const ZipEntry far{.name = "a", .data = "1", .zip64 = true, .size = ~0ull, .compressedSize = ~0ull};
  expectMemberRefused(open(ZipBuilder().add(far).bytes()), "bytes expected");
  const ZipEntry away{.name = "a", .data = "1", .zip64 = true, .headerOffset = ~0ull};
  expectMemberRefused(open(ZipBuilder().add(away).bytes()), "a local header expected");
}

TEST(ZipZ2, ExtraFieldsMustFit) {
  const auto with = [](std::string extra) {
    return open(ZipBuilder().add({.name = "a", .data = "1234", .extra = std::move(extra)}).bytes());
  };
  EXPECT_TRUE(with(le<std::uint16_t>(0x5455) + le<std::uint16_t>(5) + "12345"));
  EXPECT_TRUE(with("123")) << "less than the head of one";
  expectRefused(with(le<std::uint16_t>(0x5455) + le<std::uint16_t>(6) + "12345"), "extra field of 6 bytes");
  expectRefused(open(ZipBuilder()
                         .add({.name = "a",
                               .data = "1",
                               .size = 0xFFFFFFFF,
                               .extra = le<std::uint16_t>(1) + le<std::uint16_t>(4) + "1234"})
                         .bytes()),
                "ZIP64 extra field");
}

TEST(ZipZ3, WhatCannotBeReadIsAnErrorOfItsMember) {
  for (const std::uint16_t flag : std::initializer_list<std::uint16_t>{1, 0x40, 0x2000})
    expectMemberRefused(open(ZipBuilder().add({.name = "a", .data = "1234", .flags = flag}).bytes()), "encrypted",
                        Errc::Unsupported);
  for (const std::uint16_t method : std::initializer_list<std::uint16_t>{1, 9, 12, 14, 93, 99})
    expectMemberRefused(open(ZipBuilder().add("a", "1234", method).bytes()), fmt::format("method {}", method),
                        Errc::Unsupported);
  expectMemberRefused(open(ZipBuilder().add({.name = "a", .data = "1234", .size = 3}).bytes()), "3 stored bytes");
  expectMemberRefused(open(ZipBuilder().add({.name = "a", .data = "1234", .size = 5}).bytes()), "5 stored bytes");
  const auto others = open(ZipBuilder().add({.name = "bad", .data = "1", .flags = 1}).add("good", "1234").bytes());
  ASSERT_TRUE(others);
  expectMember(*others, "good", "1234");
}

TEST(ZipZ3, DamagedDeflateIsAnErrorOfItsMember) {
  const std::string data = text(1000), stream = test::deflated(data);
  const auto with = [&](std::string compressed, std::uint64_t size) {
    return open(ZipBuilder()
                    .add({.name = "a", .data = data, .method = 8, .compressed = std::move(compressed), .size = size})
                    .bytes());
  };
  ASSERT_TRUE(with(stream, 1000));
  for (std::size_t cut = 0; cut < stream.size(); ++cut) {
    const auto archive = with(stream.substr(0, cut), 1000);
    ASSERT_TRUE(archive);
    EXPECT_FALSE(contents(*archive, archive->members().front())) << cut;
  }
  expectMemberRefused(with(stream, 999), "more found");
  expectMemberRefused(with(stream, 1001), "1000 found");
  expectMemberRefused(with(stream + "x", 1000), "1 bytes follow");
  expectMemberRefused(with("\xFF\xFF\xFF", 1000), "damaged");
  expectMemberRefused(with("\x07", 1000), "damaged");
  // Half of it is sound and can be read; the end says that all of it is not.
  const auto archive = with(stream.substr(0, stream.size() - 10), 1000);
  const auto source = archive->source(archive->members().front());
  ASSERT_TRUE(source);
  std::string part(100, '\0');
  EXPECT_TRUE((*source)->read(0, std::as_writable_bytes(std::span(part))));
  EXPECT_EQ(part, data.substr(0, 100));
  EXPECT_FALSE((*source)->read(900, std::as_writable_bytes(std::span(part))));
  EXPECT_TRUE((*source)->read(100, std::as_writable_bytes(std::span(part)))) << "after an error";
  EXPECT_EQ(part, data.substr(100, 100));
}

TEST(ZipZ4, DataWithAWrongChecksumAreShown) {
  const auto archive = open(ZipBuilder().add({.name = "a", .data = "1234", .crc = 1}).bytes());
  ASSERT_TRUE(archive);
  expectMember(*archive, "a", "1234");
}

TEST(ZipZ5, NamesAreNeverPathsHere) {
  const std::string longest(65535, 'n');
  for (const std::string& name : {"../../etc/passwd"s, "/etc/passwd"s, "a\0b"s, "C:\\x"s, longest, ""s}) {
    const auto archive = open(ZipBuilder().add(name, "1234").bytes());
    ASSERT_TRUE(archive) << describe(archive.error());
    expectMember(*archive, name, "1234");
    EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr("outside its folder")));
    EXPECT_LT(archive->warnings().front().size(), 1000u);
  }
  const auto notUtf8 = open(ZipBuilder().add("\xFF\xFE", "1234").bytes());
  ASSERT_TRUE(notUtf8);
  expectMember(*notUtf8, "\xFF\xFE", "1234");
}

TEST(ZipZ5, OfSeveralMembersOfOneNameTheFirstIsFound) {
  const auto archive = open(ZipBuilder().add("x", "0").add("a", "first").add("a", "second").add("b", "").bytes());
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->members().size(), 4u);
  EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr("several members of one name")));
  expectMember(*archive, "a", "first");
}

TEST(ZipZ6, MembersInflateToWhatDeflateCanYield) {
  const std::string zeros(10 << 20, '\0');
  const auto archive = open(ZipBuilder().add("bomb", zeros, 8).bytes());
  ASSERT_TRUE(archive);
  expectMember(*archive, "bomb", zeros);
  const auto declared = [&](std::uint64_t size) {
    return open(ZipBuilder()
                    .add({.name = "a",
                          .data = "",
                          .method = 8,
                          .zip64 = true,
                          .compressed = test::deflated(zeros),
                          .size = size})
                    .bytes());
  };
  const std::uint64_t compressed = test::deflated(zeros).size();
  expectMemberRefused(declared(compressed * 1033), "cannot yield");
  expectMemberRefused(declared(~std::uint64_t{0}), "cannot yield");
  const auto huge = declared(compressed * 1032);
  ASSERT_TRUE(huge);
  EXPECT_TRUE(huge->source(huge->members().front())) << "found out when it is read";
}

TEST(ZipZ6, AMillionMembersAreReadAndMoreRefused) {
  std::string directory;
  const std::uint32_t count = 1'000'000;
  directory.reserve(std::size_t{count} * 54);
  const ZipBuilder one = ZipBuilder().add("m", "");
  std::string entry = ZipBuilder().add({.name = "0000000", .data = "", .headerOffset = 0}).directory();
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t digit = 0, left = i; digit < 7; ++digit, left /= 10)
      entry[entry.size() - 1 - digit] = static_cast<char>('0' + left % 10);
    directory += entry;
  }
  const auto end64 = [&](std::uint64_t entries) {
    const std::uint64_t at = one.directoryOffset() + directory.size();
    return "PK\6\6" + le(std::uint64_t{44}) + std::string(12, '\0') + le(entries) + le(entries) +
           le(std::uint64_t{directory.size()}) + le(one.directoryOffset()) + "PK\6\7" + le<std::uint32_t>(0) + le(at) +
           le<std::uint32_t>(1) + one.end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF);
  };
  const std::string before = one.data() + directory;
  const auto archive = open(before + end64(count));
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_EQ(archive->members().size(), count);
  EXPECT_TRUE(archive->find("0999999"));
  expectRefused(open(before + end64(count + 1)), "at most 1000000 members", Errc::LimitExceeded);
  expectRefused(open(before + end64(count), {.headerBytes = 1 << 20}), "at most 1048576", Errc::LimitExceeded);
}

}  // namespace
}  // namespace ulpscope
