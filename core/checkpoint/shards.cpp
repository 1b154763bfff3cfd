// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/zip_archive.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;

struct Signature {
  std::string_view begins;
  std::string_view message;
};

/// What people open by mistake, or that no reader here reads yet.
constexpr std::array kSignatures{
    Signature{"version https://git-lfs.github.com/spec/",
              "this is a Git LFS pointer, not the weights: run `git lfs pull` in its repository"},
    // Containers of ggml before GGUF, as little-endian numbers "ggml", "ggmf", "ggjt", "ggla" and "ggsn".
    Signature{"lmgg", "this is a GGML file of 2023 (magic \"ggml\"), not GGUF: convert the model again"},
    Signature{"fmgg", "this is a GGML file of 2023 (magic \"ggmf\"), not GGUF: convert the model again"},
    Signature{"tjgg", "this is a GGML file of 2023 (magic \"ggjt\"), not GGUF: convert the model again"},
    Signature{"algg", "this is a LoRA adapter of ggml of 2023 (magic \"ggla\"), not GGUF: convert it again"},
    Signature{"nsgg", "this is a saved session of llama.cpp (magic \"ggsn\"), not weights"},
    Signature{"ir_version:", "this is an ONNX model as text, which cannot be read: save it as binary .onnx"},
    Signature{"\x1F\x8B", "this is a gzip archive: unpack it first"},
    Signature{"7z\xBC\xAF\x27\x1C", "this is a 7-Zip archive: unpack it first"},
};

/// The first bytes of `file`, at most 512.
Result<std::string> readBeginning(const ByteSource& file) {
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 512)), '\0');
  if (auto read = file.read(0, std::as_writable_bytes(std::span(text))); !read) return tl::unexpected(read.error());
  return text;
}

bool looksLikeHtml(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  std::string start(text.substr(0, 14));
  std::transform(start.begin(), start.end(), start.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

/// Puts checkpoints of one file each together.
class Merger {
 public:
  explicit Merger(const Limits& limits) : m_limits(limits) {}

  /// Takes what `keep` (called with each tensor) says to; the rest of `part` goes in whole.
  template <class Keep>
  Result<> add(Checkpoint part, Keep keep) {
    const auto file = static_cast<std::uint32_t>(m_merged.files.size());
    m_merged.container = part.container;
    m_merged.files.insert(m_merged.files.end(), part.files.begin(), part.files.end());
    for (auto& entry : part.metadata)
      if (m_metadata.insert(entry).second) m_merged.metadata.push_back(std::move(entry));
    for (const std::string& warning : part.warnings)
      m_merged.warnings.push_back(fmt::format("{}: {}", printable(part.path), warning));
    m_merged.objects.insert(m_merged.objects.end(), std::make_move_iterator(part.objects.begin()),
                            std::make_move_iterator(part.objects.end()));
    takeTensors(part, file, keep);
    if (m_merged.tensors.size() > m_limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", m_limits.tensors),
                  part.path);
    return {};
  }

  Checkpoint& checkpoint() { return m_merged; }

 private:
  /// Indices that tensors hold of each other move with them; a part stands behind its whole. Readers leave weights
  /// that are packed in several tensors apart, so there are no lists of parts.
  template <class Keep>
  void takeTensors(Checkpoint& part, std::uint32_t file, Keep keep) {
    std::vector<std::optional<std::size_t>> moved(part.tensors.size());
    for (std::size_t i = 0; i < part.tensors.size(); ++i) {
      TensorInfo& tensor = part.tensors[i];
      tensor.file += file;
      if (!keep(tensor)) continue;
      if (tensor.sharesWith) tensor.sharesWith = moved[*tensor.sharesWith];
      if (tensor.partOf) tensor.partOf = moved[*tensor.partOf];
      moved[i] = m_merged.tensors.size();
      m_merged.tensors.push_back(std::move(tensor));
    }
  }

  const Limits& m_limits;
  Checkpoint m_merged;
  std::set<std::pair<std::string, std::string>> m_metadata;  ///< so that what every shard repeats is kept once
};

/// A ZIP archive that no reader knows: a broken one, or one of something else.
tl::unexpected<Error> refuseArchive(std::shared_ptr<const ByteSource> file, const OpenContext& context) {
  const auto archive = ZipArchive::open(file, context.options.limits);
  if (archive)
    return fail(Errc::Unsupported, "this is a ZIP archive, but not one of PyTorch, NumPy or Keras", file->name());
  Error error = archive.error();
  error.message = fmt::format("this is a ZIP archive, but a broken one: {}", error.message);
  return tl::unexpected(std::move(error));
}

}  // namespace

const CheckpointReader* readerOf(const ByteSource& file) {
  for (const CheckpointReader* reader : checkpointReaders())
    if (reader->recognizes(file)) return reader;
  return nullptr;
}

Result<Checkpoint> openContainer(std::shared_ptr<const ByteSource> file, const OpenContext& context) {
  if (file->size() == 0) return fail(Errc::Corrupt, "a checkpoint expected, an empty file found", file->name(), 0);
  const Result<std::string> beginning = readBeginning(*file);
  if (!beginning) return tl::unexpected(beginning.error());
  for (const Signature& signature : kSignatures)
    if (beginning->starts_with(signature.begins))
      return fail(Errc::Unsupported, std::string(signature.message), file->name());
  if (looksLikeHtml(*beginning))
    return fail(Errc::Unsupported, "this is a web page, not the weights: download the file itself", file->name());

  if (const CheckpointReader* reader = readerOf(*file)) return reader->open(std::move(file), context);
  if (ZipArchive::isZip(*file)) return refuseArchive(std::move(file), context);
  // Nothing is opened by its name, but a name tells whose complaint helps.
  const std::string extension = fs::path(file->name()).extension().string();
  for (const CheckpointReader* reader : checkpointReaders())
    if (extension == fmt::format(".{}", reader->id())) return reader->open(std::move(file), context);
  return fail(Errc::Corrupt,
              fmt::format("a checkpoint expected, something else found, which begins with \"{}\"",
                          printable(std::string_view(*beginning).substr(0, 16))),
              file->name(), 0);
}

Result<Checkpoint> openShards(const ShardIndex& index, const OpenContext& context) {
  Merger merger(context.options.limits);
  std::vector<bool> found(index.entries.size());
  Finding unlisted, elsewhere, absent;
  for (std::uint32_t shard = 0; shard < index.shards.size(); ++shard) {
    if (auto going = context.job.step(0); !going) return tl::unexpected(going.error());
    auto file = context.folder->open(index.shards[shard]);
    if (!file && file.error().code == Errc::NotFound) {
      if (!context.options.allowDamaged)
        return fail(Errc::Damaged, "a shard that the index lists expected, none found", file.error().subject);
      merger.checkpoint().warnings.push_back(fmt::format("The shard {} is missing.", printable(index.shards[shard])));
      continue;
    }
    if (!file) return tl::unexpected(file.error());
    auto part = openContainer(std::move(*file), context);
    if (!part) return part;
    const auto keep = [&](const TensorInfo& tensor) {
      if (index.ofGroups) {
        const std::string group = "/" + tensor.name.substr(0, tensor.name.rfind('/'));
        for (std::size_t i = index.entryOf(group).value_or(found.size());
             i < found.size() && index.entries[i].tensor == group; ++i)
          found[i] = found[i] || index.entries[i].shard == shard;
        return true;
      }
      const std::optional<std::size_t> entry = index.entryOf(tensor.name);
      if (!entry) {
        unlisted.add(tensor.name);
        return true;
      }
      if (index.entries[*entry].shard != shard) {
        elsewhere.add(tensor.name);
        return false;
      }
      found[*entry] = true;
      return true;
    };
    if (auto added = merger.add(std::move(*part), keep); !added) return tl::unexpected(added.error());
  }

  Checkpoint merged = std::move(merger.checkpoint());
  merged.warnings.insert(merged.warnings.begin(), index.warnings.begin(), index.warnings.end());
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!found[i]) absent.add(index.entries[i].tensor);
  absent.warn(merged.warnings, index.ofGroups ? "The index lists groups in shards that do not hold them"
                                              : "The index lists tensors that its shards do not hold");
  unlisted.warn(merged.warnings, "The shards hold tensors that the index does not list");
  elsewhere.warn(merged.warnings, "Left out, because the index takes them from another shard");
  if (index.totalSize && *index.totalSize != merged.totalBytes())
    merged.warnings.push_back(fmt::format("The index gives a total_size of {} bytes, but the tensors have {}.",
                                          *index.totalSize, merged.totalBytes()));
  if (index.ofGroups) {
    Finding repeated;
    makeNamesDistinct(merged.tensors, repeated);
    repeated.warn(merged.warnings, "Several shards hold a tensor of the same name");
  }
  return merged;
}

Result<Checkpoint> openSiblings(const std::vector<std::string>& names, const OpenContext& context) {
  Merger merger(context.options.limits);
  std::set<std::string> seen;
  std::set<std::string> opened;  // files, also those that a reader opened beside the one it was given
  std::string first;
  Finding repeated;
  for (const std::string& name : names) {
    if (auto going = context.job.step(0); !going) return tl::unexpected(going.error());
    auto file = context.folder->open(name);
    if (!file) return tl::unexpected(file.error());
    if (opened.contains((*file)->name())) continue;
    const CheckpointReader* reader = readerOf(**file);
    if (!first.empty() && reader && !reader->joinsSiblings())
      return fail(Errc::Usage,
                  fmt::format("a folder with one {} model expected, {} and {} found; open one of its files",
                              reader->title(), printable(first), printable(name)));
    first = name;
    auto part = openContainer(std::move(*file), context);
    if (!part) return part;
    for (const auto& each : part->files) opened.insert(each->name());
    const auto keep = [&](const TensorInfo& tensor) {
      if (!seen.insert(tensor.name).second) repeated.add(tensor.name);
      return true;
    };
    if (auto added = merger.add(std::move(*part), keep); !added) return tl::unexpected(added.error());
  }
  repeated.warn(merger.checkpoint().warnings, "Several files of the folder hold a tensor of the same name");
  return std::move(merger.checkpoint());
}

}  // namespace ulpscope
