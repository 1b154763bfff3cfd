// SPDX-License-Identifier: Apache-2.0
#include "core/base/cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ulpscope {
namespace {

using testing::HasSubstr;

std::shared_ptr<const ByteSource> bytesOf(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return memorySource("file", bytes);
}

TEST(Cursor, ReadsNumbersInEitherOrder) {
  const auto source = bytesOf({0x01, 0x02, 0x03, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x80, 0x3F});
  Cursor cursor(*source);
  EXPECT_EQ(cursor.read<std::uint32_t>("a number"), 0x04030201u);
  cursor.setOrder(std::endian::big);
  EXPECT_EQ(cursor.read<std::uint32_t>("a number"), 0x01020304u);
  cursor.setOrder(std::endian::little);
  EXPECT_EQ(cursor.read<float>("a float"), 1.0F);
  EXPECT_EQ(cursor.left(), 0u);
}

TEST(Cursor, SaysWhatWasExpectedWhereTheBytesEnd) {
  const auto source = bytesOf({1, 2, 3});
  Cursor cursor(*source);
  ASSERT_TRUE(cursor.skip(1, "a byte"));
  const auto read = cursor.read<std::uint64_t>("the number of tensors");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::Corrupt);
  EXPECT_EQ(read.error().offset, 1u);
  EXPECT_EQ(read.error().subject, "file");
  EXPECT_THAT(read.error().message, HasSubstr("8 bytes for the number of tensors expected, 2 bytes left"));
  EXPECT_EQ(cursor.position(), 1u) << "a failed read moves nothing";
}

TEST(Cursor, AllocatesNothingForALengthThatIsNotThere) {
  const auto source = bytesOf({1, 2, 3});
  Cursor cursor(*source);
  EXPECT_EQ(cursor.readText(std::numeric_limits<std::uint64_t>::max(), 1 << 30, "a name").error().code, Errc::Corrupt);
  EXPECT_EQ(cursor.readText(3, 2, "a name").error().code, Errc::LimitExceeded);
  EXPECT_EQ(cursor.readText(3, 3, "a name").value(), "\1\2\3");
  EXPECT_FALSE(cursor.skip(1, "more"));
  EXPECT_FALSE(cursor.seek(4, "a table"));
  EXPECT_TRUE(cursor.seek(3, "a table"));
}

TEST(Cursor, ReadsAcrossItsWindowAndWhatIsLargerThanIt) {
  std::vector<std::byte> bytes(300'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i % 251);
  const auto source = memorySource("file", bytes);
  Cursor cursor(*source, 1, bytes.size());
  std::vector<std::byte> read;
  for (const std::size_t size : {65'530u, 20u, 100'000u, 1u, 3u}) {
    std::vector<std::byte> part(size);
    ASSERT_TRUE(cursor.readInto(part, "a part"));
    read.insert(read.end(), part.begin(), part.end());
  }
  EXPECT_TRUE(std::equal(read.begin(), read.end(), bytes.begin() + 1));
}

}  // namespace
}  // namespace ulpscope
