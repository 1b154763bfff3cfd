// SPDX-License-Identifier: Apache-2.0
//
// torch.distributed.checkpoint, as its file system writer leaves it:
//
//   .metadata        pickle of a Metadata object, whose attributes are
//     state_dict_metadata   {NAME: TensorStorageMetadata(size, properties, chunks) or BytesStorageMetadata}
//     storage_data          {MetadataIndex(fqn=NAME, offset=where the chunk begins, or None):
//                            _StorageInfo(relative_path, offset, length, transform_descriptors)}
//   __RANK_N.distcp  at each such offset `length` bytes: an archive of torch.save with one tensor or object
#include "core/checkpoint/torch/dcp.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/data_files.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickled_file.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMetadata = ".metadata";
constexpr std::string_view kEnding = ".distcp";

using Shape = std::vector<std::uint64_t>;

/// A part of a tensor: a box of it, with elements of its own.
struct Chunk {
  Shape begin;
  Shape size;
  TensorSource elements;
  std::uint32_t file;    ///< index into Checkpoint::files
  std::uint64_t offset;  ///< of the archive it is in
};

/// An attribute of an object; null if it has none of that name.
const PickleValue* attributeOf(const PickleGraph& graph, PickleValue object, std::string_view name) {
  if (object.kind < PickleKind::Call) return nullptr;
  for (const PickleValue state : graph.states(object))
    if (const auto pairs = pairsOf(graph, state))
      if (const PickleValue* const value = valueOfKey(graph, *pairs, name)) return value;
  return nullptr;
}

/// Makes a tensor of boxes that fill it.
class Puzzle {
 public:
  Puzzle(Shape shape, std::vector<Chunk> chunks, std::size_t bytes)
      : m_shape(std::move(shape)), m_chunks(std::move(chunks)), m_bytes(bytes) {}

  Result<> make(std::uint64_t first, std::span<std::byte> out) const {
    Shape at(m_shape.size());
    while (!out.empty()) {
      std::uint64_t rest = first;
      for (std::size_t i = m_shape.size(); i-- > 0; rest /= m_shape[i]) at[i] = rest % m_shape[i];
      const auto chunk = std::ranges::find_if(m_chunks, [&](const Chunk& each) { return holds(each, at); });
      if (chunk == m_chunks.end())
        return fail(Errc::Corrupt,
                    fmt::format("element {} in one of the tensor's chunks expected, found in none", first));
      // Within the chunk elements go on to the end of its row, or of all that it holds in full width.
      std::uint64_t index = 0, run = 1, block = 1;
      bool whole = true;
      for (std::size_t i = m_shape.size(); i-- > 0;) {
        const std::uint64_t inside = at[i] - chunk->begin[i];
        index += inside * block;
        if (whole) run = (chunk->size[i] - 1 - inside) * block + run;
        whole = whole && chunk->size[i] == m_shape[i];
        block *= chunk->size[i];
      }
      run = std::min<std::uint64_t>(run, out.size() / m_bytes);
      const auto part = out.first(static_cast<std::size_t>(run) * m_bytes);
      if (auto read = chunk->elements.readBytes(index, run, part); !read) return read;
      out = out.subspan(part.size());
      first += run;
    }
    return {};
  }

 private:
  static bool holds(const Chunk& chunk, const Shape& at) {
    for (std::size_t i = 0; i < at.size(); ++i)
      if (at[i] < chunk.begin[i] || at[i] - chunk.begin[i] >= chunk.size[i]) return false;
    return true;
  }

  Shape m_shape;
  std::vector<Chunk> m_chunks;
  std::size_t m_bytes;
};

class DistributedCheckpoint {
 public:
  explicit DistributedCheckpoint(const OpenContext& context) : m_context(context), m_dataFiles(m_checkpoint, context) {}

  Result<Checkpoint> open() {
    const auto file = m_context.folder->open(std::string(kMetadata));
    if (!file) return tl::unexpected(file.error());
    m_checkpoint.path = (*file)->name();
    m_checkpoint.container = "pytorch";
    m_checkpoint.files.push_back(*file);
    PickleGraph graph(*file);
    Cursor cursor(**file);
    const auto root = nextPickle(cursor, graph, m_context, "");
    if (!root) return tl::unexpected(root.error());
    const PickleValue* const described = attributeOf(graph, *root, "state_dict_metadata");
    const PickleValue* const stored = attributeOf(graph, *root, "storage_data");
    const auto tensors = pairsOf(graph, described ? *described : PickleValue{});
    const auto places = pairsOf(graph, stored ? *stored : PickleValue{});
    if (!tensors || !places)
      return fail(Errc::Corrupt, "state_dict_metadata and storage_data expected, something else found",
                  (*file)->name());
    if (auto read = readPlaces(graph, *places); !read) return tl::unexpected(read.error());
    for (std::size_t i = 0; i + 1 < tensors->size(); i += 2)
      if (auto added = add(graph, (*tensors)[i], (*tensors)[i + 1]); !added) return tl::unexpected(added.error());
    for (TensorInfo& tensor : m_checkpoint.tensors) tensor.name = m_listing.uniqueName(std::move(tensor.name));
    m_listing.addGlobals(graph);
    m_listing.finish();
    return std::move(m_checkpoint);
  }

 private:
  struct Place {
    std::optional<Shape> begin;
    std::string path;
    std::uint64_t offset = 0, length = 0;
    bool transformed = false;
  };

  Result<> readPlaces(const PickleGraph& graph, std::span<const PickleValue> places) {
    for (std::size_t i = 0; i + 1 < places.size(); i += 2) {
      const auto get = [&](std::size_t which, std::string_view name) {
        const PickleValue* const value = attributeOf(graph, places[i + which], name);
        return value ? *value : PickleValue{};
      };
      const auto name = shortTextOf(graph, get(0, "fqn"));
      const auto path = shortTextOf(graph, get(1, "relative_path"));
      const auto offset = unsignedOf(get(1, "offset")), length = unsignedOf(get(1, "length"));
      if (!name || !path || !offset || !length)
        return fail(Errc::Corrupt, "a name, file, offset and length of each chunk expected, something else found",
                    m_checkpoint.path);
      m_places[std::string(*name)].push_back({unsignedsOf(graph, get(0, "offset")), std::string(*path), *offset,
                                              *length, get(1, "transform_descriptors").kind != PickleKind::None});
    }
    return {};
  }

  /// The archive at a place. What is in it refers to files[0], the part of the file; `offset` is where that begins.
  Result<Checkpoint> openPlace(const Place& place, std::uint32_t file) const {
    const auto& whole = m_checkpoint.files[file];
    if (place.transformed)
      return fail(Errc::Unsupported, "plain data expected, compressed or encrypted data found", whole->name());
    if (place.offset > whole->size() || place.length > whole->size() - place.offset)
      return fail(Errc::Damaged, fmt::format("{} bytes expected, the file has {}", place.length, whole->size()),
                  whole->name(), place.offset);
    return findCheckpointReader("pytorch")->open(sliceOf(whole, place.offset, place.length), m_context);
  }

  Result<> add(const PickleGraph& graph, PickleValue key, PickleValue description) {
    if (auto going = m_context.job.step(0); !going) return going;
    const auto name = shortTextOf(graph, key);
    if (!name) return fail(Errc::Corrupt, "a name for each tensor expected, something else found", m_checkpoint.path);
    const PickleValue* const size = attributeOf(graph, description, "size");
    const auto shape = size ? unsignedsOf(graph, *size) : std::nullopt;
    const auto& places = m_places[std::string(*name)];
    auto added = shape ? addTensor(std::string(*name), *shape, places) : addObject(*name, places);
    if (added || !isAboutContent(added.error())) return added;
    TensorInfo missing;
    missing.name = *name;
    missing.storedType = "unknown";
    missing.shape = shape && checkedProduct(*shape) ? *shape : Shape{0};
    missing.elements = checkedProduct(missing.shape).value_or(0);
    missing.remark = added.error().message;
    m_checkpoint.tensors.push_back(std::move(missing));
    return {};
  }

  Result<> addTensor(std::string name, const Shape& shape, const std::vector<Place>& places) {
    const auto refuse = [&](std::string message) { return fail(Errc::Corrupt, std::move(message), m_checkpoint.path); };
    const auto elements = checkedProduct(shape);
    if (!elements || shape.size() > m_context.options.limits.rank)
      return refuse(fmt::format("a shape that fits 64 bits expected, {} found", bracketed(shape)));
    std::vector<Chunk> chunks;
    std::uint64_t held = 0;
    TensorInfo whole;
    for (const Place& place : places) {
      const auto file = m_dataFiles.open(place.path);
      if (!file) return tl::unexpected(file.error());
      const auto part = openPlace(place, *file);
      if (!part) return tl::unexpected(part.error());
      if (part->tensors.size() != 1) return refuse("one tensor in each chunk expected, another number found");
      TensorInfo info = part->tensors[0];
      const auto source = part->source(0);
      if (!source) return tl::unexpected(source.error());
      if (!place.begin || place.begin->size() != shape.size() || info.shape.size() != shape.size())
        return refuse("a chunk of as many dimensions as its tensor expected, another found");
      for (std::size_t i = 0; i < shape.size(); ++i)
        if ((*place.begin)[i] > shape[i] || info.shape[i] > shape[i] - (*place.begin)[i])
          return refuse(fmt::format("a chunk inside {} expected, {} at {} found", bracketed(shape),
                                    bracketed(info.shape), bracketed(*place.begin)));
      if (!chunks.empty() && info.type != whole.type) return refuse("chunks of one type expected, several found");
      if (info.type->bits % 8 != 0) return refuse("chunks of whole bytes an element expected, narrower ones found");
      held += info.elements;  // each at most `elements`, and there are fewer than 2^32
      info.offset += place.offset;
      info.file = *file;
      const std::uint64_t bytes = checkedAdd(whole.bytes, info.bytes).value_or(whole.bytes);
      if (chunks.empty()) whole = info;
      whole.bytes = chunks.empty() ? info.bytes : bytes;
      chunks.push_back({*place.begin, info.shape, *source, *file, place.offset});
    }
    if (chunks.empty()) return refuse("a chunk expected, none found");
    if (held != *elements) return refuse(fmt::format("chunks of {} elements expected, {} found", *elements, held));
    whole.name = std::move(name);
    whole.shape = shape;
    whole.elements = *elements;
    std::erase_if(chunks, [](const Chunk& chunk) { return chunk.elements.info().elements == 0; });
    if (chunks.size() != 1 || chunks[0].size != shape) {
      const std::size_t bytes = static_cast<std::size_t>(whole.type->bits) / 8;
      const auto size = checkedMultiply(*elements, bytes);
      if (!size) return refuse("a tensor of at most 2^64 bytes expected, a larger one found");
      std::vector<std::shared_ptr<const ByteSource>> from(m_checkpoint.files.begin(), m_checkpoint.files.end());
      whole.storage =
          derivedSource({.name = m_checkpoint.files[whole.file]->name(),
                         .size = *size,
                         .unitBytes = bytes,
                         .make = [puzzle = Puzzle(shape, std::move(chunks), bytes)](
                                     std::uint64_t first, std::span<std::byte> out) { return puzzle.make(first, out); },
                         .from = std::move(from)});
    } else {
      whole.storage = chunks[0].elements.info().storage;
      whole.offset = chunks[0].elements.info().offset + chunks[0].offset;
      whole.file = chunks[0].file;
    }
    m_checkpoint.tensors.push_back(std::move(whole));
    return {};
  }

  /// Numbers and texts that were saved beside the tensors.
  Result<> addObject(std::string_view name, const std::vector<Place>& places) {
    for (const Place& place : places) {
      const auto file = m_dataFiles.open(place.path);
      if (!file) return tl::unexpected(file.error());
      auto part = openPlace(place, *file);
      if (!part) return tl::unexpected(part.error());
      const std::string alone = stemOf(*m_checkpoint.files[*file]);
      const auto full = [&](const std::string& inner) {
        return inner == alone || inner.empty() ? std::string(name) : fmt::format("{}.{}", name, inner);
      };
      for (auto& [key, value] : part->metadata) m_checkpoint.metadata.emplace_back(full(key), std::move(value));
      for (InertObject& object : part->objects) {
        object.name = full(object.name);
        m_checkpoint.objects.push_back(std::move(object));
      }
      for (std::string& warning : part->warnings)
        m_checkpoint.warnings.push_back(fmt::format("{}: {}", printable(name), warning));
      for (TensorInfo& tensor : part->tensors) {
        tensor.name = full(tensor.name);
        tensor.offset += place.offset;
        tensor.file = *file;
        tensor.sharesWith.reset();
        tensor.partOf.reset();
        m_checkpoint.tensors.push_back(std::move(tensor));
      }
    }
    return {};
  }

  const OpenContext& m_context;
  std::map<std::string, std::vector<Place>> m_places;
  Checkpoint m_checkpoint;
  DataFiles m_dataFiles;
  PickleListing m_listing{m_checkpoint, m_context};
};

}  // namespace

bool isDistributed(const std::vector<std::string>& names) {
  return std::ranges::find(names, kMetadata) != names.end() &&
         std::ranges::any_of(names, [](const std::string& name) { return name.ends_with(kEnding); });
}

Result<Checkpoint> openDistributed(const OpenContext& context) { return DistributedCheckpoint(context).open(); }

}  // namespace ulpscope
