// SPDX-License-Identifier: Apache-2.0
#include "core/base/byte_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::string readText(const ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string text(size, '?');
  const auto read = source.read(offset, std::as_writable_bytes(std::span(text)));
  return read ? text : describe(read.error());
}

TEST(ByteSource, ReadsAnyRangeOfAFile) {
  const TemporaryFolder folder;
  const auto file = openFile(folder.write("a", "0123456789"));
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->size(), 10u);
  EXPECT_EQ(readText(**file, 0, 10), "0123456789");
  EXPECT_EQ(readText(**file, 7, 3), "789");
  EXPECT_EQ(readText(**file, 10, 0), "");
}

TEST(ByteSource, ReadsFromSeveralThreadsAtOnce) {
  const TemporaryFolder folder;
  const auto file = openFile(folder.write("a", "0123456789"));
  ASSERT_TRUE(file);
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i)
        if (readText(**file, t, 1)[0] != static_cast<char>('0' + t)) ++wrong;
    });
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(ByteSource, RefusesRangesPastTheEndWhateverTheirSize) {
  const TemporaryFolder folder;
  const auto file = openFile(folder.write("a", "0123456789"));
  ASSERT_TRUE(file);
  const auto memory = memorySource("m", std::vector<std::byte>(10));
  for (const ByteSource* source : {file->get(), memory.get()})
    for (const std::uint64_t offset : {std::uint64_t{8}, std::uint64_t{11}, ~std::uint64_t{0}}) {
      std::array<std::byte, 3> out{};
      const auto read = source->read(offset, out);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, Errc::Corrupt);
      EXPECT_EQ(read.error().subject, source->name());
      EXPECT_EQ(read.error().offset, offset);
    }
}

TEST(ByteSource, SaysThatAMissingFileIsNotFound) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  EXPECT_EQ(openFile(folder / "none").error().code, Errc::NotFound);
  EXPECT_EQ(openFile(folder / "file/below").error().code, Errc::NotFound);
  EXPECT_EQ(openFile(fs::path(std::string("a\0b", 3))).error().code, Errc::NotFound);
  EXPECT_EQ(openFile(folder / std::string(300, 'n')).error().code, Errc::Io);
}

TEST(ByteSource, RefusesWhatIsNotARegularFileWithoutWaiting) {
  const TemporaryFolder folder;
  EXPECT_EQ(openFile(folder.path()).error().code, Errc::Unsupported);
  EXPECT_EQ(openFile("/dev/zero").error().code, Errc::Unsupported);
  const fs::path fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(openFile(fifo).error().code, Errc::Unsupported);

  const fs::path path = folder / "socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(openFile(path).error().code, Errc::Unsupported);
  ::close(descriptor);
}

TEST(ByteSource, NoticesThatAFileGrewShrankOrWasTouched) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a", "0123456789");
  const auto changed = [&](auto change) {
    const auto file = openFile(path);
    EXPECT_TRUE((*file)->verifyUnchanged());
    change();
    const auto verified = (*file)->verifyUnchanged();
    return !verified && verified.error().code == Errc::Changed;
  };
  EXPECT_TRUE(changed([&] { fs::resize_file(path, 20); }));
  EXPECT_TRUE(changed([&] { fs::resize_file(path, 5); }));
  EXPECT_TRUE(changed([&] {
    const timespec times[2]{{1, 0}, {1, 1}};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  }));
}

TEST(ByteSource, NoticesThatAFileWasReplacedOrRemoved) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a", "0123456789");
  const auto file = openFile(path);
  ASSERT_TRUE(file);
  fs::rename(folder.write("b", "9876543210"), path);
  EXPECT_EQ((*file)->verifyUnchanged().error().code, Errc::Changed);
  EXPECT_EQ(readText(**file, 0, 10), "0123456789") << "the file that was opened is still the one that is read";
  fs::remove(path);
  EXPECT_EQ((*file)->verifyUnchanged().error().code, Errc::Changed);
}

TEST(ByteSource, ReadingBeyondWhereAFileShrankToIsAnErrorNotASignal) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a", std::string(100'000, 'x'));
  const auto file = openFile(path);
  ASSERT_TRUE(file);
  fs::resize_file(path, 5000);
  std::vector<std::byte> out(50'000);
  EXPECT_EQ((*file)->read(0, out).error().code, Errc::Changed);
  EXPECT_EQ((*file)->read(50'000, out).error().code, Errc::Changed);
  EXPECT_TRUE((*file)->read(0, std::span(out).first(5000)));
}

}  // namespace
}  // namespace ulpscope
