// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npz: a ZIP archive whose members are .npy files, stored (numpy.savez) or deflated (savez_compressed). A
// tensor is named as its member is, without ".npy"; NumPy reads a member as an array if it begins like one, whatever it
// is called.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/npy_array.h"
#include "core/checkpoint/npy_header.h"
#include "core/checkpoint/zip_archive.h"

namespace ulpscope {
namespace {

constexpr std::string_view kSuffix = ".npy";

bool isOfAnotherContainer(std::string_view name) {
  return name == "data.pkl" || name.ends_with("/data.pkl") || name == "model.weights.h5" || name == "model.weights.npz";
}

/// Puts the members of an archive into a checkpoint, one after the other.
class Members {
 public:
  Members(const ZipArchive& archive, const Limits& limits, Checkpoint& checkpoint)
      : m_archive(archive), m_limits(limits), m_checkpoint(checkpoint) {}

  /// What is wrong with one member is said of that member; an error is one of reading the archive.
  Result<> add(const ZipMember& member) {
    const auto source = m_archive.source(member);
    if (!source) return list(member, source.error());
    const Result<bool> begins = beginsLikeArray(**source);
    if (!begins) return list(member, begins.error());
    if (!*begins && !member.name.ends_with(kSuffix)) {
      if (!member.name.ends_with('/'))
        m_checkpoint.objects.push_back({member.name, "file", fmt::format("not an array: {} bytes", member.size)});
      return {};
    }
    Result<NpyArray> array = npyArray(*source, m_limits);
    if (!array) return list(member, array.error());
    return place(member, std::move(*array));
  }

  void warn() {
    m_trailing.warn(m_checkpoint.warnings, "Bytes follow the array in its member of the archive");
    Finding renamed;
    makeNamesDistinct(m_checkpoint.tensors, renamed);
    renamed.warn(m_checkpoint.warnings, "Arrays of a name that stands before already have a number behind it");
  }

 private:
  /// As isNpy, but a read that fails is an error.
  static Result<bool> beginsLikeArray(const ByteSource& source) {
    std::byte first{};
    if (source.size() > 0)
      if (auto read = source.read(0, {&first, 1}); !read) return tl::unexpected(std::move(read.error()));
    return isNpy(source);
  }
  static std::string nameOf(const ZipMember& member) {
    return member.name.substr(0, member.name.size() - (member.name.ends_with(kSuffix) ? kSuffix.size() : 0));
  }

  Result<> list(const ZipMember& member, const Error& error) {
    if (error.code != Errc::Corrupt && error.code != Errc::Unsupported && error.code != Errc::LimitExceeded)
      return tl::unexpected(error);
    m_checkpoint.objects.push_back({nameOf(member), "array", error.message});
    return {};
  }

  Result<> place(const ZipMember& member, NpyArray array) {
    TensorInfo& tensor = array.tensor;
    tensor.name = nameOf(member);
    if (array.trailing > 0) m_trailing.add(tensor.name);
    const Result<std::uint64_t> data = m_archive.dataOffset(member);
    if (!data) return tl::unexpected(data.error());
    if (member.method == 0) {
      tensor.offset += *data;
    } else {
      if (tensor.type && !tensor.storage) {
        // A source of its own: the one the header was read through has a state of zlib by now.
        auto source = m_archive.source(member);
        if (!source) return tl::unexpected(std::move(source.error()));
        tensor.storage = sliceOf(std::move(*source), tensor.offset, tensor.bytes);
      }
      tensor.offset = *data;
      tensor.bytes = member.compressedSize;
    }
    m_checkpoint.tensors.push_back(std::move(tensor));
    return {};
  }

  const ZipArchive& m_archive;
  const Limits& m_limits;
  Checkpoint& m_checkpoint;
  Finding m_trailing;
};

class NpzReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "npz"; }
  std::string_view title() const override { return "NumPy .npz"; }

  bool recognizes(const ByteSource& file) const override {
    if (!ZipArchive::isZip(file)) return false;
    const auto unowned = std::shared_ptr<const ByteSource>(std::shared_ptr<void>(), &file);
    const auto archive = ZipArchive::open(unowned, Limits(), ZipArchive::LocalHeaders::Ignore);
    if (!archive) return false;
    const auto& members = archive->members();
    return std::ranges::any_of(members, [](const ZipMember& member) { return member.name.ends_with(kSuffix); }) &&
           std::ranges::none_of(members, [](const ZipMember& member) { return isOfAnotherContainer(member.name); });
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    const Limits& limits = context.options.limits;
    const Result<ZipArchive> archive = ZipArchive::open(file, limits);
    if (!archive) return tl::unexpected(archive.error());
    if (archive->members().size() > limits.tensors)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} tensors expected, {} found", limits.tensors, archive->members().size()),
                  file->name());
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.warnings = archive->warnings();
    Members members(*archive, limits, checkpoint);
    for (const ZipMember& member : archive->members()) {
      if (auto going = context.job.step(0); !going) return tl::unexpected(going.error());
      if (auto added = members.add(member); !added) return tl::unexpected(added.error());
    }
    members.warn();
    checkpoint.files.push_back(std::move(file));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& npz_entry() {
  static const NpzReader reader;
  return reader;
}

}  // namespace ulpscope
