// SPDX-License-Identifier: Apache-2.0
//
// The members of ZIP archives: what cannot be read (Z3), wrong checksums (Z4) and sizes made to exhaust (Z6).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/checkpoint/zip_archive.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/zip_builder.h"
#include "tests/core/checkpoint/zip_checks.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::compressibleText;
using test::contents;
using test::expectMember;
using test::expectMemberRefused;
using test::expectRefused;
using test::le;
using test::openZip;
using test::ZipBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ZipArchive, InflatesAnyPartInAnyOrderFromSeveralThreads) {
  const std::string whole = compressibleText(20 << 20);
  const auto archive = openZip(ZipBuilder().add("m", whole, 8).bytes());
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

TEST(ZipZ3, WhatCannotBeReadIsAnErrorOfItsMember) {
  for (const std::uint16_t flag : std::initializer_list<std::uint16_t>{1, 0x40, 0x2000})
    expectMemberRefused(openZip(ZipBuilder().add({.name = "a", .data = "1234", .flags = flag}).bytes()), "encrypted",
                        Errc::Unsupported);
  for (const std::uint16_t method : std::initializer_list<std::uint16_t>{1, 9, 12, 14, 93, 99})
    expectMemberRefused(openZip(ZipBuilder().add("a", "1234", method).bytes()), fmt::format("method {}", method),
                        Errc::Unsupported);
  expectMemberRefused(openZip(ZipBuilder().add({.name = "a", .data = "1234", .size = 3}).bytes()), "3 stored bytes");
  expectMemberRefused(openZip(ZipBuilder().add({.name = "a", .data = "1234", .size = 5}).bytes()), "5 stored bytes");
  const auto others = openZip(ZipBuilder().add({.name = "bad", .data = "1", .flags = 1}).add("good", "1234").bytes());
  ASSERT_TRUE(others);
  expectMember(*others, "good", "1234");
}

TEST(ZipZ3, DamagedDeflateIsAnErrorOfItsMember) {
  const std::string data = compressibleText(1000), stream = test::deflated(data);
  const auto with = [&](std::string compressed, std::uint64_t size) {
    return openZip(ZipBuilder()
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

TEST(ZipZ4, AWrongChecksumIsAWarningAndTheDataAreShown) {
  for (const std::uint16_t method : std::initializer_list<std::uint16_t>{0, 8}) {
    const auto archive = openZip(ZipBuilder()
                                     .add({.name = "a", .data = "1234", .method = method, .crc = 1})
                                     .add("b", "5678", method)
                                     .add({.name = "empty", .data = "", .method = method, .crc = 1})
                                     .bytes());
    ASSERT_TRUE(archive) << describe(archive.error());
    EXPECT_THAT(archive->warnings(), ElementsAre("The checksum in the archive's directory does not fit the bytes of "
                                                 "members: \"a\" and 1 more."));
    expectMember(*archive, "a", "1234");
  }
}

TEST(ZipZ4, ChecksumsAreComparedAsFarAsTheBudgetReaches) {
  const auto warnings = [](std::uint64_t size) {
    const auto archive = openZip(ZipBuilder()
                                     .add({.name = "large", .data = std::string(size, 'x'), .crc = 1})
                                     .add({.name = "behind", .data = "1234", .crc = 1})
                                     .bytes());
    return archive ? archive->warnings() : std::vector<std::string>();
  };
  EXPECT_THAT(warnings(ZipArchive::kChecksumBudget), ElementsAre(HasSubstr("members: \"large\".")));
  EXPECT_THAT(warnings(ZipArchive::kChecksumBudget + 1), ElementsAre(HasSubstr("members: \"behind\".")));
}

TEST(ZipZ6, MembersInflateToWhatDeflateCanYield) {
  const std::string zeros(10 << 20, '\0');
  const auto archive = openZip(ZipBuilder().add("bomb", zeros, 8).bytes());
  ASSERT_TRUE(archive);
  expectMember(*archive, "bomb", zeros);
  const auto declared = [&](std::uint64_t size) {
    return openZip(ZipBuilder()
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

TEST(ZipZ6, TenGibibytesOfZerosInTenMebibytesAreStreamed) {
  // A block that DEFLATE's full flush ends may be repeated; an empty one that is marked as the last ends the stream.
  const std::string piece = test::deflated(std::string(64 << 20, '\0'), Z_FULL_FLUSH);
  std::string stream;
  for (int i = 0; i < 160; ++i) stream += piece;
  stream += test::deflated("");
  ASSERT_LT(stream.size(), 11u << 20);
  const std::uint64_t size = std::uint64_t{10} << 30;
  const auto archive =
      openZip(ZipBuilder()
                  .add({.name = "zeros", .data = "", .method = 8, .zip64 = true, .compressed = stream, .size = size})
                  .bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  const auto source = archive->source(archive->members().front());
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ((*source)->size(), size);
  std::string part(1000, 'x');
  ASSERT_TRUE((*source)->read(100 << 20, std::as_writable_bytes(std::span(part))));
  EXPECT_EQ(part, std::string(1000, '\0'));
}

TEST(ZipZ6, AnArchiveInAnArchiveIsAMemberLikeAnyOther) {
  const std::string inner = ZipBuilder().add("a", "1234").bytes();
  const auto archive = openZip(ZipBuilder().add("inner.zip", inner).add("deflated.zip", inner, 8).bytes());
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_THAT(archive->warnings(), IsEmpty());
  EXPECT_EQ(archive->members().size(), 2u);
  expectMember(*archive, "inner.zip", inner);
  expectMember(*archive, "deflated.zip", inner);
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
  const auto archive = openZip(before + end64(count));
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_EQ(archive->members().size(), count);
  EXPECT_TRUE(archive->find("0999999"));
  expectRefused(openZip(before + end64(count + 1)), "at most 1000000 members", Errc::LimitExceeded);
  expectRefused(openZip(before + end64(count), {.headerBytes = 1 << 20}), "at most 1048576", Errc::LimitExceeded);
}

}  // namespace
}  // namespace ulpscope
