// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Folder, TakesOnlyNamesThatStayInside) {
  for (const std::string& name : {"a"s, "a/b"s, "./a"s, "a/./b"s, "..a"s, "a.."s, "a/..."s, " "s, "%2e%2e/a"s})
    EXPECT_TRUE(checkNameInside(name)) << name;
  for (const std::string& name : {""s, "/a"s, ".."s, "../a"s, "a/../../b"s, "a/.."s, "..\\b"s, "C:\\b"s, "C:b"s,
                                  "\\\\host\\share"s, "a\0b"s, std::string(5000, 'a')}) {
    EXPECT_EQ(checkNameInside(name).error().code, Errc::Corrupt) << name;
    EXPECT_FALSE(memoryFolder()->open(name)) << name;
    EXPECT_FALSE(diskFolder("/", true)->open(name)) << name;
  }
}

class FolderWithLinks : public testing::Test {
 protected:
  FolderWithLinks() {
    m_outside.write("secret", "secret");
    m_folder.write("data.bin", "data");
    m_folder.write("sub/inner.bin", "inner");
    fs::create_symlink("data.bin", m_folder / "inside");
    fs::create_symlink("../data.bin", m_folder / "sub/up");
    fs::create_symlink(m_outside / "secret", m_folder / "out");
    fs::create_directory_symlink(m_outside.path(), m_folder / "outFolder");
    fs::create_hard_link(m_outside / "secret", m_folder / "hard");
    ::mkfifo((m_folder / "fifo").c_str(), 0600);
    fs::create_symlink("/dev/zero", m_folder / "zero");
    fs::create_symlink("nowhere", m_folder / "dangling");
  }
  std::shared_ptr<const Folder> folder(bool followLinks = false) const {
    return diskFolder(m_folder.path(), followLinks);
  }

  test::TemporaryFolder m_outside;
  test::TemporaryFolder m_folder;
};

TEST_F(FolderWithLinks, FollowsLinksThatStayInside) {
  for (const char* name : {"data.bin", "sub/inner.bin", "inside", "sub/up", "./data.bin"})
    EXPECT_TRUE(folder()->open(name)) << name;
}

TEST_F(FolderWithLinks, FollowsLinksOutOfTheFolderOnlyWhenAskedTo) {
  for (const char* name : {"out", "outFolder/secret", "zero"}) {
    const auto file = folder()->open(name);
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error().code, Errc::OutsideLink) << name;
  }
  EXPECT_THAT(folder()->open("out").error().message, HasSubstr((m_outside / "secret").string()));
  EXPECT_TRUE(folder(true)->open("out"));
  EXPECT_TRUE(folder(true)->open("outFolder/secret"));
  EXPECT_EQ(folder(true)->open("zero").error().code, Errc::Unsupported);
}

TEST_F(FolderWithLinks, RefusesFilesOfASecondNameWhereAskedTo) {
  EXPECT_TRUE(folder()->open("hard"));
  EXPECT_EQ(folder()->open("hard", Folder::HardLinks::Refuse).error().code, Errc::OutsideLink);
  EXPECT_TRUE(folder()->open("data.bin", Folder::HardLinks::Refuse));
}

TEST_F(FolderWithLinks, OpensRegularFilesOnlyAndWaitsForNone) {
  EXPECT_EQ(folder()->open("fifo").error().code, Errc::Unsupported);
  EXPECT_EQ(folder()->open("sub").error().code, Errc::Unsupported);
  EXPECT_EQ(folder()->open("none").error().code, Errc::NotFound);
  EXPECT_EQ(folder()->open("dangling").error().code, Errc::NotFound);
  EXPECT_EQ(folder()->open("data.bin/x").error().code, Errc::NotFound);
}

TEST_F(FolderWithLinks, ListsItsFilesUpToALimit) {
  EXPECT_THAT(folder()->list(100).value(),
              ElementsAre("dangling", "data.bin", "fifo", "hard", "inside", "out", "zero"));
  EXPECT_EQ(folder()->list(6).error().code, Errc::LimitExceeded);
  EXPECT_TRUE(folder()->hasFolder("sub"));
  EXPECT_FALSE(folder()->hasFolder("data.bin"));
  EXPECT_FALSE(folder()->hasFolder("../"));
}

TEST_F(FolderWithLinks, ASubFolderKeepsTheRulesOfItsFolder) {
  const auto sub = subFolder(folder(), "sub");
  EXPECT_TRUE(sub->open("inner.bin"));
  EXPECT_TRUE(sub->open("up"));
  EXPECT_EQ(sub->open("../data.bin").error().code, Errc::Corrupt);
  EXPECT_EQ(subFolder(folder(), "outFolder")->open("secret").error().code, Errc::OutsideLink);
}

}  // namespace
}  // namespace ulpscope
