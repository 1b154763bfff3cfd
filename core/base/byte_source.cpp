// SPDX-License-Identifier: Apache-2.0
#include "core/base/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace ulpscope {
namespace {

std::string systemMessage(int error) { return std::generic_category().message(error); }

/// Fails unless [offset, offset + length) lies inside `source`.
Result<> checkRange(const ByteSource& source, std::uint64_t offset, std::uint64_t length) {
  if (offset <= source.size() && length <= source.size() - offset) return {};
  const std::uint64_t left = source.size() - std::min(offset, source.size());
  return fail(Errc::Corrupt, fmt::format("{} bytes expected, {} bytes left", length, left), source.name(), offset);
}

/// What tells one state of a file from another.
struct FileIdentity {
  dev_t device;
  ino_t inode;
  off_t size;
  std::int64_t modifiedSeconds;
  std::int64_t modifiedNanoseconds;

  explicit FileIdentity(const struct stat& status)
      : device(status.st_dev),
        inode(status.st_ino),
        size(status.st_size),
        modifiedSeconds(status.st_mtim.tv_sec),
        modifiedNanoseconds(status.st_mtim.tv_nsec) {}

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

class FileSource final : public ByteSource {
 public:
  /// Takes over `descriptor`. `path` is absolute, so that a later change of the working folder does not matter.
  FileSource(std::string name, std::filesystem::path path, int descriptor, const struct stat& status)
      : m_name(std::move(name)), m_path(std::move(path)), m_descriptor(descriptor), m_opened(status) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(m_descriptor); }

  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return static_cast<std::uint64_t>(m_opened.size); }

  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (auto inside = checkRange(*this, offset, out.size()); !inside) return inside;
    // The kernel takes at most 0x7ffff000 bytes a call and may give fewer than asked for at any time.
    constexpr std::size_t kLargestRead = std::size_t{1} << 30;
    while (!out.empty()) {
      const ssize_t got =
          ::pread(m_descriptor, out.data(), std::min(out.size(), kLargestRead), static_cast<off_t>(offset));
      if (got < 0) {
        if (errno == EINTR) continue;
        return fail(Errc::Io, fmt::format("{} bytes could not be read: {}", out.size(), systemMessage(errno)), m_name,
                    offset);
      }
      if (got == 0)
        return fail(Errc::Changed, fmt::format("the file shrank on disk: {} bytes when opened", size()), m_name,
                    offset);
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  Result<> verifyUnchanged() const override {
    // By descriptor for a file that was written to, by path for one that was replaced or removed.
    struct stat now{};
    if (::fstat(m_descriptor, &now) != 0)
      return fail(Errc::Io, fmt::format("the file's state could not be read: {}", systemMessage(errno)), m_name);
    if (FileIdentity(now) != m_opened)
      return fail(Errc::Changed, "the file changed on disk since it was opened", m_name);
    if (::stat(m_path.c_str(), &now) != 0)
      return fail(Errc::Changed, fmt::format("the file was removed since it was opened: {}", systemMessage(errno)),
                  m_name);
    if (FileIdentity(now) != m_opened) return fail(Errc::Changed, "the file was replaced since it was opened", m_name);
    return {};
  }

 private:
  std::string m_name;
  std::filesystem::path m_path;
  int m_descriptor;
  FileIdentity m_opened;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::vector<std::byte> bytes) : m_name(std::move(name)), m_bytes(std::move(bytes)) {}

  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return m_bytes.size(); }

  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (auto inside = checkRange(*this, offset, out.size()); !inside) return inside;
    if (!out.empty()) std::memcpy(out.data(), m_bytes.data() + offset, out.size());
    return {};
  }

  Result<> verifyUnchanged() const override { return {}; }

 private:
  std::string m_name;
  std::vector<std::byte> m_bytes;
};

std::string_view kindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

Result<std::shared_ptr<const ByteSource>> openFile(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (name.empty() || name.find('\0') != std::string::npos)
    return fail(Errc::NotFound, "a file name expected, an empty one or one with a zero byte found", name);
  std::error_code noFolder;
  const std::filesystem::path absolute = std::filesystem::absolute(path, noFolder);
  if (noFolder) return fail(Errc::Io, fmt::format("the current folder cannot be read: {}", noFolder.message()), name);

  // O_NONBLOCK: a FIFO opens at once instead of waiting for a writer; it is refused below.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return fail(Errc::NotFound, "no such file", name);
    if (error == ENXIO) return fail(Errc::Unsupported, "a regular file expected, a socket or device found", name);
    return fail(Errc::Io, fmt::format("the file could not be opened: {}", systemMessage(error)), name);
  }
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) {
    const int error = errno;
    ::close(descriptor);
    return fail(Errc::Io, fmt::format("the file's size could not be read: {}", systemMessage(error)), name);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return fail(Errc::Unsupported, fmt::format("a regular file expected, {} found", kindOf(status.st_mode)), name);
  }
  return std::make_shared<const FileSource>(name, absolute, descriptor, status);
}

std::shared_ptr<const ByteSource> memorySource(std::string name, std::vector<std::byte> bytes) {
  return std::make_shared<const MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace ulpscope
