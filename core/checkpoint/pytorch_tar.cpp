// SPDX-License-Identifier: Apache-2.0
//
// What torch.save wrote in 2016: a tar archive of
//
//   sys_info  pickle of a dict, as in the later format
//   storages  pickle of the number of storages; for each a pickle (key, location, class), i64: elements, the elements;
//             then a pickle of a list of views (key, key of the root, first element, elements)
//   tensors   pickle of the number of tensors; for each a pickle (key, key of the storage, class), i32: dimensions,
//   four
//             bytes without meaning, i64 for each size, each stride, and the offset in the storage
//   pickle    what was saved, with the key of a tensor as its persistent id
//
// Keys are integers. Numbers and elements are little-endian.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickled_file.h"
#include "core/checkpoint/torch/tar_archive.h"

namespace ulpscope {
namespace {

/// An integer, or what is left of one beyond 64 bits, as text.
std::optional<std::string> keyOf(const PickleGraph& graph, PickleValue value) {
  if (value.kind == PickleKind::Integer) return std::to_string(graph.integer(value));
  if (value.kind == PickleKind::Long || value.kind == PickleKind::Text)
    if (const auto text = graph.shortText(value)) return std::string(*text);
  return std::nullopt;
}

class TarTensors final : public PersistentObjects {
 public:
  Result<std::optional<PickledTensor>> tensor(const PickleGraph& graph, PickleValue id) const override {
    const auto key = keyOf(graph, id);
    if (!key) return std::nullopt;
    const auto found = m_tensors.find(*key);
    if (found != m_tensors.end()) return found->second;
    PickledTensor missing;
    missing.typeName = "unknown";
    missing.problem = fmt::format("a tensor with the key {} expected, none found", inQuotes(*key));
    return missing;
  }
  void add(const std::string& key, PickledTensor tensor) { m_tensors.insert_or_assign(key, std::move(tensor)); }

 private:
  std::map<std::string, PickledTensor> m_tensors;
};

class TarFile {
 public:
  TarFile(std::shared_ptr<const ByteSource> file, const OpenContext& context)
      : m_file(std::move(file)), m_context(context) {
    m_checkpoint.path = m_file->name();
    m_checkpoint.container = "pytorch_tar";
    m_checkpoint.files.push_back(m_file);
  }

  Result<Checkpoint> open() {
    auto members = readTar(*m_file, m_context.options.limits, m_context.job);
    if (!members) return tl::unexpected(members.error());
    m_members = std::move(*members);
    PickleListing listing(m_checkpoint, m_context);
    if (auto read = readMember(listing, "storages", &TarFile::readStorages); !read) return tl::unexpected(read.error());
    if (auto read = readMember(listing, "tensors", &TarFile::readTensors); !read) return tl::unexpected(read.error());
    if (auto read = readMember(listing, "pickle", &TarFile::readObject); !read) return tl::unexpected(read.error());
    listing.finish();
    return std::move(m_checkpoint);
  }

 private:
  /// One member while it is read.
  struct Part {
    std::string_view name;
    std::uint64_t offset;  ///< in the file
    PickleGraph& graph;
    Cursor& cursor;
    PickleListing& listing;
  };

  Result<> readMember(PickleListing& listing, std::string_view name, Result<> (TarFile::*read)(Part&)) {
    // The last of a name counts, as for those who extract an archive.
    const auto found = std::find_if(m_members.rbegin(), m_members.rend(),
                                    [&](const TarMember& member) { return member.name == name; });
    if (found == m_members.rend())
      return fail(Errc::Corrupt, fmt::format("a member {} expected, none found", inQuotes(name)), m_file->name());
    if (found->kind != '0')
      return fail(Errc::Corrupt,
                  fmt::format("member {}: a plain file expected, a member of kind {} found", inQuotes(name),
                              inQuotes(std::string(1, found->kind))),
                  m_file->name(), found->offset);
    const auto bytes = sliceOf(m_file, found->offset, found->size);
    PickleGraph graph(bytes);
    Cursor cursor(*bytes);
    Part part{name, found->offset, graph, cursor, listing};
    auto done = (this->*read)(part);
    // Within the member, errors know their place only from its beginning.
    if (!done && done.error().offset) *done.error().offset += found->offset;
    if (done) listing.addGlobals(graph);
    return done;
  }

  Result<std::uint64_t> readCount(Part& part) {
    const auto count = nextPickle(part.cursor, part.graph, m_context, part.name);
    if (!count) return tl::unexpected(count.error());
    const auto number = unsignedOf(*count);
    if (!number) return part.cursor.corrupt(fmt::format("the number of {} expected, something else found", part.name));
    return *number;
  }

  Result<> readStorages(Part& part) {
    const auto count = readCount(part);
    if (!count) return tl::unexpected(count.error());
    for (std::uint64_t i = 0; i < *count; ++i)
      if (auto read = readStorage(part); !read) return read;
    const auto views = nextPickle(part.cursor, part.graph, m_context, part.name);
    if (!views) return tl::unexpected(views.error());
    const auto list = sequenceOf(part.graph, *views);
    if (!list) return part.cursor.corrupt("a list of views of storages expected, something else found");
    for (const PickleValue view : *list)
      if (auto added = addView(part, view); !added) return added;
    return {};
  }

  Result<> readStorage(Part& part) {
    const auto head = nextPickle(part.cursor, part.graph, m_context, part.name);
    if (!head) return tl::unexpected(head.error());
    const auto items = sequenceOf(part.graph, *head);
    const auto key = items && items->size() >= 3 ? keyOf(part.graph, (*items)[0]) : std::nullopt;
    if (!key || (*items)[2].kind != PickleKind::Global)
      return part.cursor.corrupt("key, location and class of a storage expected, something else found");
    const TorchType* const type = findTorchTypeOfStorage(part.graph.global((*items)[2]).name);
    if (!type)
      return part.cursor.corrupt(fmt::format("a storage of a known type expected, {} found",
                                             printable(part.graph.global((*items)[2]).full())));
    const auto elements = part.cursor.read<std::int64_t>("the elements of a storage");
    if (!elements) return tl::unexpected(elements.error());
    const auto bytes =
        *elements < 0 ? std::nullopt : checkedMultiply(static_cast<std::uint64_t>(*elements), type->bytes);
    if (!bytes || *bytes > part.cursor.left())
      return part.cursor.corrupt(fmt::format("{} elements of {} expected, {} left", *elements, type->shown,
                                             counted(part.cursor.left(), "byte")));
    TensorStorage storage;
    storage.name = fmt::format("storage {}", printable(*key));
    storage.type = type;
    storage.offset = part.offset + part.cursor.position();
    storage.bytes = sliceOf(m_file, *storage.offset, *bytes);
    m_storages.insert_or_assign(*key, std::make_shared<const TensorStorage>(std::move(storage)));
    return part.cursor.skip(*bytes, "a storage");
  }

  Result<> addView(Part& part, PickleValue view) {
    const auto items = sequenceOf(part.graph, view);
    const auto key = items && items->size() >= 4 ? keyOf(part.graph, (*items)[0]) : std::nullopt;
    const auto root = key ? keyOf(part.graph, (*items)[1]) : std::nullopt;
    const auto first = root ? unsignedOf((*items)[2]) : std::nullopt;
    const auto count = first ? unsignedOf((*items)[3]) : std::nullopt;
    const auto found = count ? m_storages.find(*root) : m_storages.end();
    if (found == m_storages.end()) return part.cursor.corrupt("a view of a storage expected, something else found");
    const StorageId id{found->second->type, *root, 0, std::pair(*first, *count), {}};
    m_storages.insert_or_assign(*key, m_views.view(id, found->second));
    return {};
  }

  Result<> readTensors(Part& part) {
    const auto count = readCount(part);
    if (!count) return tl::unexpected(count.error());
    for (std::uint64_t i = 0; i < *count; ++i)
      if (auto read = readTensor(part); !read) return read;
    return {};
  }

  Result<> readTensor(Part& part) {
    const auto head = nextPickle(part.cursor, part.graph, m_context, part.name);
    if (!head) return tl::unexpected(head.error());
    const auto items = sequenceOf(part.graph, *head);
    const auto key = items && items->size() >= 3 ? keyOf(part.graph, (*items)[0]) : std::nullopt;
    if (!key) return part.cursor.corrupt("key, storage and class of a tensor expected, something else found");
    PickledTensor tensor;
    tensor.typeName = "unknown";
    const auto storage = keyOf(part.graph, (*items)[1]);
    if (const auto found = storage ? m_storages.find(*storage) : m_storages.end(); found != m_storages.end()) {
      tensor.storage = found->second;
      tensor.type = found->second->type;
    } else {
      tensor.problem = "its storage is not among those of the file";
    }
    const auto rank = part.cursor.read<std::int32_t>("the dimensions of a tensor");
    if (!rank) return tl::unexpected(rank.error());
    if (*rank < 0 || static_cast<std::uint64_t>(*rank) > m_context.options.limits.rank)
      return part.cursor.corrupt(
          fmt::format("at most {} dimensions expected, {} found", m_context.options.limits.rank, *rank));
    if (auto skipped = part.cursor.skip(4, "a tensor"); !skipped) return skipped;
    for (auto* const numbers : {&tensor.view.size, &tensor.view.stride})
      for (std::int32_t i = 0; i < *rank; ++i)
        if (auto read = readNumber(part, *numbers, tensor); !read) return read;
    std::vector<std::uint64_t> offset;
    if (auto read = readNumber(part, offset, tensor); !read) return read;
    tensor.view.offset = offset[0];
    m_tensors.add(*key, std::move(tensor));
    return {};
  }

  Result<> readNumber(Part& part, std::vector<std::uint64_t>& numbers, PickledTensor& tensor) {
    const auto number = part.cursor.read<std::int64_t>("sizes, strides and offset of a tensor");
    if (!number) return tl::unexpected(number.error());
    if (*number < 0)
      tensor.problem = fmt::format("sizes, strides and an offset of 0 or more expected, {} found", *number);
    numbers.push_back(*number < 0 ? 0 : static_cast<std::uint64_t>(*number));
    return {};
  }

  Result<> readObject(Part& part) {
    const auto root = nextPickle(part.cursor, part.graph, m_context, part.name);
    if (!root) return tl::unexpected(root.error());
    const TensorInterpreter interpreter(part.graph, m_tensors, m_context.options.limits, part.offset);
    if (auto added = part.listing.add(part.graph, interpreter, *root, "", stemOf(*m_file)); !added) return added;
    return listFollowing(part.cursor, part.graph, interpreter, part.listing, m_checkpoint, m_context, part.name);
  }

  std::shared_ptr<const ByteSource> m_file;
  const OpenContext& m_context;
  std::vector<TarMember> m_members;
  std::map<std::string, std::shared_ptr<const TensorStorage>> m_storages;
  KeptStorages m_views;
  TarTensors m_tensors;
  Checkpoint m_checkpoint;
};

class PytorchTarReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "pytorch_tar"; }
  std::string_view title() const override { return "PyTorch of 2016"; }

  /// A tar archive with those members among its first.
  bool recognizes(const ByteSource& file) const override {
    if (!beginsLikeTar(file)) return false;
    Limits limits;
    limits.zipEntries = 16;
    const auto members = readTar(file, limits, {});
    if (!members) return false;
    return std::ranges::all_of(
        std::initializer_list<std::string_view>{"storages", "tensors", "pickle"},
        [&](std::string_view name) { return std::ranges::find(*members, name, &TarMember::name) != members->end(); });
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    return TarFile(std::move(file), context).open();
  }
};

}  // namespace

const CheckpointReader& pytorch_tar_entry() {
  static const PytorchTarReader reader;
  return reader;
}

}  // namespace ulpscope
