// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/safetensors_index.h"
#include "core/checkpoint/shards.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexEnding = ".safetensors.index.json";
constexpr std::string_view kShardEnding = ".safetensors";
constexpr std::uint64_t kConfigBytes = 16 << 20;  ///< real ones have a few KiB

fs::path folderOf(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

Result<std::string> readText(const ByteSource& file, std::uint64_t limit) {
  if (file.size() > limit)
    return fail(Errc::LimitExceeded, fmt::format("at most {} bytes of text expected, {} found", limit, file.size()),
                file.name());
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  if (auto read = file.read(0, std::as_writable_bytes(std::span(text))); !read) return tl::unexpected(read.error());
  return text;
}

/// JSON text, as an index is. The first eight bytes of a safetensors file are a length far below 2^56 and hold a zero.
bool looksLikeJson(const ByteSource& file) {
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 512)), '\0');
  if (!file.read(0, std::as_writable_bytes(std::span(text)))) return false;
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark, which the parser then refuses by name
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (text[first] == '{' || text[first] == '[') &&
         text.substr(0, 8).find('\0') == text.npos;
}

Result<Checkpoint> openIndex(const ByteSource& file, const fs::path& folder, const OpenOptions& options) {
  const Result<std::string> text = readText(file, options.limits.headerBytes);
  if (!text) return tl::unexpected(text.error());
  Result<SafetensorsIndex> index = parseSafetensorsIndex(*text, options.limits);
  if (!index) {
    index.error().subject = file.name();
    return tl::unexpected(std::move(index.error()));
  }
  return openShards(*index, folder, options);
}

/// The names in `folder` that matter, sorted.
struct Listing {
  std::vector<std::string> indexes;
  std::vector<std::string> shards;
};
Result<Listing> listFolder(const fs::path& folder, const Limits& limits) {
  Listing listing;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(kIndexEnding))
      listing.indexes.push_back(std::move(name));
    else if (name.ends_with(kShardEnding))
      listing.shards.push_back(std::move(name));
    if (listing.indexes.size() + listing.shards.size() > limits.shards)
      return fail(Errc::LimitExceeded, fmt::format("at most {} shards expected, more found", limits.shards),
                  folder.string());
  }
  if (failed)
    return fail(Errc::Io, fmt::format("the folder could not be listed: {}", failed.message()), folder.string());
  std::sort(listing.indexes.begin(), listing.indexes.end());
  std::sort(listing.shards.begin(), listing.shards.end());
  return listing;
}

/// The index, or every safetensors file if there is none. Of several indexes (variants of one model) the plain one.
Result<Checkpoint> openFolder(const fs::path& folder, const OpenOptions& options) {
  const Result<Listing> listing = listFolder(folder, options.limits);
  if (!listing) return tl::unexpected(listing.error());
  if (listing->indexes.empty()) {
    if (listing->shards.empty())
      return fail(Errc::NotFound, "a folder with safetensors files expected, none found in it", folder.string());
    return openSiblings(listing->shards, folder, options);
  }

  const auto plain = std::find(listing->indexes.begin(), listing->indexes.end(), fmt::format("model{}", kIndexEnding));
  const std::string& chosen = plain != listing->indexes.end() ? *plain : listing->indexes.front();
  const auto file = openInside(folder, chosen, options.followLinks);
  if (!file) return tl::unexpected(file.error());
  Result<Checkpoint> checkpoint = openIndex(**file, folder, options);
  if (!checkpoint) return checkpoint;
  if (listing->indexes.size() > 1)
    checkpoint->warnings.push_back(
        fmt::format("The folder has {} indexes; {} was opened.", listing->indexes.size(), printable(chosen)));
  if (listing->shards.size() > checkpoint->files.size())
    checkpoint->warnings.push_back(fmt::format("{} of the folder's {} safetensors files are not part of the index.",
                                               listing->shards.size() - checkpoint->files.size(),
                                               listing->shards.size()));
  return checkpoint;
}

/// A config.json is help, not part of the checkpoint: what keeps it from being read is a warning.
void attachConfig(Checkpoint& checkpoint, const fs::path& folder, const OpenOptions& options) {
  Result<std::string> text = [&]() -> Result<std::string> {
    const auto file = openInside(folder, "config.json", options.followLinks);
    if (!file) return tl::unexpected(file.error());
    return readText(**file, kConfigBytes);
  }();
  if (text)
    checkpoint.config = std::move(*text);
  else if (text.error().code != Errc::NotFound)
    checkpoint.warnings.push_back(fmt::format("Left out: {}.", describe(text.error())));
}

Result<Checkpoint> openPath(const fs::path& path, const OpenOptions& options) {
  std::error_code unknown;
  const bool isFolder = fs::is_directory(path, unknown);
  const fs::path folder = isFolder ? path : folderOf(path);
  Result<Checkpoint> checkpoint = [&]() -> Result<Checkpoint> {
    if (isFolder) return openFolder(folder, options);
    auto file = openFile(path);
    if (!file) return tl::unexpected(file.error());
    if (looksLikeJson(**file)) return openIndex(**file, folder, options);
    return openContainer(std::move(*file), options);
  }();
  if (!checkpoint) return checkpoint;
  checkpoint->path = path.string();
  attachConfig(*checkpoint, folder, options);
  return checkpoint;
}

}  // namespace

Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const fs::path& path, const OpenOptions& options) {
  try {
    Result<Checkpoint> checkpoint = openPath(path, options);
    if (!checkpoint) return tl::unexpected(std::move(checkpoint.error()));
    return std::make_shared<const Checkpoint>(std::move(*checkpoint));
  } catch (const std::bad_alloc&) {
    return fail(Errc::OutOfMemory, "more memory was needed than there is", path.string());
  }
}

}  // namespace ulpscope
