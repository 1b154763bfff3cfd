// SPDX-License-Identifier: Apache-2.0
#include "core/base/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/base/file_state.h"

namespace ulpscope {
namespace {

std::string systemMessage(int error) { return std::generic_category().message(error); }

/// Fails unless [offset, offset + length) lies inside `source`.
Result<> checkRange(const ByteSource& source, std::uint64_t offset, std::uint64_t length) {
  if (offset <= source.size() && length <= source.size() - offset) return {};
  const std::uint64_t left = source.size() - std::min(offset, source.size());
  return fail(Errc::Corrupt, fmt::format("{} bytes expected, {} bytes left", length, left), source.name(), offset);
}

std::int64_t nanoseconds(const timespec& time) {
  // Of a time beyond the years 1678 to 2262, what is left after wrapping: it still tells one from another.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                                   static_cast<std::uint64_t>(time.tv_nsec));
}

std::int64_t now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

FileIdentity identityOf(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified = nanoseconds(status.st_mtim)};
}

class FileSource final : public ByteSource {
 public:
  /// Takes over `descriptor`. `path` is absolute, so that a later change of the working folder does not matter.
  FileSource(std::string name, std::filesystem::path path, int descriptor, const struct stat& status)
      : m_name(std::move(name)),
        m_descriptor(descriptor),
        m_opened{.path = std::move(path),
                 .identity = identityOf(status),
                 .statusChanged = nanoseconds(status.st_ctim),
                 .observed = now()} {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(m_descriptor); }

  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return m_opened.identity.size; }

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
    if (identityOf(now) != m_opened.identity)
      return fail(Errc::Changed, "the file changed on disk since it was opened", m_name);
    if (::stat(m_opened.path.c_str(), &now) != 0)
      return fail(Errc::Changed, fmt::format("the file was removed since it was opened: {}", systemMessage(errno)),
                  m_name);
    if (identityOf(now) != m_opened.identity)
      return fail(Errc::Changed, "the file was replaced since it was opened", m_name);
    return {};
  }

  std::optional<Extent> extent() const override { return Extent{m_descriptor, 0}; }

  const FileState& opened() const { return m_opened; }

 private:
  std::string m_name;
  int m_descriptor;
  FileState m_opened;
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

class SliceSource final : public ByteSource {
 public:
  SliceSource(std::shared_ptr<const ByteSource> whole, std::uint64_t offset, std::uint64_t size)
      : m_whole(std::move(whole)), m_offset(offset), m_size(size) {
    assert(m_offset <= m_whole->size() && m_size <= m_whole->size() - m_offset);
  }

  const std::string& name() const override { return m_whole->name(); }
  std::uint64_t size() const override { return m_size; }
  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (auto inside = checkRange(*this, offset, out.size()); !inside) return inside;
    return m_whole->read(m_offset + offset, out);
  }
  Result<> verifyUnchanged() const override { return m_whole->verifyUnchanged(); }
  bool isSequential() const override { return m_whole->isSequential(); }
  std::optional<Extent> extent() const override {
    std::optional<Extent> extent = m_whole->extent();
    if (extent) extent->offset += m_offset;
    return extent;
  }

 private:
  std::shared_ptr<const ByteSource> m_whole;
  std::uint64_t m_offset;
  std::uint64_t m_size;
};

class DerivedSource final : public ByteSource {
 public:
  explicit DerivedSource(DerivedBytes derived) : m_derived(std::move(derived)) {
    assert(m_derived.unitBytes > 0 && m_derived.size % m_derived.unitBytes == 0);
  }

  const std::string& name() const override { return m_derived.name; }
  std::uint64_t size() const override { return m_derived.size; }

  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (auto inside = checkRange(*this, offset, out.size()); !inside) return inside;
    const std::size_t unit = m_derived.unitBytes;
    // The units that are wanted in part, at either end, are made in full beside the rest.
    if (offset % unit != 0 && !out.empty()) {
      const auto skipped = static_cast<std::size_t>(offset % unit);
      const std::size_t taken = std::min(out.size(), unit - skipped);
      if (auto made = makePart(offset / unit, skipped, out.first(taken)); !made) return made;
      offset += taken;
      out = out.subspan(taken);
    }
    const std::size_t whole = out.size() / unit * unit;
    if (whole > 0)
      if (auto made = m_derived.make(offset / unit, out.first(whole)); !made) return made;
    if (whole < out.size()) return makePart((offset + whole) / unit, 0, out.subspan(whole));
    return {};
  }

  Result<> verifyUnchanged() const override {
    for (const auto& source : m_derived.from)
      if (auto same = source->verifyUnchanged(); !same) return same;
    return {};
  }
  bool isSequential() const override {
    return std::any_of(m_derived.from.begin(), m_derived.from.end(),
                       [](const auto& source) { return source->isSequential(); });
  }

 private:
  Result<> makePart(std::uint64_t unit, std::size_t skipped, std::span<std::byte> out) const {
    std::vector<std::byte> whole(m_derived.unitBytes);
    if (auto made = m_derived.make(unit, whole); !made) return made;
    std::memcpy(out.data(), whole.data() + skipped, out.size());
    return {};
  }

  DerivedBytes m_derived;
};

std::string_view kindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

std::optional<FileState> openedState(const ByteSource& source) {
  const auto* file = dynamic_cast<const FileSource*>(&source);
  return file ? std::optional(file->opened()) : std::nullopt;
}

Result<std::shared_ptr<const ByteSource>> openFile(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (name.empty() || name.find('\0') != std::string::npos)
    return fail(Errc::NotFound, "a file name expected, an empty one or one with a zero byte found", name);
  // O_NONBLOCK: a FIFO opens at once instead of waiting for a writer; it is refused below.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return fail(Errc::NotFound, "no such file", name);
    if (error == ENXIO) return fail(Errc::Unsupported, "a regular file expected, a socket or device found", name);
    return fail(Errc::Io, fmt::format("the file could not be opened: {}", systemMessage(error)), name);
  }
  return fileSource(descriptor, path);
}

Result<std::shared_ptr<const ByteSource>> fileSource(int descriptor, const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code noFolder;
  const std::filesystem::path absolute = std::filesystem::absolute(path, noFolder);
  struct stat status{};
  Result<> usable;
  if (noFolder)
    usable = fail(Errc::Io, fmt::format("the current folder cannot be read: {}", noFolder.message()), name);
  else if (::fstat(descriptor, &status) != 0)
    usable = fail(Errc::Io, fmt::format("the file's size could not be read: {}", systemMessage(errno)), name);
  else if (!S_ISREG(status.st_mode))
    usable = fail(Errc::Unsupported, fmt::format("a regular file expected, {} found", kindOf(status.st_mode)), name);
  if (!usable) {
    ::close(descriptor);
    return tl::unexpected(std::move(usable.error()));
  }
  return std::make_shared<const FileSource>(name, absolute, descriptor, status);
}

std::shared_ptr<const ByteSource> memorySource(std::string name, std::vector<std::byte> bytes) {
  return std::make_shared<const MemorySource>(std::move(name), std::move(bytes));
}

std::shared_ptr<const ByteSource> sliceOf(std::shared_ptr<const ByteSource> whole, std::uint64_t offset,
                                          std::uint64_t size) {
  return std::make_shared<const SliceSource>(std::move(whole), offset, size);
}

std::shared_ptr<const ByteSource> derivedSource(DerivedBytes derived) {
  return std::make_shared<const DerivedSource>(std::move(derived));
}

std::shared_ptr<const ByteSource> swappedSource(std::shared_ptr<const ByteSource> whole, std::size_t elementBytes) {
  if (elementBytes == 1) return whole;
  DerivedBytes swapped{
      .name = whole->name(), .size = whole->size(), .unitBytes = elementBytes, .make = {}, .from = {whole}};
  swapped.make = [whole = std::move(whole), elementBytes](std::uint64_t first, std::span<std::byte> out) -> Result<> {
    if (auto read = whole->read(first * elementBytes, out); !read) return read;
    for (; !out.empty(); out = out.subspan(elementBytes))
      std::reverse(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(elementBytes));
    return {};
  };
  return derivedSource(std::move(swapped));
}

}  // namespace ulpscope
