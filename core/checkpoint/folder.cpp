// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 4096;  // PATH_MAX of Linux

std::string systemMessage(int error) { return std::generic_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : m_descriptor(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (m_descriptor >= 0) ::close(m_descriptor);
  }
  int get() const { return m_descriptor; }
  int release() { return std::exchange(m_descriptor, -1); }

 private:
  int m_descriptor;
};

tl::unexpected<Error> linkLeavesFolder(const fs::path& path) {
  std::error_code failed;
  const fs::path target = fs::canonical(path, failed);
  return fail(Errc::OutsideLink,
              fmt::format("a file inside the folder expected, a link to {} found; follow links only if you trust it",
                          failed ? "a place outside it" : printable(target.string())),
              path.string());
}

class DiskFolder final : public Folder {
 public:
  DiskFolder(fs::path path, bool followLinks) : m_path(std::move(path)), m_followLinks(followLinks) {}

  Result<std::shared_ptr<const ByteSource>> open(const std::string& name, HardLinks hardLinks) const override {
    const fs::path path = m_path / name;
    if (auto inside = checkNameInside(name); !inside) {
      inside.error().subject = m_path.string();
      return tl::unexpected(std::move(inside.error()));
    }
    if (m_followLinks) return openFile(path);

    const Descriptor folder(::open(m_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0)
      return fail(Errc::Io, fmt::format("the folder could not be opened: {}", systemMessage(errno)), m_path.string());
    // The kernel resolves the name and refuses to leave the folder on the way, so nothing can be exchanged in between.
    struct open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    Descriptor file(static_cast<int>(::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof how)));
    if (file.get() < 0) {
      const int error = errno;
      if (error == ENOSYS || error == EPERM) return openWithoutKernel(path, hardLinks);
      if (error == ENOENT || error == ENOTDIR) return fail(Errc::NotFound, "no such file", path.string());
      if (error == EXDEV) return linkLeavesFolder(path);
      if (error == ENXIO)
        return fail(Errc::Unsupported, "a regular file expected, a socket or device found", path.string());
      return fail(Errc::Io, fmt::format("the file could not be opened: {}", systemMessage(error)), path.string());
    }
    if (auto single = checkHardLinks(file.get(), path, hardLinks); !single)
      return tl::unexpected(std::move(single.error()));
    return fileSource(file.release(), path);
  }

  Result<std::vector<std::string>> list(std::uint64_t most) const override {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(m_path, failed), end; !failed && entry != end; entry.increment(failed)) {
      std::error_code unknown;
      if (entry->is_directory(unknown)) continue;
      if (names.size() == most)
        return fail(Errc::LimitExceeded, fmt::format("at most {} files expected, more found", most), m_path.string());
      names.push_back(entry->path().filename().string());
    }
    if (failed)
      return fail(Errc::Io, fmt::format("the folder could not be listed: {}", failed.message()), m_path.string());
    std::sort(names.begin(), names.end());
    return names;
  }

  bool hasFolder(const std::string& name) const override {
    std::error_code unknown;
    return checkNameInside(name).has_value() && fs::is_directory(m_path / name, unknown);
  }

 private:
  /// Where the kernel lacks openat2 (before 5.6) or a container forbids it: the same by resolving first, which a change
  /// of the folder in between could deceive.
  Result<std::shared_ptr<const ByteSource>> openWithoutKernel(const fs::path& path, HardLinks hardLinks) const {
    std::error_code failed;
    const fs::path root = fs::canonical(m_path, failed);
    const fs::path real = failed ? fs::path() : fs::canonical(path, failed);
    // What cannot be resolved is left to open, which says why.
    if (!failed && std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first != root.end())
      return linkLeavesFolder(path);
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) return openFile(path);  // for its words
    if (auto single = checkHardLinks(file.get(), path, hardLinks); !single)
      return tl::unexpected(std::move(single.error()));
    return fileSource(file.release(), path);
  }

  static Result<> checkHardLinks(int descriptor, const fs::path& path, HardLinks hardLinks) {
    struct stat status{};
    if (hardLinks == HardLinks::Allow || ::fstat(descriptor, &status) != 0) return {};
    if (!S_ISREG(status.st_mode) || status.st_nlink <= 1) return {};  // folders always have several
    return fail(Errc::OutsideLink,
                fmt::format("a file of one name expected, one with {} hard links found, which may lie outside the "
                            "folder; follow links only if you trust it",
                            status.st_nlink),
                path.string());
  }

  fs::path m_path;
  bool m_followLinks;
};

class MemoryFolder final : public Folder {
 public:
  explicit MemoryFolder(std::map<std::string, std::vector<std::byte>> files) {
    for (auto& [name, bytes] : files) m_files[name] = memorySource(name, std::move(bytes));
  }

  Result<std::shared_ptr<const ByteSource>> open(const std::string& name, HardLinks) const override {
    if (auto inside = checkNameInside(name); !inside) return tl::unexpected(std::move(inside.error()));
    const auto found = m_files.find(fs::path(name).lexically_normal().string());
    if (found == m_files.end()) return fail(Errc::NotFound, "no such file", name);
    return found->second;
  }

  Result<std::vector<std::string>> list(std::uint64_t most) const override {
    std::vector<std::string> names;
    for (const auto& [name, file] : m_files)
      if (name.find('/') == std::string::npos) names.push_back(name);
    if (names.size() > most)
      return fail(Errc::LimitExceeded, fmt::format("at most {} files expected, more found", most));
    return names;
  }

  bool hasFolder(const std::string& name) const override {
    const auto first = m_files.lower_bound(name + "/");
    return first != m_files.end() && first->first.starts_with(name + "/");
  }

 private:
  std::map<std::string, std::shared_ptr<const ByteSource>> m_files;
};

class SubFolder final : public Folder {
 public:
  SubFolder(std::shared_ptr<const Folder> folder, std::string name)
      : m_folder(std::move(folder)), m_name(std::move(name)) {}

  Result<std::shared_ptr<const ByteSource>> open(const std::string& name, HardLinks hardLinks) const override {
    if (auto inside = checkNameInside(name); !inside) return tl::unexpected(std::move(inside.error()));
    return m_folder->open(m_name + "/" + name, hardLinks);
  }
  Result<std::vector<std::string>> list(std::uint64_t) const override {
    return fail(Errc::Unsupported, "the files of a sub-folder are opened by name only", m_name);
  }
  bool hasFolder(const std::string& name) const override { return m_folder->hasFolder(m_name + "/" + name); }

 private:
  std::shared_ptr<const Folder> m_folder;
  std::string m_name;
};

}  // namespace

std::shared_ptr<const Folder> diskFolder(fs::path path, bool followLinks) {
  return std::make_shared<const DiskFolder>(std::move(path), followLinks);
}

std::shared_ptr<const Folder> memoryFolder(std::map<std::string, std::vector<std::byte>> files) {
  return std::make_shared<const MemoryFolder>(std::move(files));
}

std::shared_ptr<const Folder> subFolder(std::shared_ptr<const Folder> folder, std::string name) {
  return std::make_shared<const SubFolder>(std::move(folder), std::move(name));
}

Result<> checkNameInside(std::string_view name) {
  const auto refuse = [&] {
    return fail(Errc::Corrupt, fmt::format("the name of a file inside the folder expected, {} found", inQuotes(name)));
  };
  if (name.empty() || name.size() > kLongestName || name.front() == '/') return refuse();
  if (name.find('\\') != name.npos || name.find('\0') != name.npos || name.find(':') == 1) return refuse();
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return refuse();
    begin = end + 1;
  }
  return {};
}

}  // namespace ulpscope
