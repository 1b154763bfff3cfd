// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/checkpoint_argument.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/base/text.h"

namespace ulpscope {

void OpenFlags::declare(Options& options) {
  options.flag("--follow-links", m_followLinks, "Shards may be links that leave the folder");
  options.flag("--allow-damaged", m_allowDamaged, "Open what is sound of a damaged checkpoint, with a warning");
}

Result<std::shared_ptr<const Checkpoint>> OpenFlags::open(const std::string& path, const JobContext& job) const {
  OpenOptions options;
  options.allowDamaged = m_allowDamaged;
  options.followLinks = m_followLinks;
  auto checkpoint = openCheckpoint(path, options, job);
  if (!checkpoint && checkpoint.error().code == Errc::Damaged)
    checkpoint.error().message += "; --allow-damaged opens what is sound";
  if (!checkpoint && checkpoint.error().code == Errc::OutsideLink) checkpoint.error().message += " (--follow-links)";
  return checkpoint;
}

void CheckpointArgument::declare(Options& options) {
  options.argument("PATH", m_path, "A checkpoint: file, index or folder");
  m_flags.declare(options);
}

std::vector<std::string> filesReadBy(const Checkpoint& checkpoint) {
  std::vector<std::string> files{checkpoint.path};
  for (const auto& file : checkpoint.files) files.push_back(file->name());
  std::error_code unreadable;
  const std::filesystem::path path(checkpoint.path);
  const bool isFolder = std::filesystem::is_directory(path, unreadable);
  files.push_back(((isFolder ? path : path.parent_path()) / "config.json").string());
  if (isFolder)
    for (const auto& entry : std::filesystem::directory_iterator(path, unreadable))
      if (entry.path().string().ends_with(".index.json")) files.push_back(entry.path().string());
  return files;
}

Result<std::vector<std::size_t>> tensorsMatching(const Checkpoint& checkpoint, std::string_view pattern, Parts parts) {
  std::vector<std::size_t> matching;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    if (parts == Parts::LeaveOut && tensor.partOf) continue;
    if (pattern.empty() || matchesGlob(pattern, tensor.name)) matching.push_back(i);
  }
  if (matching.empty() && !pattern.empty())
    return fail(Errc::NotFound,
                fmt::format("a tensor that matches {} was expected, found none among {}", printable(pattern),
                            groupedDigits(checkpoint.tensors.size())),
                checkpoint.path);
  return matching;
}

Result<TensorSource> tensorOf(const Checkpoint& checkpoint, std::string_view name) {
  const auto index = checkpoint.find(name);
  if (!index) return tl::unexpected(index.error());
  return checkpoint.source(*index);
}

}  // namespace ulpscope
