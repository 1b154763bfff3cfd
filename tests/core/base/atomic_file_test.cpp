// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <thread>

#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using enum AtomicFile::Existing;

/// Makes every write beyond `bytes` fail with EFBIG, as a full disk fails with ENOSPC: after a short write.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{bytes, m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    m_handler = std::signal(SIGXFSZ, SIG_IGN);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &m_before);
    std::signal(SIGXFSZ, m_handler);
  }

 private:
  rlimit m_before{};
  void (*m_handler)(int) = nullptr;
};

TEST(AtomicFile, AppearsWithAllItsBytesOnCommitAndNotBefore) {
  const TemporaryFolder folder;
  const fs::path path = folder / "out";
  auto file = AtomicFile::create(path, Keep);
  ASSERT_TRUE(file) << describe(file.error());
  ASSERT_TRUE(file->write("hello, "));
  ASSERT_TRUE(file->write("world"));
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(TemporaryFolder::read(path), "hello, world");
  EXPECT_EQ(folder.count(), 1u) << "no temporary may stay";
}

TEST(AtomicFile, LeavesNothingBehindWhenItIsNotCommitted) {
  const TemporaryFolder folder;
  {
    auto file = AtomicFile::create(folder / "out", Keep);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half"));
    AtomicFile moved = std::move(*file);
    EXPECT_EQ(folder.count(), 1u);
  }
  EXPECT_EQ(folder.count(), 0u);
}

TEST(AtomicFile, KeepsAnExistingFileUnlessItMayBeReplaced) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("out", "old");
  EXPECT_EQ(writeFile(path, "new", Keep).error().code, Errc::Usage);
  EXPECT_EQ(TemporaryFolder::read(path), "old");
  EXPECT_TRUE(writeFile(path, "new", Replace));
  EXPECT_EQ(TemporaryFolder::read(path), "new");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, KeepsAFileThatAppearedWhileItWasWritten) {
  const TemporaryFolder folder;
  auto file = AtomicFile::create(folder / "out", Keep);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("ours"));
  const fs::path path = folder.write("out", "theirs");
  EXPECT_EQ(file->commit().error().code, Errc::Usage);
  EXPECT_EQ(TemporaryFolder::read(path), "theirs");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, AWriteCutShortKeepsTheOldFileAndRemovesTheTemporary) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("out", "old");
  const std::string large(100'000, 'x');
  for (const rlim_t limit : std::initializer_list<rlim_t>{0, 1, 1024, 99'999}) {
    const FileSizeLimit full(limit);
    auto file = AtomicFile::create(path, Replace);
    ASSERT_TRUE(file) << describe(file.error());
    const auto written = file->write(large);
    ASSERT_FALSE(written) << limit;
    EXPECT_EQ(written.error().code, Errc::Io);
    EXPECT_FALSE(file->write("more")) << "nothing may follow a write that failed";
    EXPECT_FALSE(file->commit()) << "a caller that overlooks the failed write must not get a file";
  }
  EXPECT_EQ(TemporaryFolder::read(path), "old");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, WritesThroughALinkAndKeepsTheModeOfWhatItReplaces) {
  const TemporaryFolder folder;
  const fs::path target = folder.write("target", "old");
  ASSERT_EQ(::chmod(target.c_str(), 0640), 0);
  fs::create_symlink("target", folder / "link");
  ASSERT_TRUE(writeFile(folder / "link", "new", Replace));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(TemporaryFolder::read(target), "new");
  EXPECT_EQ(fs::status(target).permissions(), fs::perms{0640});
}

TEST(AtomicFile, GivesANewFileTheModeThatTheUmaskLeaves) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  ASSERT_TRUE(writeFile(folder / "out", "x", Keep));
  ::umask(before);
  EXPECT_EQ(fs::status(folder / "out").permissions(), fs::perms{0640});
}

TEST(AtomicFile, RefusesFoldersDevicesAndLinksThatLeadNowhere) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "folder");
  fs::create_symlink("nowhere", folder / "link");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(writeFile(folder / "folder", "x", Replace).error().code, Errc::Usage);
  EXPECT_EQ(writeFile(folder / "fifo", "x", Replace).error().code, Errc::Usage);
  EXPECT_EQ(writeFile("/dev/null", "x", Replace).error().code, Errc::Usage);
  EXPECT_EQ(writeFile(folder / "link", "x", Replace).error().code, Errc::Io);
  EXPECT_EQ(writeFile(folder / "link", "x", Keep).error().code, Errc::Usage);
}

TEST(AtomicFile, SaysWhyNothingCanBeWrittenInAFolder) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  EXPECT_EQ(writeFile(folder / "none/out", "x", Keep).error().code, Errc::Io);
  EXPECT_EQ(writeFile(folder / "file/out", "x", Keep).error().code, Errc::Io);
  // /proc refuses new files to everyone; permissions would not refuse them to root.
  const auto written = writeFile("/proc/ulpscope", "x", Keep);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::Io);
  EXPECT_EQ(written.error().subject, "/proc/ulpscope");
}

TEST(AtomicFile, TakesNamesAsLongAsTheFileSystemDoes) {
  const TemporaryFolder folder;
  const std::string longest(255, 'n');
  EXPECT_TRUE(writeFile(folder / longest, "x", Keep));
  EXPECT_EQ(writeFile(folder / (longest + "n"), "x", Keep).error().code, Errc::Io);
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, CannotBeCommittedTwice) {
  const TemporaryFolder folder;
  auto file = AtomicFile::create(folder / "out", Keep);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());
  EXPECT_FALSE(file->commit());
  EXPECT_FALSE(file->write("late"));
  EXPECT_EQ(TemporaryFolder::read(folder / "out"), "");
}

/// Replaces `path` again and again, each time by one of two texts, until it is killed.
[[noreturn]] void saveForEver(const std::filesystem::path& path, const std::array<std::string, 2>& texts) {
  for (std::size_t i = 0;; ++i)
    if (!writeFile(path, texts[i % 2], AtomicFile::Existing::Replace)) ::_exit(1);
}

TEST(AtomicFile, KillingTheProcessWhileItSavesLeavesOneWholeVersion) {
  const TemporaryFolder folder;
  const std::array<std::string, 2> texts{std::string(300'000, 'a'), std::string(500'000, 'b')};
  const auto path = folder.write("saved", texts[0]);
  std::minstd_rand random(1);
  for (int round = 0; round < 200; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) saveForEver(path, texts);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "a save failed";
    const std::string found = TemporaryFolder::read(path);
    ASSERT_TRUE(found == texts[0] || found == texts[1]) << "round " << round << ": " << found.size() << " bytes";
  }
}

}  // namespace
}  // namespace ulpscope
