// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "core/checkpoint/shard_index.h"
#include "core/checkpoint/shards.h"
#include "core/checkpoint/torch/dcp.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexEnding = ".index.json";
constexpr std::string_view kKerasIndexEnding = ".weights.json";
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

Result<Checkpoint> openIndex(const ByteSource& file, const OpenContext& context) {
  const Result<std::string> text = readText(file, context.options.limits.headerBytes);
  if (!text) return tl::unexpected(text.error());
  if (text->substr(0, 512).find("\"irVersion\"") != text->npos)
    return fail(Errc::Unsupported, "this is an ONNX model as JSON, which cannot be read: save it as binary .onnx",
                file.name());
  Result<ShardIndex> index = parseShardIndex(*text, context.options.limits);
  if (!index) {
    index.error().subject = file.name();
    return tl::unexpected(std::move(index.error()));
  }
  return openShards(*index, context);
}

/// Of several indexes (variants of one model, or one for each framework) the plain one of safetensors, then any of
/// safetensors, then the first by name.
std::string chooseIndex(const std::vector<std::string>& indexes) {
  if (std::ranges::find(indexes, "model.safetensors.index.json") != indexes.end())
    return "model.safetensors.index.json";
  const auto safetensors =
      std::ranges::find_if(indexes, [](const std::string& name) { return name.ends_with(".safetensors.index.json"); });
  return safetensors != indexes.end() ? *safetensors : indexes.front();
}

Result<Checkpoint> openIndexOfFolder(const std::vector<std::string>& names, const std::vector<std::string>& indexes,
                                     const OpenContext& context) {
  const std::string chosen = chooseIndex(indexes);
  const auto file = context.folder->open(chosen);
  if (!file) return tl::unexpected(file.error());
  Result<Checkpoint> checkpoint = openIndex(**file, context);
  if (!checkpoint) return checkpoint;
  if (indexes.size() > 1)
    checkpoint->warnings.push_back(
        fmt::format("The folder has {} indexes; {} was opened.", indexes.size(), printable(chosen)));
  const std::string ending = fmt::format(".{}", checkpoint->container);
  const auto alike = static_cast<std::size_t>(
      std::ranges::count_if(names, [&](const std::string& name) { return name.ends_with(ending); }));
  if (alike > checkpoint->files.size())
    checkpoint->warnings.push_back(fmt::format("{} of the folder's {} {} files are not part of the index.",
                                               alike - checkpoint->files.size(), alike, checkpoint->container));
  return checkpoint;
}

/// The files of a folder by the reader that recognizes each.
struct SortedFiles {
  std::map<const CheckpointReader*, std::vector<std::string>> byReader;
  std::optional<Error> refused;  ///< the first file that could not be looked at
};
Result<SortedFiles> sortFiles(const std::vector<std::string>& names, const OpenContext& context) {
  SortedFiles sorted;
  for (const std::string& name : names) {
    if (auto going = context.job.step(0); !going) return tl::unexpected(going.error());
    const auto file = context.folder->open(name);
    if (!file) {
      if (!sorted.refused) sorted.refused = file.error();
      continue;
    }
    if (const CheckpointReader* reader = readerOf(**file)) sorted.byReader[reader].push_back(name);
  }
  return sorted;
}

/// The index, or else all files of the first container in the registry's order of which there are any.
Result<Checkpoint> openFolder(const std::string& path, const OpenContext& context) {
  const auto names = context.folder->list(context.options.limits.shards);
  if (!names) return tl::unexpected(names.error());
  if (isDistributed(*names)) return openDistributed(context);
  std::vector<std::string> indexes;
  for (const std::string& name : *names)
    if (name.ends_with(kIndexEnding) || name.ends_with(kKerasIndexEnding)) indexes.push_back(name);
  if (!indexes.empty()) return openIndexOfFolder(*names, indexes, context);

  const Result<SortedFiles> sorted = sortFiles(*names, context);
  if (!sorted) return tl::unexpected(sorted.error());
  if (sorted->byReader.empty()) {
    if (sorted->refused) return tl::unexpected(*sorted->refused);
    return fail(Errc::NotFound, "a folder with a checkpoint expected, none found in it", path);
  }
  std::optional<Checkpoint> opened;
  for (const CheckpointReader* reader : checkpointReaders()) {
    const auto found = sorted->byReader.find(reader);
    if (found == sorted->byReader.end()) continue;
    if (opened) {
      opened->warnings.push_back(fmt::format("Not opened: {} beside it ({}).",
                                             counted(found->second.size(), fmt::format("{} file", reader->title())),
                                             printable(found->second.front())));
      continue;
    }
    Result<Checkpoint> checkpoint = openSiblings(found->second, context);
    if (!checkpoint) {
      if (checkpoint.error().subject.empty()) checkpoint.error().subject = path;
      return checkpoint;
    }
    opened = std::move(*checkpoint);
  }
  return std::move(*opened);
}

/// A config.json is help, not part of the checkpoint: what keeps it from being read is a warning.
void attachConfig(Checkpoint& checkpoint, const OpenContext& context) {
  Result<std::string> text = [&]() -> Result<std::string> {
    const auto file = context.folder->open("config.json");
    if (!file) return tl::unexpected(file.error());
    return readText(**file, kConfigBytes);
  }();
  if (text)
    checkpoint.config = std::move(*text);
  else if (text.error().code != Errc::NotFound)
    checkpoint.warnings.push_back(fmt::format("Left out: {}.", describe(text.error())));
}

/// What the model is, and whether its head is its embedding.
void attachModel(Checkpoint& checkpoint) {
  checkpoint.model = describeModel(checkpoint);
  if (!checkpoint.model || !checkpoint.model->tiedEmbeddings.value_or(false)) return;
  TensorInfo* embedding = nullptr;
  for (TensorInfo& tensor : checkpoint.tensors) {
    const TensorPlace place = roleOf(tensor.name, *checkpoint.model);
    if (place.role == TensorRole::Head && !place.bias) return;
    const bool words = tensor.name.find("token_type") == std::string::npos;
    if (place.role == TensorRole::Embedding && words && !embedding) embedding = &tensor;
  }
  if (embedding && embedding->remark.empty())
    embedding->remark = "Also the output head: the config ties the two, and the file holds no other.";
}

Result<Checkpoint> openPath(const fs::path& path, const OpenOptions& options, const JobContext& job) {
  std::error_code unknown;
  const bool isFolder = fs::is_directory(path, unknown);
  const OpenContext context{options, diskFolder(isFolder ? path : folderOf(path), options.followLinks), job};
  Result<Checkpoint> checkpoint = [&]() -> Result<Checkpoint> {
    if (isFolder) return openFolder(path.string(), context);
    auto file = openFile(path);
    if (!file) return tl::unexpected(file.error());
    if (looksLikeJson(**file)) return openIndex(**file, context);
    return openContainer(std::move(*file), context);
  }();
  if (!checkpoint) return checkpoint;
  checkpoint->path = path.string();
  attachConfig(*checkpoint, context);
  attachModel(*checkpoint);
  if (auto attached = attachPackedWeights(*checkpoint, context); !attached) return tl::unexpected(attached.error());
  return checkpoint;
}

}  // namespace

Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const fs::path& path, const OpenOptions& options,
                                                         const JobContext& job) {
  try {
    Result<Checkpoint> checkpoint = openPath(path, options, job);
    if (!checkpoint) return tl::unexpected(std::move(checkpoint.error()));
    return std::make_shared<const Checkpoint>(std::move(*checkpoint));
  } catch (const std::bad_alloc&) {
    return fail(Errc::OutOfMemory, "more memory was needed than there is", path.string());
  }
}

}  // namespace ulpscope
