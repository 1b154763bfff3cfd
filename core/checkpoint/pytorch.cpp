// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's archives since 1.6 (torch.save, torch.jit.save): ZIP, members stored as a rule, and in the pickle nothing
// but names, numbers and where each tensor lies:
//
//   ROOT/data.pkl           what was saved, with persistent ids ('storage', class, KEY, location, elements) for
//   storages ROOT/data/KEY           the bytes of a storage, little-endian unless `byteorder` says otherwise
//   ROOT/byteorder          "little" or "big"; absent in older files, which are little-endian
//   ROOT/version            a number
//   ROOT/constants.pkl      TorchScript: a tuple of tensors that its code refers to; their storages are
//   ROOT/constants/KEY ROOT/code/...           TorchScript: the code, which is not looked at
//
// ROOT is any name; torch takes it from the first member.
#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/torch/pickled_file.h"
#include "core/checkpoint/unread.h"
#include "core/checkpoint/zip_archive.h"
#include "core/checkpoint/zip_records.h"

namespace ulpscope {
namespace {

constexpr std::string_view kPickle = "data.pkl";

/// The folder, with its slash, of which `name` is the pickle; nothing if it is not one.
std::optional<std::string_view> rootOf(std::string_view name) {
  if (!name.ends_with(kPickle)) return std::nullopt;
  name.remove_suffix(kPickle.size());
  if (!name.empty() && !name.ends_with('/')) return std::nullopt;
  return name;
}

/// The root that torch would take, else that of the first pickle.
std::optional<std::string> chooseRoot(const ZipArchive& archive) {
  if (archive.members().empty()) return std::nullopt;
  const std::string& first = archive.members().front().name;
  std::string top = first.substr(0, first.find('/') + 1);
  if (archive.find(top + std::string(kPickle))) return top;
  for (const ZipMember& member : archive.members())
    if (const auto root = rootOf(member.name)) return std::string(*root);
  return std::nullopt;
}

/// The storages of one folder of the archive.
class ZipStorages final : public PersistentObjects {
 public:
  ZipStorages(const ZipArchive& archive, const ByteSource& file, std::string folder, bool bigEndian)
      : m_archive(archive), m_file(file), m_folder(std::move(folder)), m_bigEndian(bigEndian) {}

  Result<std::shared_ptr<const TensorStorage>> storage(const PickleGraph& graph, PickleValue id) const override {
    const auto parsed = storageIdOf(graph, id);
    if (!parsed) return std::shared_ptr<const TensorStorage>();
    if (!parsed->problem.empty()) return brokenStorage(parsed->problem);
    if (const auto* kept = m_kept.find(parsed->key)) return m_kept.view(*parsed, *kept);
    auto opened = open(*parsed);
    if (!opened) return opened;
    m_kept.add(parsed->key, *opened);
    return m_kept.view(*parsed, *opened);
  }

 private:
  Result<std::shared_ptr<const TensorStorage>> open(const StorageId& id) const {
    const std::string name = m_folder + id.key;
    const ZipMember* const member = m_archive.find(name);
    if (!member)
      return brokenStorage(fmt::format("the member {} with its storage expected, none found", inQuotes(name)));
    auto bytes = m_archive.source(*member);
    if (!bytes) {
      if (!isAboutContent(bytes.error())) return tl::unexpected(std::move(bytes.error()));
      return brokenStorage(bytes.error().message);
    }
    const auto expected = checkedMultiply(id.elements, id.type ? id.type->bytes : 1);
    if (expected != member->size)
      return brokenStorage(fmt::format("{} of {} for its storage expected, {} bytes found in {}",
                                       counted(id.elements, "element"), id.type ? id.type->shown : "one byte",
                                       member->size, inQuotes(name)));
    TensorStorage storage;
    storage.name = fmt::format("storage {}", printable(id.key));
    storage.type = id.type;
    storage.bytes = std::move(*bytes);
    storage.bigEndian = m_bigEndian;
    if (member->method == 0) {
      const auto local = readZipLocal(m_file, member->headerOffset);
      if (!local) return tl::unexpected(local.error());
      storage.offset = local->dataBegin;
    }
    return std::make_shared<const TensorStorage>(std::move(storage));
  }

  const ZipArchive& m_archive;
  const ByteSource& m_file;
  std::string m_folder;
  bool m_bigEndian;
  mutable KeptStorages m_kept;
};

class TorchArchive {
 public:
  TorchArchive(const ZipArchive& archive, std::shared_ptr<const ByteSource> file, const OpenContext& context,
               std::string root)
      : m_archive(archive), m_file(std::move(file)), m_context(context), m_root(std::move(root)) {
    m_checkpoint.path = m_file->name();
    m_checkpoint.container = "pytorch";
    m_checkpoint.files.push_back(m_file);
    m_checkpoint.warnings = archive.warnings();
  }

  Result<Checkpoint> open() {
    const auto bigEndian = readByteOrder();
    if (!bigEndian) return tl::unexpected(bigEndian.error());
    warnOfOtherPickles();
    PickleListing listing(m_checkpoint, m_context);
    if (auto added = addPickle(listing, kPickle, "data/", "", *bigEndian); !added) return tl::unexpected(added.error());
    if (m_archive.find(m_root + "constants.pkl"))
      if (auto added = addPickle(listing, "constants.pkl", "constants/", "constants", *bigEndian); !added)
        return tl::unexpected(added.error());
    addCode(listing);
    listing.finish();
    return std::move(m_checkpoint);
  }

 private:
  Result<bool> readByteOrder() const {
    const ZipMember* const member = m_archive.find(m_root + "byteorder");
    if (!member) return false;
    const auto source = m_archive.source(*member);
    if (!source) return tl::unexpected(source.error());
    Cursor cursor(**source);
    const auto text = cursor.readText(cursor.left(), 16, "the order of bytes");
    if (!text) return tl::unexpected(text.error());
    if (*text == "big" || *text == "little") return *text == "big";
    return fail(Errc::Corrupt, fmt::format("\"little\" or \"big\" as byteorder expected, {} found", inQuotes(*text)),
                m_file->name());
  }

  void warnOfOtherPickles() {
    Finding others;
    for (const ZipMember& member : m_archive.members())
      if (const auto root = rootOf(member.name); root && *root != m_root) others.add(member.name);
    others.warn(m_checkpoint.warnings, "The archive has other pickles that were not opened");
  }

  Result<> addPickle(PickleListing& listing, std::string_view name, std::string_view storages, std::string_view prefix,
                     bool bigEndian) {
    const ZipMember& member = *m_archive.find(m_root + std::string(name));
    const auto source = m_archive.source(member);
    if (!source) return tl::unexpected(source.error());
    std::optional<std::uint64_t> base;
    if (member.method == 0) {
      const auto local = readZipLocal(*m_file, member.headerOffset);
      if (!local) return tl::unexpected(local.error());
      base = local->dataBegin;
    }
    PickleGraph graph(*source);
    Cursor cursor(**source);
    const auto root = nextPickle(cursor, graph, m_context, name);
    if (!root) return tl::unexpected(root.error());
    const ZipStorages objects(m_archive, *m_file, m_root + std::string(storages), bigEndian);
    const TensorInterpreter interpreter(graph, objects, m_context.options.limits, base);
    const std::string alone = prefix.empty() ? stemOf(*m_file) : std::string(prefix);
    if (auto added = listing.add(graph, interpreter, *root, prefix, alone); !added) return added;
    if (auto following = listFollowing(cursor, graph, interpreter, listing, m_checkpoint, m_context, name); !following)
      return following;
    listing.addGlobals(graph);
    return {};
  }

  void addCode(PickleListing& listing) const {
    const std::string folder = m_root + "code/";
    std::uint64_t files = 0;
    for (const ZipMember& member : m_archive.members()) files += member.name.starts_with(folder) ? 1 : 0;
    if (files > 0)
      listing.addObject("code", "TorchScript",
                        fmt::format("{} of code, which were not looked at.", counted(files, "file")));
  }

  const ZipArchive& m_archive;
  std::shared_ptr<const ByteSource> m_file;
  const OpenContext& m_context;
  std::string m_root;
  Checkpoint m_checkpoint;
};

class PytorchReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "pytorch"; }
  std::string_view title() const override { return "PyTorch"; }

  bool joinsSiblings() const override { return true; }

  bool recognizes(const ByteSource& file) const override {
    if (!ZipArchive::isZip(file)) return false;
    const std::shared_ptr<const ByteSource> borrowed(std::shared_ptr<const void>(), &file);
    const auto archive = ZipArchive::open(borrowed, Limits{}, ZipArchive::LocalHeaders::Ignore);
    return archive && chooseRoot(*archive);
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    const auto archive = ZipArchive::open(file, context.options.limits);
    if (!archive) return tl::unexpected(archive.error());
    auto root = chooseRoot(*archive);
    if (!root) return fail(Errc::Corrupt, "an archive with a data.pkl expected, none found in it", file->name());
    return TorchArchive(*archive, std::move(file), context, std::move(*root)).open();
  }
};

}  // namespace

const CheckpointReader& pytorch_entry() {
  static const PytorchReader reader;
  return reader;
}

}  // namespace ulpscope
