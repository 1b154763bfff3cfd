// SPDX-License-Identifier: Apache-2.0
//
// G12: GGUF models that are split into several files.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/shards.h"
#include "tests/core/checkpoint/checkpoint_checks.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/gguf_builder.h"

namespace ulpscope {
namespace {

using test::asBytes;
using test::failsWith;
using test::GgufBuilder;
using test::isQuiet;
using test::valueOf;
using test::warns;

constexpr std::uint32_t kF32 = 0;

using Files = std::map<std::string, std::vector<std::byte>>;

std::string splitName(int number, int count) {
  std::string text = std::to_string(100'000 + number).substr(1);
  return "m-" + text + "-of-" + std::to_string(100'000 + count).substr(1) + ".gguf";
}

GgufBuilder part(std::uint16_t index, std::uint16_t count, std::int32_t tensors, const std::string& tensor) {
  GgufBuilder file;
  if (index == 0) file.entry("general.name", "split");
  file.split(index, count, tensors).tensor(tensor, {1}, kF32, "1234");
  return file;
}

Files threeParts() {
  Files files;
  for (std::uint16_t i = 0; i < 3; ++i)
    files[splitName(i + 1, 3)] = asBytes(part(i, 3, 3, "t" + std::to_string(i)).bytes());
  return files;
}

Result<Checkpoint> openSet(const Files& files, const std::string& name, bool allowDamaged = false) {
  const auto folder = memoryFolder(files);
  return findCheckpointReader("gguf")->open(*folder->open(name),
                                            {.options = {.allowDamaged = allowDamaged}, .folder = folder});
}

TEST(GgufG12, OpeningAnyFileOfASetOpensTheSet) {
  for (int number = 1; number <= 3; ++number) {
    const auto set = openSet(threeParts(), splitName(number, 3));
    ASSERT_TRUE(isQuiet(set));
    ASSERT_EQ(set->tensors.size(), 3u);
    EXPECT_EQ(set->tensors[0].name, "t0");
    EXPECT_EQ(set->tensors[2].file, 2u);
    EXPECT_EQ(valueOf(*set, "general.name"), "split");
    EXPECT_EQ(set->metadata.size(), 4u) << "what all files repeat is kept once";
  }
}

TEST(GgufG12, AFolderWithASetIsOneModel) {
  const Files files = threeParts();
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  const auto set = openSiblings(names, {.folder = memoryFolder(files)});
  ASSERT_TRUE(set) << describe(set.error());
  EXPECT_EQ(set->tensors.size(), 3u);
}

TEST(GgufG12, AMissingFileIsDamageAndItsTensorsAreAbsent) {
  Files files = threeParts();
  files.erase(splitName(2, 3));
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Damaged, "missing"));
  const auto rest = openSet(files, splitName(1, 3), true);
  ASSERT_TRUE(warns(rest, "m-00002-of-00003.gguf is missing"));
  EXPECT_TRUE(warns(rest, "should have 3 tensors, but its files have 2"));
  EXPECT_EQ(rest->tensors.size(), 2u);
}

TEST(GgufG12, NamesAndNumbersMustAgree) {
  Files files = threeParts();
  const auto first = files.at(splitName(1, 3));
  // A name that leads nowhere.
  files["other.gguf"] = first;
  EXPECT_TRUE(failsWith(openSet(files, "other.gguf"), Errc::Damaged, "-00001-of-00003.gguf"));
  EXPECT_EQ(openSet(files, "other.gguf", true)->tensors.size(), 1u);
  // A name that speaks of another number of files.
  files[splitName(1, 4)] = first;
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 4)), Errc::Damaged, "another name"));
  // A file twice, in the place of another.
  files[splitName(2, 3)] = first;
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Damaged, "by its own account it is 1"));
  const auto twice = openSet(files, splitName(1, 3), true);
  ASSERT_TRUE(warns(twice, "Given a name of their own"));
  EXPECT_EQ(twice->tensors[1].name, "t0 (2)");
}

TEST(GgufG12, AFileOfAnotherModelIsNoticed) {
  Files files = threeParts();
  files[splitName(2, 3)] = asBytes(part(1, 3, 9, "x").bytes());
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Damaged, "another model"));
  files[splitName(2, 3)] = asBytes(part(1, 2, 3, "x").bytes());
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Damaged, "another model"));
  files[splitName(2, 3)] = asBytes(part(1, 3, 3, "t2").bytes());
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Damaged, "duplicate \"t2\""));
  files[splitName(2, 3)] = asBytes("no GGUF at all");
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 3)), Errc::Corrupt, "a GGUF file expected"));
}

TEST(GgufG12, AWrongTotalIsAWarning) {
  Files files;
  for (std::uint16_t i = 0; i < 2; ++i)
    files[splitName(i + 1, 2)] = asBytes(part(i, 2, 7, "t" + std::to_string(i)).bytes());
  EXPECT_TRUE(warns(openSet(files, splitName(1, 2)), "should have 7 tensors, but its files have 2"));
}

TEST(GgufG12, TooManyFilesAndNamesThatLeadOutAreRefused) {
  Files files;
  GgufBuilder huge;
  huge.entry("split.no", 0u).entry("split.count", 99'999u);
  files[splitName(1, 99'999)] = asBytes(huge.bytes());
  EXPECT_TRUE(failsWith(openSet(files, splitName(1, 99'999)), Errc::LimitExceeded, "at most 10000 files"));
  EXPECT_TRUE(failsWith(findCheckpointReader("gguf")->open(GgufBuilder().entry("split.count", "three").source(), {}),
                        Errc::Corrupt, "split.count"));
  // The prefix is what stands behind the last slash of the file's own name: siblings lie in its folder.
  const auto inFolder = memoryFolder(threeParts());
  const auto bytes = threeParts().at(splitName(1, 3));
  const auto set =
      findCheckpointReader("gguf")->open(memorySource("../../etc/" + splitName(1, 3), bytes), {.folder = inFolder});
  ASSERT_TRUE(set) << describe(set.error());
  EXPECT_EQ(set->files[1]->name(), splitName(2, 3));
}

}  // namespace
}  // namespace ulpscope
