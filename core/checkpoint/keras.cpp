// SPDX-License-Identifier: Apache-2.0
//
// A Keras 3 model (keras/src/saving/saving_lib.py): a ZIP archive of
//
//   config.json             how to build the model: text, never obeyed
//   metadata.json           the version of Keras and the date
//   model.weights.h5        HDF5: layers/LAYER/vars/N, optimizer/vars/N; or
//   model.weights.npz       the same as a NumPy archive; or
//   model_NNNNN.weights.h5  shards of the former, with an index in model.weights.json
//   assets/...              vocabularies and the like: left alone
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/keras_config.h"
#include "core/checkpoint/zip_archive.h"

namespace ulpscope {
namespace {

bool holdsWeights(std::string_view name) { return name.ends_with(".weights.h5") || name == "model.weights.npz"; }

class KerasReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "keras"; }
  std::string_view title() const override { return "Keras"; }

  bool recognizes(const ByteSource& file) const override {
    if (!ZipArchive::isZip(file)) return false;
    const std::shared_ptr<const ByteSource> borrowed(std::shared_ptr<const ByteSource>(), &file);
    const auto archive = ZipArchive::open(borrowed, {}, ZipArchive::LocalHeaders::Ignore);
    return archive && archive->find("config.json") && archive->find("metadata.json") &&
           std::any_of(archive->members().begin(), archive->members().end(),
                       [](const ZipMember& member) { return holdsWeights(member.name); });
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    const auto archive = ZipArchive::open(file, context.options.limits);
    if (!archive) return tl::unexpected(archive.error());
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.warnings = archive->warnings();
    for (const std::string_view name : {"metadata.json", "config.json"})
      if (auto added = addText(checkpoint, *archive, name, context.options.limits); !added)
        return tl::unexpected(std::move(added.error()));
    std::uint64_t files = 0;
    for (const ZipMember& member : archive->members()) {
      if (!holdsWeights(member.name)) continue;
      if (++files > context.options.limits.shards)
        return fail(Errc::LimitExceeded,
                    fmt::format("at most {} files of weights expected, more found", context.options.limits.shards),
                    file->name());
      if (auto added = addWeights(checkpoint, *archive, member, context); !added)
        return tl::unexpected(std::move(added.error()));
    }
    if (checkpoint.files.empty())
      return fail(Errc::Corrupt, "model.weights.h5 or model.weights.npz expected, none found", file->name());
    Finding repeated;
    makeNamesDistinct(checkpoint.tensors, repeated);
    repeated.warn(checkpoint.warnings, "Several files of the model hold a tensor of the same name");
    return checkpoint;
  }

 private:
  static Result<> addText(Checkpoint& checkpoint, const ZipArchive& archive, std::string_view name,
                          const Limits& limits) {
    const ZipMember* const member = archive.find(name);
    if (!member) return fail(Errc::Corrupt, fmt::format("{} expected, none found", name), checkpoint.path);
    const auto left = [&](const Error& error) {
      checkpoint.warnings.push_back(fmt::format("{} is left out: {}.", name, printable(error.message)));
      return Result<>();
    };
    const auto source = archive.source(*member);
    if (!source)
      return source.error().code == Errc::Io ? Result<>(tl::unexpected(source.error())) : left(source.error());
    if ((*source)->size() > limits.metadataBytes)
      return left({Errc::LimitExceeded,
                   fmt::format("at most {} bytes expected, {} found", limits.metadataBytes, (*source)->size()),
                   "",
                   {}});
    std::string text;
    constexpr std::size_t kBlock = 1 << 16;  // so that a size that the data does not yield costs nothing
    while (text.size() < (*source)->size()) {
      const std::size_t at = text.size();
      text.resize(static_cast<std::size_t>(std::min<std::uint64_t>(at + kBlock, (*source)->size())));
      if (auto read = (*source)->read(at, std::as_writable_bytes(std::span(text).subspan(at))); !read)
        return read.error().code == Errc::Io ? read : left(read.error());
    }
    if (name == "config.json") listKerasCode(checkpoint, name, text, limits);
    checkpoint.metadata.emplace_back(name, std::move(text));
    return {};
  }

  static Result<> addWeights(Checkpoint& checkpoint, const ZipArchive& archive, const ZipMember& member,
                             const OpenContext& context) {
    auto source = archive.source(member);
    if (!source) return tl::unexpected(std::move(source.error()));
    const bool isHdf5 = member.name.ends_with(".h5");
    const CheckpointReader* const reader = findCheckpointReader(isHdf5 ? "hdf5" : "npz");
    if (!reader)
      return fail(Errc::Unsupported, fmt::format("{} cannot be read yet", inQuotes(member.name)), checkpoint.path);
    auto part = reader->open(std::move(*source), {context.options, memoryFolder(), context.job});
    if (!part) return tl::unexpected(std::move(part.error()));
    take(checkpoint, std::move(*part));
    return {};
  }

  static void take(Checkpoint& checkpoint, Checkpoint part) {
    const auto firstFile = static_cast<std::uint32_t>(checkpoint.files.size());
    const std::size_t firstTensor = checkpoint.tensors.size();
    for (TensorInfo& tensor : part.tensors) {
      tensor.file += firstFile;
      if (tensor.sharesWith) *tensor.sharesWith += firstTensor;
    }
    const auto move = [](auto& from, auto& to) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    move(part.files, checkpoint.files);
    move(part.tensors, checkpoint.tensors);
    move(part.objects, checkpoint.objects);
    move(part.metadata, checkpoint.metadata);
    move(part.warnings, checkpoint.warnings);
  }
};

}  // namespace

const CheckpointReader& keras_entry() {
  static const KerasReader reader;
  return reader;
}

}  // namespace ulpscope
