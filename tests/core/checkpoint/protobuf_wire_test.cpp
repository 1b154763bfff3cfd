// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/protobuf_wire.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/protobuf_builder.h"

namespace ulpscope {
namespace {

using test::Proto;
using test::varint;

/// The fields as "number:length", or the error.
std::string walked(std::string_view bytes, bool endsFile = false) {
  const auto source = memorySource("m", test::asBytes(bytes));
  Cursor cursor(*source);
  std::string found;
  const auto done = eachField(WireMessage(cursor, 0, bytes.size(), endsFile), [&](const WireField& field) -> Result<> {
    found += std::to_string(field.number) + ":" + std::to_string(field.length) + (field.cut ? "! " : " ");
    return {};
  });
  return done ? found : found + describe(done.error());
}

TEST(OnnxO1, ReadsNumbersOfUpToTenBytesAndNoLonger) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 63,
                                    std::numeric_limits<std::uint64_t>::max()}) {
    const auto source = memorySource("m", test::asBytes("\x08" + varint(value)));
    Cursor cursor(*source);
    const auto field = WireMessage(cursor).next();
    ASSERT_TRUE(field && *field);
    EXPECT_EQ((*field)->value, value);
  }
  EXPECT_NE(walked("\x08" + std::string(10, '\xFF') + "\x01").find("at most 10 bytes expected"), std::string::npos);
  EXPECT_NE(walked("\x08" + std::string(9, '\xFF') + "\x02").find("at most 64 bits expected"), std::string::npos);
  EXPECT_NE(walked("\x08\xFF").find("none left"), std::string::npos);
}

TEST(OnnxO1, ComparesEveryLengthWithTheBytesLeft) {
  EXPECT_EQ(walked(Proto().bytes(1, "ab").bytes(2, "").str()), "1:2 2:0 ");
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{1} << 31, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    EXPECT_NE(walked("\x0A" + varint(length) + "ab").find("2 bytes left in its message"), std::string::npos) << length;
  EXPECT_NE(walked("\x09"
                   "1234567")
                .find("7 bytes left"),
            std::string::npos);
  EXPECT_NE(walked("\x0D"
                   "123")
                .find("bytes left"),
            std::string::npos);
}

TEST(OnnxO1, CutsAtTheEndOfAFileWhatItSaysMoreOf) {
  EXPECT_EQ(walked(Proto().bytes(3, "abc").str().substr(0, 4), true), "3:2! ");
}

TEST(OnnxO1, RefusesFieldNumbersAndWireTypesThatThereAreNot) {
  EXPECT_NE(walked(std::string_view("\0\0", 2)).find("a field number from 1"), std::string::npos);
  EXPECT_NE(walked(varint(std::uint64_t{1} << 32) + std::string(1, '\0')).find("a field number from 1"),
            std::string::npos);
  for (const char tag : {'\x0C', '\x0E', '\x0F'})
    EXPECT_NE(walked(std::string(1, tag)).find("a wire type of"), std::string::npos);
}

TEST(OnnxO1, PassesOverGroupsUpToADepth) {
  EXPECT_EQ(walked("\x0B\x10\x05\x1B\x22\x01x\x1C\x0C\x10\x01"), "2:1 ");
  EXPECT_NE(walked("\x0B\x10\x05").find("the end of a group"), std::string::npos);
  EXPECT_NE(walked("\x0B\x14").find("the end of group 1 expected, that of 2 found"), std::string::npos);
  EXPECT_EQ(walked(std::string(64, '\x0B') + std::string(64, '\x0C')), "");
  EXPECT_NE(walked(std::string(100'000, '\x0B')).find("at most 64 groups"), std::string::npos);
}

TEST(OnnxO1, ReadsNumbersPackedOrNot) {
  const auto numbers = [](std::string_view bytes) {
    const auto source = memorySource("m", test::asBytes(bytes));
    Cursor cursor(*source);
    const WireMessage message(cursor);
    std::vector<std::uint64_t> found;
    const auto done = eachField(message, [&](const WireField& field) {
      return eachVarint(message, field, [&](std::uint64_t value) -> Result<> {
        found.push_back(value);
        return {};
      });
    });
    EXPECT_TRUE(done);
    return found;
  };
  EXPECT_EQ(numbers(Proto().bytes(1, test::varints({1, 300})).number(1, 7).real(1, 1.0F).str()),
            (std::vector<std::uint64_t>{1, 300, 7}));
}

TEST(OnnxO1, NeedsNoMemoryForFieldsBeyondTwoGibibytes) {
  struct Huge final : ByteSource {
    const std::string& name() const override { return text; }
    std::uint64_t size() const override { return head.size() + length + 2; }
    Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
      for (std::size_t i = 0; i < out.size(); ++i, ++offset) {
        const char c = offset < head.size()            ? head[offset]
                       : offset < head.size() + length ? '\0'
                                                       : tail[offset - head.size() - length];
        out[i] = static_cast<std::byte>(c);
      }
      return {};
    }
    Result<> verifyUnchanged() const override { return {}; }
    std::uint64_t length = std::uint64_t{3} << 40;
    std::string head = "\x4A" + varint(length);
    std::string tail = "\x10\x07";
    std::string text = "huge";
  };
  const Huge huge;
  Cursor cursor(huge);
  WireMessage message(cursor);
  EXPECT_EQ((*message.next())->length, std::uint64_t{3} << 40);
  EXPECT_EQ((*message.next())->value, 7u);
  EXPECT_FALSE(*message.next());
}

}  // namespace
}  // namespace ulpscope
