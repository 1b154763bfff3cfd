// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/checkpoint/zip_archive.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope::test {

// What tests of archives ask.

inline Result<ZipArchive> openZip(std::string_view bytes, const Limits& limits = {}) {
  return ZipArchive::open(memorySource("a.zip", asBytes(bytes)), limits);
}

inline void expectRefused(const Result<ZipArchive>& archive, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_FALSE(archive) << "accepted, where expected: " << words;
  EXPECT_EQ(archive.error().code, code) << describe(archive.error());
  EXPECT_THAT(archive.error().message, testing::HasSubstr(words));
  EXPECT_EQ(archive.error().subject, "a.zip");
}

/// All of a member, or the error of opening or reading it.
inline Result<std::string> contents(const ZipArchive& archive, const ZipMember& member) {
  const auto source = archive.source(member);
  if (!source) return tl::unexpected(source.error());
  std::string bytes(std::min<std::uint64_t>((*source)->size(), 1 << 30), '\0');
  if (auto read = (*source)->read(0, std::as_writable_bytes(std::span(bytes))); !read)
    return tl::unexpected(read.error());
  return bytes;
}

inline void expectMember(const ZipArchive& archive, std::string_view name, std::string_view data) {
  const ZipMember* const member = archive.find(name);
  ASSERT_TRUE(member) << name;
  const auto read = contents(archive, *member);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(*read, data);
}

/// The one member of `archive` is refused, when it is opened or when it is read.
inline void expectMemberRefused(const Result<ZipArchive>& archive, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_TRUE(archive) << describe(archive.error());
  const auto read = contents(*archive, archive->members().front());
  ASSERT_FALSE(read) << "accepted, where expected: " << words;
  EXPECT_EQ(read.error().code, code);
  EXPECT_THAT(read.error().message, testing::HasSubstr(words));
}

/// Text that compresses, but not to nothing.
inline std::string compressibleText(std::size_t size) {
  std::string text;
  for (std::uint32_t x = 1; text.size() < size; x = x * 1664525 + 1013904223) text += fmt::format("{} ", x >> 20);
  text.resize(size);
  return text;
}

}  // namespace ulpscope::test
