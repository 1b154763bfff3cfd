// SPDX-License-Identifier: Apache-2.0
//
// The metadata of GGUF files, odd and hostile: G4, G5 and G7.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_checks.h"
#include "tests/core/checkpoint/gguf_builder.h"

namespace ulpscope {
namespace {

using test::failsWith;
using test::GgufBuilder;
using test::isQuiet;
using test::valueOf;
using test::warns;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kF32 = 0;

Result<Checkpoint> open(const GgufBuilder& file) { return findCheckpointReader("gguf")->open(file.source(), {}); }

TEST(GgufG4, ArraysNestTwoDeep) {
  const GgufBuilder file;
  const auto nested = [&](int depth) {
    std::string value = file.array(0, 1, "\7");
    for (int i = 1; i < depth; ++i) value = file.array(9, 1, value);
    return GgufBuilder().entry("k", 9, value);
  };
  EXPECT_TRUE(isQuiet(open(nested(1))));
  const auto two = open(nested(2));
  ASSERT_TRUE(isQuiet(two));
  EXPECT_EQ(valueOf(*two, "k"), "1 array: (1 uint8: 7)");
  EXPECT_TRUE(failsWith(open(nested(3)), Errc::LimitExceeded, "2 deep"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += file.number(std::uint32_t{9}) + file.number(std::uint64_t{1});
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("k", 9, deep)), Errc::LimitExceeded, "2 deep"));
}

/// Zeros, as in a sparse file, behind a few bytes.
class SparseSource final : public ByteSource {
 public:
  SparseSource(std::string begin, std::uint64_t size) : m_begin(std::move(begin)), m_size(size) {}
  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return m_size; }
  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    EXPECT_LE(out.size(), m_size - offset);
    bytesRead += out.size();
    std::fill(out.begin(), out.end(), std::byte{0});
    for (std::size_t i = 0; i < out.size() && offset + i < m_begin.size(); ++i)
      out[i] = static_cast<std::byte>(m_begin[offset + i]);
    return {};
  }
  Result<> verifyUnchanged() const override { return {}; }
  mutable std::uint64_t bytesRead = 0;

 private:
  std::string m_name = "sparse.gguf";
  std::string m_begin;
  std::uint64_t m_size;
};

TEST(GgufG4, AnArrayOfAGibibyteIsNotReadToBeShown) {
  const GgufBuilder file;
  const std::string begin = GgufBuilder().entry("flags", 9, file.array(7, std::uint64_t{1} << 30, "\1")).header();
  const auto source = std::make_shared<SparseSource>(begin, (std::uint64_t{1} << 30) + begin.size());
  const auto checkpoint = findCheckpointReader("gguf")->open(source, {});
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(valueOf(*checkpoint, "flags"),
            "1,073,741,824 bools: true, false, false, false, false, false, false, false, …");
  EXPECT_LT(source->bytesRead, 1u << 20);
}

TEST(GgufG4, OfAVocabularyTheBeginningIsKept) {
  const GgufBuilder file;
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += file.text("word " + std::to_string(i));
  const auto checkpoint = open(GgufBuilder().entry("tokens", 9, file.array(8, 100'000, words)));
  ASSERT_TRUE(isQuiet(checkpoint));
  EXPECT_EQ(valueOf(*checkpoint, "tokens").find("100,000 strings: \"word 0\", \"word 1\""), 0u);
  EXPECT_LT(valueOf(*checkpoint, "tokens").size(), 200u);
}

TEST(GgufG5, OddValuesAreKeptAndShown) {
  const GgufBuilder file;
  const auto checkpoint = open(GgufBuilder()
                                   .entry("bool", 7, "\2")
                                   .entry("other bool", 7, "\xFF")
                                   .entry("float", 6, file.number(std::bit_cast<float>(0x7FC12345u)))
                                   .entry("double", 12, file.number(-0.1))
                                   .entry("int8", 1, "\xFF")
                                   .entry("int64", 11, file.number(std::numeric_limits<std::int64_t>::min()))
                                   .entry("uint64", 10, file.number(kMax))
                                   .entry("odd", std::string_view("\xFF\0\x1B[2J\xE2\x80\xAE", 9))
                                   .entry("words", 9, file.array(8, 1, file.text("\x1B\""))));
  ASSERT_TRUE(warns(checkpoint, "neither 0 nor 1: \"bool\" and 1 more"));
  EXPECT_EQ(valueOf(*checkpoint, "other bool"), "true (stored as 255)");
  EXPECT_EQ(valueOf(*checkpoint, "bool"), "true (stored as 2)");
  EXPECT_EQ(valueOf(*checkpoint, "float"), "nan");
  EXPECT_EQ(valueOf(*checkpoint, "double"), "-0.1");
  EXPECT_EQ(valueOf(*checkpoint, "int8"), "-1");
  EXPECT_EQ(valueOf(*checkpoint, "int64"), "-9223372036854775808");
  EXPECT_EQ(valueOf(*checkpoint, "uint64"), "18446744073709551615");
  EXPECT_EQ(valueOf(*checkpoint, "odd"), std::string_view("\xFF\0\x1B[2J\xE2\x80\xAE", 9));  // escaped where shown
  EXPECT_EQ(valueOf(*checkpoint, "words").find('\x1B'), std::string::npos);
}

TEST(GgufG5, OfAStringOfAGibibyteTheBeginningIsKept) {
  const GgufBuilder file;
  const std::string begin = GgufBuilder().entry("text", 8, file.number(std::uint64_t{1} << 30) + "abc").header();
  const auto source = std::make_shared<SparseSource>(begin, (std::uint64_t{1} << 30) + begin.size() - 3);
  const auto checkpoint = findCheckpointReader("gguf")->open(source, {});
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  const std::string text = valueOf(*checkpoint, "text");
  EXPECT_TRUE(text.starts_with("abc") && text.ends_with("… (1,073,741,824 bytes in all)")) << text.size();
  EXPECT_LT(source->bytesRead, 4u << 20);
}

TEST(GgufG7, TheAlignmentIsAPowerOfTwoUpToOneMebibyte) {
  for (const std::uint32_t sound : {1u, 2u, 32u, 4096u, 1u << 20})
    EXPECT_TRUE(isQuiet(open(GgufBuilder().alignment(sound).tensor("t", {1}, kF32, "1234")))) << sound;
  for (const std::uint32_t odd : {0u, 13u, 48u})
    EXPECT_TRUE(failsWith(open(GgufBuilder().entry("general.alignment", odd)), Errc::Corrupt, "power of two")) << odd;
  for (const std::uint32_t large : {1u << 21, 1u << 31})
    EXPECT_TRUE(failsWith(open(GgufBuilder().entry("general.alignment", large)), Errc::LimitExceeded, "1048576"))
        << large;
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("general.alignment", "32")), Errc::Corrupt, "uint32"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().alignment(32).alignment(32)), Errc::Corrupt, "duplicate"));
}

}  // namespace
}  // namespace ulpscope
