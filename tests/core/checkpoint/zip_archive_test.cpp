// SPDX-License-Identifier: Apache-2.0
//
// The directories of ZIP archives that are sound, wrong in one way each, or made to deceive: Z1, Z2 and Z5.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/checkpoint/zip_archive.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/zip_builder.h"
#include "tests/core/checkpoint/zip_checks.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::compressibleText;
using test::expectMember;
using test::expectMemberRefused;
using test::expectRefused;
using test::le;
using test::openZip;
using test::ZipBuilder;
using test::ZipEntry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ZipArchive, ReadsStoredAndDeflatedMembers) {
  const std::string bytes = ZipBuilder()
                                .add("a/stored", "hello")
                                .add("a/deflated", compressibleText(5000), 8)
                                .add("empty", "")
                                .add("e", "", 8)
                                .bytes();
  const auto archive = openZip(bytes);
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->warnings(), IsEmpty());
  EXPECT_EQ(archive->members().size(), 4u);
  expectMember(*archive, "a/stored", "hello");
  expectMember(*archive, "a/deflated", compressibleText(5000));
  expectMember(*archive, "empty", "");
  expectMember(*archive, "e", "");
  EXPECT_EQ(archive->find("a/other"), nullptr);
  EXPECT_TRUE(ZipArchive::isZip(*memorySource("a", test::asBytes(bytes))));
  EXPECT_FALSE(ZipArchive::isZip(*memorySource("a", test::asBytes("PK"))));
  EXPECT_FALSE(ZipArchive::isZip(*memorySource("a", test::asBytes("PKPKPK"))));
}

TEST(ZipArchive, ReadsAnEmptyOne) {
  const auto archive = openZip(ZipBuilder().bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->members(), IsEmpty());
  EXPECT_TRUE(ZipArchive::isZip(*memorySource("a", test::asBytes(ZipBuilder().bytes()))));
}

TEST(ZipArchive, ReadsZip64AsPyTorchAndNumPyWriteIt) {
  for (const bool descriptor : {false, true}) {
    const auto flags = static_cast<std::uint16_t>(descriptor ? 8 : 0);
    const auto archive =
        openZip(ZipBuilder()
                    .add({.name = "one", .data = "1", .flags = flags, .zip64 = true})
                    .add({.name = "two", .data = compressibleText(300), .method = 8, .flags = flags, .zip64 = true})
                    .bytes64());
    ASSERT_TRUE(archive) << describe(archive.error());
    EXPECT_THAT(archive->warnings(), IsEmpty());
    expectMember(*archive, "one", "1");
    expectMember(*archive, "two", compressibleText(300));
  }
}

TEST(ZipZ1, TheEndOfTheDirectoryMustBeThereOnce) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234");
  const std::string before = zip.data() + zip.directory();
  expectRefused(openZip(""), "at least 22 bytes");
  expectRefused(openZip("PK\3\4"), "at least 22 bytes");
  expectRefused(openZip(before), "none found");
  expectRefused(openZip(zip.bytes() + "trailing"), "none found");
  ASSERT_TRUE(openZip(before + zip.end("a comment")));
  ASSERT_TRUE(openZip(before + zip.end(std::string(65535, 'c'))));
  expectRefused(openZip(before + zip.end(std::string(65535, 'c')) + "c"), "none found");
  expectRefused(openZip(before + zip.end("hidden" + zip.end())), "second one");
  ASSERT_TRUE(openZip(before + zip.end("PK\5\6 in a comment"))) << "not an end record, only its signature";
}

TEST(ZipZ1, WhatTheEndSaysOfTheDirectoryMustFit) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234").add("b", "5678");
  const std::string before = zip.data() + zip.directory();
  const std::uint64_t size = zip.directory().size(), offset = zip.directoryOffset();
  ASSERT_TRUE(openZip(before + zip.end(2, size, offset)));
  expectRefused(openZip(before + zip.end(1, size, offset)), "bytes follow");
  expectRefused(openZip(before + zip.end(3, size, offset)), "directory of 3 entries expected");
  expectRefused(openZip(before + zip.end(2, size + 1, offset)), "directory up to byte");
  expectRefused(openZip(before + zip.end(2, size, offset + 1)), "directory up to byte");
  expectRefused(openZip(before + zip.end(2, size + 1, offset - 1)), "entry of the directory expected");
  expectRefused(openZip(before + zip.end(2, 0xFFFFFFFF, 0xFFFFFFFF)), "directory up to byte");
  expectRefused(openZip(before + zip.end(2, size, offset, "", 1)), "disk 1", Errc::Unsupported);
  expectRefused(openZip("junk" + zip.bytes()), "directory up to byte");
}

TEST(ZipZ1, TheRecordsOfZip64MustFit) {
  const ZipBuilder zip = ZipBuilder().add("a", "1234");
  const std::string before = zip.data() + zip.directory();
  const std::string markers = zip.end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF);
  const std::uint64_t at = before.size();
  ASSERT_TRUE(openZip(before + zip.end64() + markers));
  ASSERT_TRUE(openZip(before + zip.end64() + zip.end())) << "values that are not needed, but agree";
  for (const std::uint64_t wrong : {at + 1, at - 1, at + 100, std::uint64_t{0}, ~std::uint64_t{0}})
    expectRefused(openZip(before + zip.end64(wrong) + markers), "ZIP64 record");
  expectRefused(openZip(before + zip.end64(at, 0, 45) + markers), "ZIP64 record of 44 bytes");
  expectRefused(openZip(before + zip.end64(at, 0, ~std::uint64_t{0}) + markers), "ZIP64 record of 44 bytes");
  expectRefused(openZip(before + zip.end64(at, 1) + markers), "disk 1", Errc::Unsupported);
  expectRefused(openZip(before + zip.end64() + zip.end(2, zip.directory().size(), zip.directoryOffset())),
                "throughout");
}

TEST(ZipZ2, TheDirectoryCountsWhereLocalHeadersDiffer) {
  const auto expectWarning = [](ZipEntry entry, std::string_view words) {
    const auto archive = openZip(ZipBuilder().add(std::move(entry)).bytes());
    ASSERT_TRUE(archive) << describe(archive.error());
    EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr(words)));
    expectMember(*archive, "name", "1234");
  };
  expectWarning({.name = "name", .data = "1234", .localName = "other"}, "another name");
  expectWarning({.name = "name", .data = "1234", .localName = "NAME"}, "another name");
  expectWarning({.name = "name", .data = "1234", .localMethod = 8}, "another method");
  expectWarning({.name = "name", .data = "1234", .localFlags = 1}, "another method or encryption");
  expectWarning({.name = "name", .data = "1234", .localSize = 5}, "another size");
  expectWarning({.name = "name", .data = "1234", .localCrc = 5}, "another CRC");
  expectWarning({.name = "name", .data = "1234", .before = "gap"}, "belong to no member");
  const auto sound = openZip(ZipBuilder().add({.name = "name", .data = "1234", .flags = 8}).bytes());
  ASSERT_TRUE(sound);
  EXPECT_THAT(sound->warnings(), IsEmpty()) << "a descriptor instead";
}

TEST(ZipZ2, MembersOverEachOtherAreReadWithinTheirSizes) {
  // One kernel of data that ten entries claim, and one that claims the directory too.
  ZipBuilder zip;
  zip.add("0", std::string(1000, 'x'));
  for (int i = 1; i < 10; ++i)
    zip.add({.name = fmt::format("{}", i), .data = "", .size = 1000, .compressedSize = 1000, .headerOffset = 0});
  const auto archive = openZip(zip.bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->warnings(), testing::Contains(HasSubstr("lie over others")));
  EXPECT_THAT(archive->warnings(), testing::Contains(HasSubstr("another name")));
  expectMember(*archive, "9", std::string(1000, 'x'));

  const auto beyond =
      openZip(ZipBuilder().add({.name = "a", .data = "1234", .size = 60, .compressedSize = 60}).bytes());
  ASSERT_TRUE(beyond);
  EXPECT_THAT(beyond->warnings(), testing::Contains(HasSubstr("over its directory")));
}

TEST(ZipZ2, HeadersAndDataOutsideTheArchiveAreErrorsOfTheirMember) {
  const auto at = [](std::uint64_t offset) {
    return openZip(ZipBuilder().add({.name = "a", .data = "1234", .headerOffset = offset}).bytes());
  };
  expectMemberRefused(at(1), "a local header expected");
  expectMemberRefused(at(1000), "a local header expected at byte 1000");
  expectMemberRefused(at(0xFFFFFFFF), "a local header expected");
  expectMemberRefused(
      openZip(ZipBuilder().add({.name = "a", .data = "1234", .size = 500, .compressedSize = 500}).bytes()),
      "500 bytes expected");
  const ZipEntry far{.name = "a", .data = "1", .zip64 = true, .size = ~0ull, .compressedSize = ~0ull};
  expectMemberRefused(openZip(ZipBuilder().add(far).bytes()), "bytes expected");
  const ZipEntry away{.name = "a", .data = "1", .zip64 = true, .headerOffset = ~0ull};
  expectMemberRefused(openZip(ZipBuilder().add(away).bytes()), "a local header expected");
}

TEST(ZipZ2, ExtraFieldsMustFit) {
  const auto with = [](std::string extra) {
    return openZip(ZipBuilder().add({.name = "a", .data = "1234", .extra = std::move(extra)}).bytes());
  };
  EXPECT_TRUE(with(le<std::uint16_t>(0x5455) + le<std::uint16_t>(5) + "12345"));
  EXPECT_TRUE(with("123")) << "less than the head of one";
  expectRefused(with(le<std::uint16_t>(0x5455) + le<std::uint16_t>(6) + "12345"), "extra field of 6 bytes");
  expectRefused(openZip(ZipBuilder()
                            .add({.name = "a",
                                  .data = "1",
                                  .size = 0xFFFFFFFF,
                                  .extra = le<std::uint16_t>(1) + le<std::uint16_t>(4) + "1234"})
                            .bytes()),
                "ZIP64 extra field");
}

TEST(ZipZ5, NamesAreNeverPathsHere) {
  const std::string longest(65535, 'n');
  for (const std::string& name : {"../../etc/passwd"s, "/etc/passwd"s, "a\0b"s, "C:\\x"s, longest, ""s}) {
    const auto archive = openZip(ZipBuilder().add(name, "1234").bytes());
    ASSERT_TRUE(archive) << describe(archive.error());
    expectMember(*archive, name, "1234");
    EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr("outside its folder")));
    EXPECT_LT(archive->warnings().front().size(), 1000u);
  }
  const auto notUtf8 = openZip(ZipBuilder().add("\xFF\xFE", "1234").bytes());
  ASSERT_TRUE(notUtf8);
  expectMember(*notUtf8, "\xFF\xFE", "1234");
}

TEST(ZipZ5, OfSeveralMembersOfOneNameTheFirstIsFound) {
  const auto archive = openZip(ZipBuilder().add("x", "0").add("a", "first").add("a", "second").add("b", "").bytes());
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->members().size(), 4u);
  EXPECT_THAT(archive->warnings(), ElementsAre(HasSubstr("several members of one name")));
  expectMember(*archive, "a", "first");
}

}  // namespace
}  // namespace ulpscope
