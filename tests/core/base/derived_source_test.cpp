// SPDX-License-Identifier: Apache-2.0
//
// Parts of other sources, and bytes that are made from them.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/base/byte_source.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

std::vector<std::byte> counting(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

std::vector<int> read(const ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> bytes(size);
  EXPECT_TRUE(source.read(offset, bytes));
  std::vector<int> values;
  for (const std::byte byte : bytes) values.push_back(static_cast<int>(byte));
  return values;
}

TEST(SliceSource, IsAPartOfItsWholeAndNoMore) {
  const auto slice = sliceOf(memorySource("whole", counting(10)), 3, 4);
  EXPECT_EQ(slice->name(), "whole");
  EXPECT_EQ(slice->size(), 4u);
  EXPECT_EQ(read(*slice, 1, 3), (std::vector{4, 5, 6}));
  std::byte byte{};
  EXPECT_EQ(slice->read(4, {&byte, 1}).error().code, Errc::Corrupt);
  EXPECT_EQ(slice->extent(), std::nullopt);
}

TEST(SliceSource, TellsWhereItLiesInAFile) {
  const test::TemporaryFolder folder;
  const auto file = openFile(folder.write("a", "0123456789"));
  ASSERT_TRUE(file);
  const auto slice = sliceOf(sliceOf(*file, 2, 8), 3, 2);
  ASSERT_TRUE(slice->extent());
  EXPECT_EQ(slice->extent()->offset, 5u);
  EXPECT_EQ(slice->extent()->descriptor, (*file)->extent()->descriptor);
}

/// Units of 4 bytes: the unit's number, four times.
std::shared_ptr<const ByteSource> numbered(std::uint64_t units, std::vector<std::shared_ptr<const ByteSource>> from) {
  return derivedSource({.name = "numbers",
                        .size = 4 * units,
                        .unitBytes = 4,
                        .make = [](std::uint64_t first, std::span<std::byte> out) -> Result<> {
                          EXPECT_EQ(out.size() % 4, 0u);
                          for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(first + i / 4);
                          return {};
                        },
                        .from = std::move(from)});
}

TEST(DerivedSource, MakesWholeUnitsForReadsThatBeginAndEndAnywhere) {
  const auto source = numbered(5, {});
  for (std::uint64_t offset = 0; offset <= 20; ++offset)
    for (std::size_t size = 0; size <= 20 - offset; ++size) {
      const std::vector<int> values = read(*source, offset, size);
      for (std::size_t i = 0; i < size; ++i)
        ASSERT_EQ(values[i], static_cast<int>((offset + i) / 4)) << offset << " " << size;
    }
  std::byte byte{};
  EXPECT_FALSE(source->read(20, {&byte, 1}));
}

TEST(DerivedSource, IsUnchangedAsLongAsWhatItIsMadeFromIs) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("a", "0123456789");
  const auto source = numbered(1, {openFile(path).value()});
  EXPECT_TRUE(source->verifyUnchanged());
  folder.write("a", "01234567890");
  EXPECT_EQ(source->verifyUnchanged().error().code, Errc::Changed);
}

TEST(DerivedSource, PassesOnWhyItCouldNotBeMade) {
  const auto source = derivedSource(
      {.name = "broken",
       .size = 8,
       .unitBytes = 4,
       .make = [](std::uint64_t, std::span<std::byte>) -> Result<> { return fail(Errc::Io, "the disk failed"); },
       .from = {}});
  std::vector<std::byte> bytes(6);
  EXPECT_EQ(source->read(1, bytes).error().message, "the disk failed");
}

}  // namespace
}  // namespace ulpscope
