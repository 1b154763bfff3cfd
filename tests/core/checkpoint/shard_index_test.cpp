// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/shard_index.h"
#include "core/checkpoint/folder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using test::SafetensorsBuilder;
using test::TemporaryFolder;
using testing::HasSubstr;

constexpr std::string_view kIndexName = "model.safetensors.index.json";

std::string shardWith(std::string_view tensor) { return SafetensorsBuilder().add(tensor, "U8", {4}, 4).bytes(); }

/// An index of these members of weight_map, as JSON text.
std::string indexOf(std::string_view members, std::string_view metadata = R"({"total_size":8})") {
  return fmt::format(R"({{"metadata":{},"weight_map":{{{}}}}})", metadata, members);
}

/// A folder of two shards of one tensor each, "a" and "b", and their index.
struct ShardedModel {
  TemporaryFolder folder;
  fs::path index;

  ShardedModel() {
    folder.write("1.safetensors", shardWith("a"));
    folder.write("2.safetensors", shardWith("b"));
    setIndex(indexOf(R"("a":"1.safetensors","b":"2.safetensors")"));
  }
  void setIndex(std::string_view json) { index = folder.write(kIndexName, json); }
  Result<std::shared_ptr<const Checkpoint>> open(const OpenOptions& options = {}) const {
    return openCheckpoint(index, options);
  }
  void expectRefused(Errc code, std::string_view words) const {
    const auto checkpoint = open();
    ASSERT_FALSE(checkpoint) << "accepted, where expected: " << words;
    EXPECT_EQ(checkpoint.error().code, code) << describe(checkpoint.error());
    EXPECT_THAT(checkpoint.error().message, HasSubstr(words));
  }
  void expectWarned(std::string_view words, const OpenOptions& options = {}) const {
    const auto checkpoint = open(options);
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    ASSERT_EQ((*checkpoint)->warnings.size(), 1u);
    EXPECT_THAT((*checkpoint)->warnings[0], HasSubstr(words));
  }
};

TEST(SafetensorsS16, AnIndexOpensItsShardsAsOneCheckpoint) {
  const ShardedModel model;
  for (const fs::path& path : {model.index, model.folder.path()}) {
    const auto checkpoint = openCheckpoint(path);
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_EQ((*checkpoint)->path, path.string());
    EXPECT_THAT((*checkpoint)->warnings, testing::IsEmpty());
    ASSERT_EQ((*checkpoint)->files.size(), 2u);
    EXPECT_EQ(*(*checkpoint)->source(*(*checkpoint)->find("b"))->valueAt(3), 4.0);
    EXPECT_EQ((*checkpoint)->tensors[1].file, 1u);
  }
}

TEST(SafetensorsS16, NamesThatLeadOutOfTheFolderAreRefused) {
  ShardedModel model;
  const std::string above = fs::path(model.folder.path()).filename().string() + "/1.safetensors";
  for (const std::string& name :
       {"/etc/hostname"s, "/"s, "../1.safetensors"s, "../" + above, ".."s, "a/../../b"s, "sub/../1.safetensors"s,
        "..\\\\1.safetensors"s, "C:\\\\1.safetensors"s, "1.safetensors\\u0000"s, ""s}) {
    model.setIndex(indexOf(fmt::format(R"("a":"{}")", name)));
    model.expectRefused(Errc::Corrupt, "inside the folder expected");
  }
}

TEST(SafetensorsS16, NamesAreJudgedWithoutLookingAtTheDisk) {
  for (const std::string_view name : {"a", "a/b", ".a", "..a", "a..", "a/..b/c", "...", "%2e%2e/a"})
    EXPECT_TRUE(checkNameInside(name)) << name;
  for (const std::string_view name : {"", "/", "/a", "..", "../a", "a/..", "a/../b", "a\\b", "\\"})
    EXPECT_FALSE(checkNameInside(name)) << name;
  EXPECT_FALSE(checkNameInside("a\0b"s));
}

TEST(SafetensorsS16, LinksOutOfTheFolderAreFollowedOnlyWhenAskedFor) {
  ShardedModel model;
  const TemporaryFolder elsewhere;
  elsewhere.write("blob", shardWith("a"));
  fs::remove(model.folder / "1.safetensors");
  fs::create_symlink(elsewhere / "blob", model.folder / "1.safetensors");
  model.expectRefused(Errc::OutsideLink, "a link to " + fs::canonical(elsewhere / "blob").string());
  EXPECT_TRUE(model.open({.followLinks = true}));

  fs::remove(model.folder / "1.safetensors");
  model.folder.write("blobs/1", shardWith("a"));
  fs::create_symlink("blobs/1", model.folder / "1.safetensors");
  EXPECT_TRUE(model.open()) << "a link that stays inside leads nowhere one could not go without it";

  fs::create_directory_symlink(elsewhere.path(), model.folder / "sub");
  model.setIndex(indexOf(R"("a":"sub/blob")"));
  model.expectRefused(Errc::OutsideLink, "a link to ");
}

TEST(SafetensorsS16, AFolderThatIsItselfALinkIsNoHindrance) {
  const ShardedModel model;
  const TemporaryFolder elsewhere;
  fs::create_directory_symlink(model.folder.path(), elsewhere / "model");
  EXPECT_TRUE(openCheckpoint(elsewhere / "model"));
  EXPECT_TRUE(openCheckpoint(elsewhere / "model" / kIndexName));
}

TEST(SafetensorsS16, FoldersAndFifosAreNoShardsAndAreNotWaitedFor) {
  ShardedModel model;
  fs::create_directory(model.folder / "folder.safetensors");
  ASSERT_EQ(::mkfifo((model.folder / "fifo.safetensors").c_str(), 0600), 0);
  model.setIndex(indexOf(R"("a":"folder.safetensors")"));
  model.expectRefused(Errc::Unsupported, "a regular file expected, a folder found");
  model.setIndex(indexOf(R"("a":"fifo.safetensors")"));
  model.expectRefused(Errc::Unsupported, "a regular file expected, a FIFO found");
  model.setIndex(indexOf(R"("a":".")"));
  model.expectRefused(Errc::Unsupported, "a regular file expected, a folder found");
}

TEST(SafetensorsS16, AnIndexThatListsItselfIsRefused) {
  ShardedModel model;
  model.setIndex(indexOf(fmt::format(R"("a":"{}")", kIndexName)));
  model.expectRefused(Errc::Corrupt, "a checkpoint expected, something else found");
}

TEST(SafetensorsS16, AMissingShardIsDamageThatLeavesTheOthersUsable) {
  const ShardedModel model;
  fs::remove(model.folder / "1.safetensors");
  model.expectRefused(Errc::Damaged, "a shard that the index lists expected, none found");
  const auto checkpoint = model.open({.allowDamaged = true});
  ASSERT_TRUE(checkpoint);
  EXPECT_THAT((*checkpoint)->warnings, testing::Contains(HasSubstr("1.safetensors is missing")));
  EXPECT_THAT((*checkpoint)->warnings, testing::Contains(HasSubstr("its shards do not hold: \"a\"")));
  EXPECT_TRUE((*checkpoint)->find("b"));
}

TEST(SafetensorsS16, MoreShardsThanTheLimitAreRefusedBeforeAnyIsOpened) {
  ShardedModel model;
  std::string members;
  for (int i = 0; i < 100'000; ++i) members += fmt::format(R"({}"t{}":"{}.safetensors")", i == 0 ? "" : ",", i, i);
  model.setIndex(indexOf(members));
  model.expectRefused(Errc::LimitExceeded, "at most 10000 shards expected");
}

TEST(SafetensorsS16, WhatIsNotAnIndexIsRefused) {
  ShardedModel model;
  for (const std::string_view json :
       {"[]", "{}", R"({"weight_map":[]})", R"({"weight_map":"a"})", R"({"weight_map":{"a":1}})",
        R"({"weight_map":{"a":null}})", R"({"weight_map":{"a":["1.safetensors"]}})",
        R"({"weight_map":{"a":{"b":"c"}}})", R"({"weight_map":{}} x)", R"({"weight_map":{},"weight_map":{}})",
        R"({"weight_map":{"a":"1.safetensors","a":"1.safetensors"}})", R"({"weight_map":{"a":"1.safetensors")",
        "\xEF\xBB\xBF{}", R"({"hidden_size":64})"}) {
    model.setIndex(json);
    model.expectRefused(Errc::Corrupt, "");
  }
  model.setIndex(R"({"other":)" + std::string(100'000, '['));
  model.expectRefused(Errc::LimitExceeded, "nested");
}

TEST(SafetensorsS16, OtherKeysOfTheIndexArePassedOver) {
  ShardedModel model;
  model.setIndex(R"({"a":[1,{"weight_map":3}],"metadata":{"x":{"total_size":1},"y":[2],"total_size":8},"z":null,)"
                 R"("weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
  const auto checkpoint = model.open();
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT((*checkpoint)->warnings, testing::IsEmpty());
}

TEST(SafetensorsS16, BookkeepingThatDisagreesIsAWarning) {
  ShardedModel model;
  const std::string both = R"("a":"1.safetensors","b":"2.safetensors")";
  model.setIndex(indexOf(both, R"({"total_size":9})"));
  model.expectWarned("total_size of 9 bytes, but the tensors have 8");
  model.setIndex(indexOf(both, R"({"total_size":"8"})"));
  model.expectWarned("total_size as a string");
  model.setIndex(indexOf(both, R"({"total_size":8.0})"));
  model.expectWarned("total_size as a fraction");
  model.setIndex(indexOf(both + R"(,"c":"2.safetensors")"));
  model.expectWarned("lists tensors that its shards do not hold: \"c\".");
  model.folder.write("2.safetensors", SafetensorsBuilder().add("b", "U8", {2}, 2).add("c", "U8", {2}, 2).bytes());
  model.setIndex(indexOf(both));
  model.expectWarned("hold tensors that the index does not list: \"c\".");
}

TEST(SafetensorsS16, OfATensorInTwoShardsTheOneTheIndexNamesIsTaken) {
  ShardedModel model;
  model.folder.write("2.safetensors", SafetensorsBuilder().add("a", "BF16", {2}, 4).add("b", "U8", {4}, 4).bytes());
  model.expectWarned("Left out, because the index takes them from another shard: \"a\".");
  const auto checkpoint = model.open();
  EXPECT_EQ((*checkpoint)->tensors.size(), 2u);
  EXPECT_EQ((*checkpoint)->tensors[*(*checkpoint)->find("a")].storedType, "U8");
}

TEST(SafetensorsS16, ShardsMayHoldOtherTypesThanTheirSiblings) {
  const ShardedModel model;
  model.folder.write("2.safetensors",
                     SafetensorsBuilder().add("b", "BF16", {2}, std::string_view("\xC0\x3F\0\0", 4)).bytes());
  const auto checkpoint = model.open();
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT((*checkpoint)->warnings, testing::IsEmpty());
  EXPECT_EQ(*(*checkpoint)->source(*(*checkpoint)->find("b"))->valueAt(0), 1.5);
}

TEST(SafetensorsS16, ADamagedShardIsNamed) {
  const ShardedModel model;
  model.folder.write("2.safetensors", shardWith("b") + "x");
  const auto strict = model.open();
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Errc::Damaged);
  EXPECT_THAT(strict.error().subject, testing::EndsWith("2.safetensors"));
  model.expectWarned("2.safetensors: Opened although damaged", {.allowDamaged = true});
}

}  // namespace
}  // namespace ulpscope
