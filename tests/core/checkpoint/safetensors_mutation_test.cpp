// SPDX-License-Identifier: Apache-2.0
//
// Exhaustive rather than lucky: every truncation and every change of one byte of small samples, and every read failing.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using test::SafetensorsBuilder;

std::string sample() {
  return SafetensorsBuilder()
      .member("__metadata__", R"({"format":"pt"})")
      .add("a.weight", "BF16", {2, 3}, 12)
      .add("b", "F4", {2}, 1)
      .add("c", "I64", {}, 8)
      .add("", "F32", {0, 5}, 0)
      .bytes();
}

/// Opens `bytes` strictly and leniently; what is accepted must hold together, and its tensors must be readable.
void check(const std::string& bytes) {
  for (const bool allowDamaged : {false, true}) {
    const auto file = SafetensorsBuilder::sourceOf(bytes);
    for (const CheckpointReader* reader : checkpointReaders()) {
      reader->recognizes(*file);
      const auto checkpoint = reader->open(file, {.allowDamaged = allowDamaged});
      if (checkpoint)
        ASSERT_EQ(test::brokenInvariant(*checkpoint, allowDamaged), "");
      else
        ASSERT_FALSE(checkpoint.error().message.empty());
    }
  }
}

TEST(SafetensorsMutation, TheSampleItselfIsAccepted) {
  const auto checkpoint = checkpointReaders().front()->open(SafetensorsBuilder::sourceOf(sample()), {});
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(checkpoint->tensors.size(), 4u);
}

TEST(SafetensorsMutation, EveryTruncationIsRefused) {
  const std::string whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    EXPECT_FALSE(checkpointReaders().front()->open(SafetensorsBuilder::sourceOf(cut), {})) << size;
    check(cut);
  }
}

TEST(SafetensorsMutation, NoChangeOfOneByteBreaksTheReader) {
  const std::string whole = sample();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const auto original = static_cast<unsigned char>(whole[at]);
    for (const int value : {original ^ 0xFF, original + 1, 0, 255}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(value);
      check(changed);
    }
  }
}

TEST(SafetensorsMutation, NoLengthBreaksTheReader) {
  const std::string whole = sample();
  const std::uint64_t left = whole.size() - 8;
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, left - 1, left, left + 1, (std::uint64_t{1} << 31) - 1,
        std::uint64_t{1} << 31, (std::uint64_t{1} << 31) + 1, std::uint64_t{1} << 32, std::uint64_t{1} << 63,
        ~std::uint64_t{0} - 7, ~std::uint64_t{0}}) {
    std::string changed = whole;
    std::memcpy(changed.data(), &length, sizeof length);
    check(changed);
  }
}

/// Fails the n-th read, and every later one.
class FailingSource final : public ByteSource {
 public:
  FailingSource(std::shared_ptr<const ByteSource> source, int readsThatWork)
      : m_source(std::move(source)), m_left(readsThatWork) {}
  const std::string& name() const override { return m_source->name(); }
  std::uint64_t size() const override { return m_source->size(); }
  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (m_left-- <= 0) return fail(Errc::Io, "the disk failed", name(), offset);
    return m_source->read(offset, out);
  }
  Result<> verifyUnchanged() const override { return {}; }

 private:
  std::shared_ptr<const ByteSource> m_source;
  mutable int m_left;
};

TEST(SafetensorsMutation, EveryReadThatFailsIsReportedAsItFailed) {
  bool opened = false;
  for (int reads = 0; !opened; ++reads) {
    ASSERT_LT(reads, 100);
    const auto file = std::make_shared<const FailingSource>(SafetensorsBuilder::sourceOf(sample()), reads);
    const auto checkpoint = checkpointReaders().front()->open(file, {});
    opened = checkpoint.has_value();
    if (opened) {
      EXPECT_EQ(checkpoint->source(0)->valueAt(0).error().code, Errc::Io);
      EXPECT_EQ(reads, 2) << "the length and the header are all that opening reads";
    } else {
      EXPECT_EQ(checkpoint.error().code, Errc::Io);
      EXPECT_EQ(checkpoint.error().message, "the disk failed");
    }
  }
}

}  // namespace
}  // namespace ulpscope
