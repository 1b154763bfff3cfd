// SPDX-License-Identifier: Apache-2.0
//
// What torch.save wrote before 1.6, and still writes on request: pickles one after the other, then the storages.
//
//   file    = magic version system object keys storage*
//   magic   = pickle of the integer 0x1950A86A20F9469CFC6C
//   version = pickle of the integer 1001
//   system  = pickle of a dict: protocol_version, little_endian, sizes of C types
//   object  = pickle of what was saved, with persistent ids
//             ('storage', class, KEY, location, elements, None or (key of the view, first element, elements))
//             and ('module', class, file, source) for classes that were saved with their source
//   keys    = pickle of a list: every KEY once, in the order of the storages
//   storage = i64: elements, then as many of the storage's class
//
// Integers and elements are little-endian whatever machine wrote them: `little_endian` tells of the machine, not of the
// file, and torch does not look at it.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickled_file.h"

namespace ulpscope {
namespace {

/// PROTO 2, LONG1 of ten bytes, STOP.
constexpr std::array<std::uint8_t, 15> kMagic{0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46,
                                              0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.'};
constexpr std::int64_t kVersion = 1001;

/// The storages behind the pickles, once they are found.
class LegacyStorages final : public PersistentObjects {
 public:
  Result<std::shared_ptr<const TensorStorage>> storage(const PickleGraph& graph, PickleValue id) const override {
    const auto parsed = storageIdOf(graph, id);
    if (!parsed) return std::shared_ptr<const TensorStorage>();
    if (!parsed->problem.empty()) return brokenStorage(parsed->problem);
    if (const auto* kept = m_kept.find(parsed->key)) return m_kept.view(*parsed, *kept);
    return brokenStorage(fmt::format("a storage with the key {} expected, none found", inQuotes(parsed->key)));
  }
  void add(const std::string& key, std::shared_ptr<const TensorStorage> storage) {
    m_kept.add(key, std::move(storage));
  }

 private:
  mutable KeptStorages m_kept;
};

class LegacyFile {
 public:
  LegacyFile(std::shared_ptr<const ByteSource> file, const OpenContext& context)
      : m_file(std::move(file)), m_context(context), m_cursor(*m_file), m_graph(m_file) {
    m_checkpoint.path = m_file->name();
    m_checkpoint.container = "pytorch_legacy";
    m_checkpoint.files.push_back(m_file);
  }

  Result<Checkpoint> open() {
    if (auto read = m_cursor.skip(kMagic.size(), "the magic number"); !read) return tl::unexpected(read.error());
    const auto version = nextPickle(m_cursor, m_graph, m_context, "the version");
    if (!version) return tl::unexpected(version.error());
    if (version->kind != PickleKind::Integer || m_graph.integer(*version) != kVersion)
      return m_cursor.corrupt(fmt::format("version {} of PyTorch's old format expected, another found", kVersion));
    const auto system = nextPickle(m_cursor, m_graph, m_context, "the system's description");
    if (!system) return tl::unexpected(system.error());
    const auto object = nextPickle(m_cursor, m_graph, m_context, "the saved object");
    if (!object) return tl::unexpected(object.error());
    const auto keys = nextPickle(m_cursor, m_graph, m_context, "the storages' keys");
    if (!keys) return tl::unexpected(keys.error());
    if (auto found = findStorages(*keys); !found) return tl::unexpected(found.error());

    const TensorInterpreter interpreter(m_graph, m_storages, m_context.options.limits, 0);
    PickleListing listing(m_checkpoint, m_context);
    if (auto added = listing.add(m_graph, interpreter, *object, "", stemOf(*m_file)); !added)
      return tl::unexpected(added.error());
    listing.addGlobals(m_graph);
    warnOfBigEndian(*system);
    listing.finish();
    return std::move(m_checkpoint);
  }

 private:
  Result<> findStorages(PickleValue list) {
    const auto keys = sequenceOf(m_graph, list);
    if (!keys) return m_cursor.corrupt("a list of the storages' keys expected, something else found");
    std::map<std::string, StorageId> asked;
    for (const PickleValue persistent : m_graph.persistents())
      if (auto id = storageIdOf(m_graph, m_graph.items(persistent)[0]); id && id->problem.empty())
        asked.try_emplace(id->key, *id);
    for (const PickleValue value : *keys) {
      if (auto going = m_context.job.step(0); !going) return going;
      const auto text = shortTextOf(m_graph, value);
      const auto number = unsignedOf(value);
      const std::string key = text ? std::string(*text) : number ? std::to_string(*number) : std::string();
      const auto id = asked.find(key);
      if (id == asked.end())
        return m_cursor.corrupt(
            fmt::format("a storage that a tensor asks for expected, the key {} found", inQuotes(key)));
      if (m_known.contains(key))
        return m_cursor.corrupt(fmt::format("each key of a storage once expected, {} found again", inQuotes(key)));
      auto storage = nextStorage(id->second);
      if (!storage) return tl::unexpected(storage.error());
      m_known.insert(key);
      m_storages.add(key, std::move(*storage));
    }
    if (m_cursor.left() > 0)
      m_checkpoint.warnings.push_back(fmt::format("{} follow the last storage.", counted(m_cursor.left(), "byte")));
    return {};
  }

  Result<std::shared_ptr<const TensorStorage>> nextStorage(const StorageId& id) {
    if (m_cutOff) return brokenStorage("its storage lies behind the end of the file");
    const auto damaged = [&](std::string message) -> Result<std::shared_ptr<const TensorStorage>> {
      if (!m_context.options.allowDamaged)
        return fail(Errc::Damaged, message + " (an unfinished download?)", m_file->name(), m_cursor.position());
      m_cutOff = true;
      m_checkpoint.warnings.push_back(fmt::format("Opened although damaged: {}.", message));
      return brokenStorage(message);
    };
    if (m_cursor.left() < sizeof(std::int64_t))
      return damaged(fmt::format("storage {} expected, {} left", inQuotes(id.key), counted(m_cursor.left(), "byte")));
    const auto count = m_cursor.read<std::int64_t>("the elements of a storage");
    if (!count) return tl::unexpected(count.error());
    if (*count < 0 || static_cast<std::uint64_t>(*count) != id.elements)
      return m_cursor.corrupt(
          fmt::format("storage {}: {} elements expected, {} found", inQuotes(id.key), id.elements, *count));
    const auto bytes = checkedMultiply(id.elements, id.type ? id.type->bytes : 1);
    if (!bytes || *bytes > m_cursor.left())
      return damaged(fmt::format("storage {}: {} elements expected, {} left", inQuotes(id.key), id.elements,
                                 counted(m_cursor.left(), "byte")));
    TensorStorage storage;
    storage.name = fmt::format("storage {}", printable(id.key));
    storage.type = id.type;
    storage.offset = m_cursor.position();
    storage.bytes = sliceOf(m_file, m_cursor.position(), *bytes);
    if (auto skipped = m_cursor.skip(*bytes, storage.name); !skipped) return tl::unexpected(skipped.error());
    return std::make_shared<const TensorStorage>(std::move(storage));
  }

  void warnOfBigEndian(PickleValue system) {
    const auto pairs = pairsOf(m_graph, system);
    const PickleValue* const little = pairs ? valueOfKey(m_graph, *pairs, "little_endian") : nullptr;
    if (little && little->kind == PickleKind::Bool && !m_graph.boolean(*little))
      m_checkpoint.warnings.emplace_back(
          "The file was written on a big-endian machine; its numbers are read as little-endian, as PyTorch writes them "
          "everywhere.");
  }

  std::shared_ptr<const ByteSource> m_file;
  const OpenContext& m_context;
  Cursor m_cursor;
  PickleGraph m_graph;
  LegacyStorages m_storages;
  std::set<std::string> m_known;
  bool m_cutOff = false;
  Checkpoint m_checkpoint;
};

class PytorchLegacyReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "pytorch_legacy"; }
  std::string_view title() const override { return "PyTorch before 1.6"; }

  bool joinsSiblings() const override { return true; }

  bool recognizes(const ByteSource& file) const override {
    std::array<std::uint8_t, kMagic.size()> first{};
    return file.size() >= first.size() && file.read(0, std::as_writable_bytes(std::span(first))) && first == kMagic;
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    if (file->size() < kMagic.size())
      return fail(Errc::Corrupt, fmt::format("at least {} bytes expected, {} found", kMagic.size(), file->size()),
                  file->name(), 0);
    return LegacyFile(std::move(file), context).open();
  }
};

}  // namespace

const CheckpointReader& pytorch_legacy_entry() {
  static const PytorchLegacyReader reader;
  return reader;
}

}  // namespace ulpscope
