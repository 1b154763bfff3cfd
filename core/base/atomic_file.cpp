// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace ulpscope {
namespace {

std::string systemMessage(int error) { return std::generic_category().message(error); }

std::filesystem::path folderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A new, empty file in `folder` under a name of its own, which is short whatever the final name's length: names of up
/// to 255 bytes are legal. The mode is what the umask makes of 0666, as for any file a program creates.
struct Temporary {
  std::filesystem::path path;
  int descriptor = -1;
  int error = 0;  ///< errno, where descriptor is -1
};
Temporary createTemporary(const std::filesystem::path& folder) {
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::uint64_t tag = std::uint64_t{random()} << 32 | random();
    std::filesystem::path path = folder / fmt::format(".ulpscope-{:016x}", tag);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor >= 0) return {std::move(path), descriptor};
    if (errno != EEXIST) return {{}, -1, errno};
  }
  return {{}, -1, EEXIST};
}

/// Renames without replacing; 0 or the errno. Where the file system has no RENAME_NOREPLACE, a hard link does the same.
int renameKeeping(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

/// Makes the new name itself durable. File systems that cannot sync a folder say EINVAL; there is nothing more to do.
int syncFolder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  return error;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor, Existing existing)
    : m_path(std::move(path)), m_temporary(std::move(temporary)), m_descriptor(descriptor), m_existing(existing) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_temporary(std::move(other.m_temporary)),
      m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_existing(other.m_existing) {}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (m_descriptor < 0) return;
  ::close(std::exchange(m_descriptor, -1));
  ::unlink(m_temporary.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path, Existing existing) {
  std::filesystem::path target = path;
  struct stat status{};
  const bool exists = ::lstat(path.c_str(), &status) == 0;
  if (exists && existing == Existing::Keep)
    return fail(Errc::Usage, "the file exists already and may not be replaced", path.string());
  if (exists && S_ISLNK(status.st_mode)) {  // write through a link: the link stays, what it points to is replaced
    std::error_code dangling;
    target = std::filesystem::canonical(path, dangling);
    if (dangling || ::stat(path.c_str(), &status) != 0)
      return fail(Errc::Io, "a file expected, a link that leads nowhere found", path.string());
  }
  // Renaming over a device or FIFO would replace it by a file.
  if (exists && !S_ISREG(status.st_mode))
    return fail(Errc::Usage, "a regular file or a new name expected, a folder or device found", path.string());

  Temporary temporary = createTemporary(folderOf(target));
  if (temporary.descriptor < 0)
    return fail(Errc::Io, fmt::format("no file could be made in its folder: {}", systemMessage(temporary.error)),
                path.string());
  AtomicFile file(std::move(target), std::move(temporary.path), temporary.descriptor, existing);
  if (exists && ::fchmod(file.m_descriptor, status.st_mode & 07777) != 0)
    return tl::unexpected(file.failure("its mode").error());
  return file;
}

Result<> AtomicFile::failure(std::string_view what) const {
  return fail(Errc::Io, fmt::format("{} could not be written: {}", what, systemMessage(errno)), m_path.string());
}

Result<> AtomicFile::write(std::span<const std::byte> bytes) {
  if (m_descriptor < 0) return fail(Errc::Io, "the file is already finished, or a write to it failed", m_path.string());
  constexpr std::size_t kLargestWrite = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t put = ::write(m_descriptor, bytes.data(), std::min(bytes.size(), kLargestWrite));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {  // a short write is followed by another, which then says why: ENOSPC, EFBIG, EDQUOT
      if (put == 0) errno = ENOSPC;
      Result<> failed = failure(fmt::format("{} bytes", bytes.size()));
      discard();  // so that a later commit cannot take what is there for the whole
      return failed;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> AtomicFile::write(std::string_view text) { return write(std::as_bytes(std::span(text))); }

Result<> AtomicFile::commit() {
  if (m_descriptor < 0) return fail(Errc::Io, "the file is already finished, or a write to it failed", m_path.string());
  if (::fsync(m_descriptor) != 0) {
    Result<> failed = failure("the file");
    discard();
    return failed;
  }
  const int closed = ::close(std::exchange(m_descriptor, -1));
  int error = closed == 0 || errno == EINTR ? 0 : errno;  // Linux has closed it even where it says EINTR
  if (error == 0) {
    if (m_existing == Existing::Keep)
      error = renameKeeping(m_temporary, m_path);
    else if (::rename(m_temporary.c_str(), m_path.c_str()) != 0)
      error = errno;
  }
  if (error != 0) {
    ::unlink(m_temporary.c_str());
    if (error == EEXIST)
      return fail(Errc::Usage, "a file of this name appeared meanwhile and may not be replaced", m_path.string());
    return fail(Errc::Io, fmt::format("the file could not be put in place: {}", systemMessage(error)), m_path.string());
  }
  if (const int unsynced = syncFolder(folderOf(m_path)); unsynced != 0)
    return fail(Errc::Io,
                fmt::format("the file is written, but its folder could not be synced: {}", systemMessage(unsynced)),
                m_path.string());
  return {};
}

Result<> commitAll(std::span<AtomicFile> files) {
  for (AtomicFile& file : files)
    if (auto committed = file.commit(); !committed) return committed;
  return {};
}

Result<> refuseInputAsOutput(const std::filesystem::path& path, std::span<const std::string> inputs) {
  std::error_code missing;  // a file that is not there is the same as no other
  for (const std::string& input : inputs)
    if (std::filesystem::equivalent(path, input, missing))
      return fail(Errc::Usage, "an output other than the file that is read was expected", path.string());
  return {};
}

Result<> writeFile(const std::filesystem::path& path, std::string_view text, AtomicFile::Existing existing) {
  Result<AtomicFile> file = AtomicFile::create(path, existing);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(text); !written) return written;
  return file->commit();
}

}  // namespace ulpscope
