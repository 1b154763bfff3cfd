// SPDX-License-Identifier: Apache-2.0
//
// What the GGUF reader makes of files that are odd or hostile: a test for each thing that went wrong in other readers.
// G4, G5 and G7 are in gguf_metadata_test.cpp, G12 is in gguf_split_test.cpp.
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/ggml/ggml_types.h"
#include "core/checkpoint/shards.h"
#include "tests/core/checkpoint/checkpoint_checks.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/gguf_builder.h"

namespace ulpscope {
namespace {

using test::failsWith;
using test::GgufBuilder;
using test::isQuiet;
using test::valueOf;
using test::warns;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kF32 = 0, kQ4_0 = 2, kI8 = 24;

Result<Checkpoint> open(std::string_view bytes, bool allowDamaged = false) {
  return findCheckpointReader("gguf")->open(GgufBuilder::sourceOf(bytes), {.options = {.allowDamaged = allowDamaged}});
}
Result<Checkpoint> open(const GgufBuilder& file, bool allowDamaged = false) { return open(file.bytes(), allowDamaged); }

GgufBuilder oneTensor(const std::vector<std::uint64_t>& extents, std::uint32_t type, std::size_t bytes) {
  GgufBuilder file;
  file.tensor("t", extents, type, std::string(bytes, '\1'));
  return file;
}

// G1: the hand-made files of llama.cpp's tests/test-gguf.cpp, in the same order and with the same verdicts but where a
// viewer can show what a loader cannot use.

TEST(GgufG1, JudgesTheFirstBytes) {
  EXPECT_TRUE(failsWith(open("FUGG" + GgufBuilder().bytes().substr(4)), Errc::Corrupt, "begins with"));
  EXPECT_TRUE(failsWith(open(GgufBuilder(0)), Errc::Corrupt, "version"));
  EXPECT_TRUE(failsWith(open(GgufBuilder(1)), Errc::Unsupported, "version 1 of 2023"));
  EXPECT_TRUE(failsWith(open(GgufBuilder(4)), Errc::Unsupported, "4 found"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().tensorCount(kMax)), Errc::Corrupt, "tensors expected"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entryCount(kMax)), Errc::Corrupt, "metadata entries expected"));
  EXPECT_TRUE(isQuiet(open(GgufBuilder())));
}

TEST(GgufG1, JudgesTheMetadata) {
  const GgufBuilder file;
  const std::string begin = GgufBuilder().entryCount(1).bytes();
  EXPECT_TRUE(failsWith(open(begin.substr(0, 24) + file.number(kMax) + std::string(64, 'k')), Errc::Corrupt, "key"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("", 7u)), Errc::Corrupt, "empty one"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("k", 13, "\1")), Errc::Corrupt, "type of value"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("k", 0xFFFFFFFF, "\1")), Errc::Corrupt, "type of value"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("k", 8, file.number(std::uint64_t{1} << 62))), Errc::Corrupt,
                        "4611686018427387904 bytes"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("k", 9, file.array(10, kMax, ""))), Errc::Corrupt, "uint64s"));
  EXPECT_TRUE(
      failsWith(open(GgufBuilder().entry("k", 1u).entry("l", 2u).entry("k", 3u)), Errc::Corrupt, "duplicate \"k\""));
  EXPECT_TRUE(failsWith(open(GgufBuilder().alignment(13)), Errc::Corrupt, "power of two"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().entry("general.alignment", 5, file.number(std::int32_t{32}))), Errc::Corrupt,
                        "type uint32"));
  EXPECT_TRUE(isQuiet(open(GgufBuilder().entry("k", 1u).entry("l", "text"))));
}

TEST(GgufG1, JudgesTheListOfTensors) {
  const GgufBuilder file;
  const std::string begin = GgufBuilder().tensorCount(1).bytes();
  EXPECT_TRUE(
      failsWith(open(begin.substr(0, 24) + file.number(kMax) + std::string(64, 'n')), Errc::Corrupt, "name of a"));
  // Names of 64 bytes are refused as ggml does, and shown on demand: builds of it with longer names exist.
  GgufBuilder longName;
  longName.tensor(std::string(64, 'n'), {1}, kF32, "1234");
  EXPECT_TRUE(failsWith(open(longName), Errc::Damaged, "63 bytes"));
  EXPECT_TRUE(warns(open(longName, true), "63 bytes"));
  EXPECT_TRUE(isQuiet(open(GgufBuilder().tensor(std::string(63, 'n'), {1}, kF32, "1234"))));
  EXPECT_TRUE(failsWith(open(oneTensor({1, 1, 1, 1, 1}, kF32, 4)), Errc::Corrupt, "4 dimensions"));
  EXPECT_TRUE(failsWith(open(oneTensor({kMax}, kF32, 4)), Errc::Corrupt, "2^63 elements"));
  EXPECT_TRUE(isQuiet(open(oneTensor({0}, kF32, 0))));
  EXPECT_TRUE(failsWith(open(oneTensor({4ull * 0x7FFFFFFF, 4ull * 0x7FFFFFFF}, kF32, 4)), Errc::Corrupt, "2^63"));
  EXPECT_TRUE(failsWith(open(oneTensor({1ull << 31, 1ull << 31}, 27, 4)), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(open(oneTensor({0x3FFFFFFFFFFFFFFF}, kF32, 4)), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().tensorAt("t", {1}, kF32, kMax)), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(open(GgufBuilder().tensor("t", {1}, kF32, "1234").tensor("t", {1}, kF32, "1234")),
                        Errc::Corrupt, "duplicate \"t\""));
  GgufBuilder badAlignment;
  badAlignment.alignment(13).tensor("t", {1}, kF32, "1234");
  EXPECT_TRUE(failsWith(open(badAlignment), Errc::Corrupt, "power of two"));
  // Written for an alignment other than the one it states.
  GgufBuilder inconsistent;
  inconsistent.alignment(8).tensor("t", {1}, kF32, "1234").tensor("u", {1}, kF32, "1234");
  std::string bytes = inconsistent.bytes();
  bytes.replace(bytes.find(file.text("general.alignment")) + 8 + 17 + 4, 4, file.number(std::uint32_t{32}));
  EXPECT_TRUE(failsWith(open(bytes), Errc::Damaged, "multiple of 32"));
  EXPECT_TRUE(isQuiet(open(oneTensor({2, 3}, kF32, 24))));
  EXPECT_TRUE(isQuiet(open(GgufBuilder().alignment(1).tensor("t", {1}, kF32, "1234").tensor("u", {3}, kI8, "123"))));
}

TEST(GgufG1, JudgesTheData) {
  std::string file = oneTensor({8}, kF32, 32).bytes();
  EXPECT_TRUE(isQuiet(open(file)));
  file.pop_back();
  EXPECT_TRUE(warns(open(file), "Missing data"));  // where ggml refuses: see G10
  // Two tensors whose sizes wrap when they are added.
  constexpr std::uint64_t kHuge = 0x7FFFFFFFFFFFFFC0;
  EXPECT_TRUE(failsWith(open(GgufBuilder().tensorAt("a", {kHuge}, kI8, 0).tensorAt("b", {kHuge}, kI8, kHuge)),
                        Errc::Corrupt, "within the data"));
  // One whose size wraps when it is padded.
  EXPECT_TRUE(failsWith(open(GgufBuilder().tensorAt("a", {0x1FFFFFFFFFFFFFFF}, 28, 0)), Errc::Corrupt, "within"));
}

TEST(GgufG1, IsNotTakenForSafetensorsHoweverManyTensorsItHas) {
  // The count stands where safetensors has its first brace or white space.
  for (const std::uint64_t count : {9u, 10u, 13u, 32u, 123u}) {
    const auto file = GgufBuilder().tensorCount(count).source();
    EXPECT_EQ(readerOf(*file), findCheckpointReader("gguf")) << count;
  }
}

TEST(GgufG2, FourBytesAndEveryOtherCutOfTheHeaderAreRefused) {
  EXPECT_TRUE(failsWith(open("GGUF"), Errc::Corrupt, "4 bytes for the version"));
  const auto sample = test::ggufSamples().front().files.at("m.gguf");
  const std::string whole(reinterpret_cast<const char*>(sample.data()), sample.size());
  const std::size_t data = whole.size() - 8 - 24 - 8;  // of the sample's three tensors with elements, aligned to 8
  for (std::size_t size = 0; size + 8 < data; ++size) EXPECT_FALSE(open(whole.substr(0, size))) << size;
}

// Lengths and counts that do not fit are refused before anything is allocated: the laws of all containers put them at
// every byte. Here, that it takes no time.
TEST(GgufG3, RefusesEveryLengthThatDoesNotFitAtOnce) {
  const auto sample = test::ggufSamples().front().files.at("m.gguf");
  const std::string whole(reinterpret_cast<const char*>(sample.data()), sample.size());
  const auto begin = std::chrono::steady_clock::now();
  int opened = 0, files = 0;
  for (std::size_t at = 8; at + 8 <= whole.size() - 40; ++at)
    for (const std::uint64_t length : {std::uint64_t{1} << 31, std::uint64_t{1} << 32, std::uint64_t{1} << 63, kMax,
                                       std::uint64_t{whole.size() - at - 8 + 1}}) {
      std::string changed = whole;
      changed.replace(at, 8, GgufBuilder().number(length));
      opened += open(changed).has_value() ? 1 : 0;
      ++files;
    }
  EXPECT_LT(opened, files / 3);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(10) * files);
}

TEST(GgufG6, EveryTypeIsReadOrListedWithTheReason) {
  for (std::uint32_t id = 0; id < 50; ++id) {
    SCOPED_TRACE(id);
    const GgmlType* const type = findGgmlType(id);
    const auto checkpoint = open(
        GgufBuilder()
            .tensor("t", {type ? type->blockElements : 32, 2}, id, std::string(2 * (type ? type->blockBytes : 8), '\1'))
            .tensor("after", {1}, kF32, "1234"));
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    ASSERT_EQ(checkpoint->tensors.size(), 2u);
    const TensorInfo& tensor = checkpoint->tensors[0];
    EXPECT_EQ(checkpoint->source(0).has_value(), type != nullptr);
    EXPECT_TRUE(checkpoint->source(1));
    EXPECT_EQ(tensor.remark.empty(), type != nullptr);
    if (type) {
      EXPECT_EQ(tensor.storedType, type->name);
      EXPECT_EQ(tensor.bytes, 2 * type->blockBytes);
      EXPECT_TRUE(isQuiet(checkpoint));
    } else {
      EXPECT_TRUE(warns(checkpoint, "cannot be read: \"t\""));
      EXPECT_EQ(tensor.bytes, 32u) << "up to the next tensor";
    }
  }
  const auto remarkOf = [](std::uint32_t id) {
    const auto checkpoint = open(oneTensor({32}, id, 32));
    return checkpoint ? checkpoint->tensors[0].storedType + ": " + checkpoint->tensors[0].remark : "refused";
  };
  EXPECT_NE(remarkOf(4).find("Q4_2: type 4 (Q4_2) was removed"), std::string::npos) << remarkOf(4);
  EXPECT_NE(remarkOf(33).find("Q4_0_8_8"), std::string::npos);
  EXPECT_NE(remarkOf(36).find("again to IQ4_NL"), std::string::npos);
  EXPECT_NE(remarkOf(43).find("newer than this program"), std::string::npos);
  EXPECT_NE(remarkOf(137).find("ik_llama.cpp"), std::string::npos);
  EXPECT_NE(remarkOf(0x80000000).find("type 2147483648"), std::string::npos);
  EXPECT_NE(remarkOf(0xFFFFFFFF).find("type 4294967295"), std::string::npos);
}

TEST(GgufG8, WarnsOfOrderGapsAndOverlapsAndRefusesWhatLiesOutside) {
  const std::string data(128, '\1');
  const auto layout = [&](std::uint64_t a, std::uint64_t b) {
    return open(GgufBuilder().tensorAt("a", {8}, kF32, a).tensorAt("b", {8}, kF32, b).data(data));
  };
  const auto turned = layout(32, 0);
  ASSERT_TRUE(warns(turned, "do not follow each other"));
  EXPECT_EQ(turned->tensors[0].name, "b") << "in the order of the data";
  EXPECT_TRUE(warns(layout(0, 64), "gap"));
  EXPECT_TRUE(warns(layout(32, 64), "gap"));
  EXPECT_TRUE(warns(layout(0, 0), "overlap"));
  EXPECT_TRUE(failsWith(layout(0, 128), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(layout(0, kMax - 31), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(layout(0, 1ull << 63), Errc::Corrupt, "within the data"));
  EXPECT_TRUE(failsWith(layout(0, 36), Errc::Damaged, "multiple of 32"));
}

TEST(GgufG9, ShapesAreWhatTheirTypesCanHave) {
  const auto empty = open(GgufBuilder().tensor("a", {0, 3}, kF32, "").tensor("b", {32, 0}, kQ4_0, ""));
  ASSERT_TRUE(isQuiet(empty));
  EXPECT_EQ(empty->tensors[0].shape, (std::vector<std::uint64_t>{3, 0})) << "the slowest dimension first";
  EXPECT_TRUE(empty->source(1));
  const auto scalar = open(oneTensor({}, kF32, 4));
  ASSERT_TRUE(isQuiet(scalar));
  EXPECT_EQ(scalar->tensors[0].elements, 1u);
  EXPECT_TRUE(failsWith(open(oneTensor({}, kQ4_0, 18)), Errc::Corrupt, "multiple of 32"));
  EXPECT_TRUE(failsWith(open(oneTensor({33}, kQ4_0, 36)), Errc::Corrupt, "multiple of 32"));
  EXPECT_TRUE(failsWith(open(oneTensor({16, 2}, kQ4_0, 18)), Errc::Corrupt, "multiple of 32"));
  EXPECT_TRUE(failsWith(open(oneTensor({(1ull << 42) + 1, 1ull << 22}, kF32, 4)), Errc::Corrupt, "2^63"));
  const GgufBuilder file;
  const std::string list = file.text("t");
  std::string many = GgufBuilder().tensorCount(1).header() + list + file.number(1u << 31) + std::string(64, '\0');
  EXPECT_TRUE(failsWith(open(many), Errc::Corrupt, "4 dimensions"));
}

TEST(GgufG10, AnUnfinishedDownloadShowsWhatIsThere) {
  GgufBuilder file;
  file.entry("general.name", "cut").tensor("a", {8}, kF32, std::string(32, '\1'));
  file.tensor("b", {32}, kQ4_0, std::string(18, '\1')).tensor("c", {8}, kF32, std::string(32, '\1'));
  const std::string whole = file.bytes();
  const std::size_t data = whole.size() - 96;
  const auto oneByte = open(whole.substr(0, whole.size() - 1));
  ASSERT_TRUE(warns(oneByte, "too short (an unfinished download?): \"c\"."));
  EXPECT_TRUE(oneByte->source(0) && oneByte->source(1));
  EXPECT_FALSE(oneByte->source(2));
  EXPECT_TRUE(oneByte->tensors[2].remark.starts_with("missing data")) << oneByte->tensors[2].remark;
  EXPECT_EQ(oneByte->tensors[2].bytes, 31u);
  for (const std::size_t left : {0u, 1u, 31u}) {
    const auto nearlyAll = open(whole.substr(0, data + left));
    ASSERT_TRUE(warns(nearlyAll, "\"a\" and 2 more"));
    EXPECT_EQ(valueOf(*nearlyAll, "general.name"), "cut");
    EXPECT_FALSE(nearlyAll->source(0) || nearlyAll->source(1) || nearlyAll->source(2));
  }
}

TEST(GgufG11, BothOrdersOfBytesAndVersionsGiveTheSame) {
  const auto make = [](std::uint32_t version, std::endian order) {
    GgufBuilder file(version, order);
    return file.entry("n", 7u)
        .tensor("f", {2}, kF32, file.number(1.5F) + file.number(-2.0F))
        .tensor("q", {32}, kQ4_0, file.number(std::uint16_t{0x3C00}) + std::string(16, '\x19'))
        .tensor("k", {1}, 27, file.number(std::int64_t{-3}))
        .bytes();
  };
  for (const std::uint32_t version : {2u, 3u})
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      const auto checkpoint = open(make(version, order));
      ASSERT_TRUE(isQuiet(checkpoint));
      EXPECT_EQ(valueOf(*checkpoint, "n"), "7");
      EXPECT_EQ(checkpoint->source(0)->valueAt(0), 1.5);
      EXPECT_EQ(checkpoint->source(0)->valueAt(1), -2.0);
      EXPECT_EQ(checkpoint->source(1)->valueAt(0), 1.0) << "9 - 8, low nibble";
      EXPECT_EQ(checkpoint->source(1)->valueAt(31), -7.0) << "1 - 8, high nibble";
      EXPECT_EQ(checkpoint->source(2)->valueAt(0), -3.0);
    }
  EXPECT_TRUE(failsWith(open(GgufBuilder(1, std::endian::big)), Errc::Unsupported, "version 1"));
  // The version alone in the other order.
  std::string turned = oneTensor({8}, kF32, 32).bytes();
  std::swap(turned[4], turned[7]);
  EXPECT_TRUE(failsWith(open(turned), Errc::Corrupt, "72057594037927936 tensors expected"));
}

TEST(GgufG11, SaysWhereNobodyWritesTheBlocksOfABigEndianFile) {
  GgufBuilder file(3, std::endian::big);
  file.tensor("q5", {32}, 6, std::string(22, '\1')).tensor("mx", {32}, 39, std::string(17, '\1'));
  EXPECT_TRUE(warns(open(file),
                    "No program is known to write blocks of this type into big-endian files; read as if "
                    "each field of several bytes were turned: \"q5\"."));
}

// 10^6 of each in under 2 s is measured by tests/bench; here, that it is linear: a quadratic search takes hours.
TEST(GgufG13, AMillionEqualBeginningsAreNoTrouble) {
  GgufBuilder file;
  const std::string prefix(40, 'x');
  for (int i = 0; i < 100'000; ++i) {
    file.tensorAt(prefix + std::to_string(i), {1}, kF32, static_cast<std::uint64_t>(i) * 32);
    file.entry(prefix + std::to_string(i), 1u);
  }
  file.data(std::string(3'200'000, '\1'));
  const auto checkpoint = open(file);
  ASSERT_TRUE(isQuiet(checkpoint));
  EXPECT_EQ(checkpoint->tensors.size(), 100'000u);
  EXPECT_EQ(checkpoint->metadata.size(), 100'000u);
}

TEST(GgufG13, LimitsHoldToTheLastOne) {
  const auto limited = [](const GgufBuilder& file, Limits limits) {
    return findCheckpointReader("gguf")->open(file.source(), {.options = {.limits = limits}});
  };
  GgufBuilder two;
  two.tensor("a", {1}, kF32, "1234").tensor("b", {1}, kF32, "1234").entry("k", "12345").entry("l", 1u);
  EXPECT_TRUE(isQuiet(limited(two, {.tensors = 2, .metadataEntries = 2, .metadataBytes = 8})));
  EXPECT_TRUE(failsWith(limited(two, {.tensors = 1}), Errc::LimitExceeded, "at most 1 tensors"));
  EXPECT_TRUE(failsWith(limited(two, {.metadataEntries = 1}), Errc::LimitExceeded, "at most 1 metadata entries"));
  EXPECT_TRUE(failsWith(limited(two, {.metadataBytes = 7}), Errc::LimitExceeded, "at most 7 bytes of metadata"));
  EXPECT_TRUE(failsWith(limited(two, {.nameBytes = 0}), Errc::LimitExceeded, "at most 0 bytes"));
}

TEST(GgufG14, BytesBehindTheLastTensorAreAWarning) {
  const std::string file = oneTensor({8}, kF32, 32).bytes();
  EXPECT_TRUE(warns(open(file + "PK\5\6"), "4 bytes follow the last tensor"));
  EXPECT_TRUE(warns(open(GgufBuilder().bytes() + std::string(64, 'x')), "follow"));
  // Padding is no such thing.
  EXPECT_TRUE(isQuiet(open(oneTensor({1}, kF32, 4))));
}

TEST(GgufG14, AModelInsideAProgramIsFound) {
  for (const test::ContainerSample& sample : test::ggufSamples()) {
    if (sample.name != "gguf_in_a_program") continue;
    const auto folder = memoryFolder(sample.files);
    const auto checkpoint = openContainer(*folder->open(sample.main), {});
    ASSERT_TRUE(warns(checkpoint, "is a program (a llamafile); shown is \"m.gguf\""));
    EXPECT_TRUE(checkpoint->source(0));
  }
  EXPECT_EQ(readerOf(*GgufBuilder::sourceOf("MZqFpD" + std::string(100, '\1'))), nullptr);
}

TEST(GgufG15, FilesOfGgmlBeforeGgufAreCalledByTheirName) {
  for (const auto& [magic, words] : std::map<std::string, std::string>{{"lmgg", "not GGUF"},
                                                                       {"fmgg", "not GGUF"},
                                                                       {"tjgg", "\"ggjt\"), not GGUF"},
                                                                       {"algg", "LoRA adapter"},
                                                                       {"nsgg", "session"}}) {
    const auto result = openContainer(GgufBuilder::sourceOf(magic + std::string(60, '\1')), {});
    EXPECT_TRUE(failsWith(result, Errc::Unsupported, words)) << magic;
  }
}

}  // namespace
}  // namespace ulpscope
