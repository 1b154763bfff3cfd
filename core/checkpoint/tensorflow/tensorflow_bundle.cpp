// SPDX-License-Identifier: Apache-2.0
//
// A TensorFlow checkpoint of version 2 ("tensor bundle", tensor_bundle.proto of TensorFlow 2.21):
//
//   NAME.index               a sorted table; the value of the empty key is the header, of every other an entry
//   NAME.data-00000-of-00002 the tensors' bytes, row-major, at the offsets that the entries say
//
//   header = 1 number of data files  2 byte order (0 little, 1 big)
//   entry  = 1 element type  2 shape { 2 dim { 1 size } }  3 data file  4 offset  5 bytes  6 CRC-32C  7 slice*
//   slice  = 1 extent* { 1 start  2 length }, one for each dimension; without a length: all of it
//
// A partitioned variable has an entry with slices and no bytes; each slice is an entry of its own under a key made of
// the variable's name and the slice (sliceKey below). Keys are the names of variables, with
// "/.ATTRIBUTES/VARIABLE_VALUE" behind those of objects; _CHECKPOINTABLE_OBJECT_GRAPH says how the objects hang
// together.
#include "core/checkpoint/tensorflow/tensorflow_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/data_files.h"
#include "core/checkpoint/protobuf_wire.h"
#include "core/checkpoint/tensorflow/bundle_entry.h"
#include "core/checkpoint/tensorflow/sorted_table.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {
namespace {

constexpr std::string_view kIndexEnding = ".index";

/// A variable cut along one dimension.
struct Cut {
  struct Piece {
    std::uint64_t start;
    std::uint64_t length;
    std::shared_ptr<const ByteSource> bytes;
  };
  std::vector<Piece> pieces;  ///< by start, without gaps
  std::uint64_t size;         ///< of the dimension
  std::uint64_t inner;        ///< elements from one index of it to the next
};

std::shared_ptr<const ByteSource> joined(Cut cut, std::uint64_t elements, std::size_t width) {
  std::vector<std::shared_ptr<const ByteSource>> from;
  for (const Cut::Piece& piece : cut.pieces) from.push_back(piece.bytes);
  const std::string name = from.front()->name();
  const auto make = [cut = std::move(cut), width](std::uint64_t first, std::span<std::byte> out) -> Result<> {
    for (std::uint64_t element = first; !out.empty();) {
      const std::uint64_t outer = element / (cut.size * cut.inner);
      const std::uint64_t within = element % (cut.size * cut.inner);
      const auto piece =
          std::prev(std::upper_bound(cut.pieces.begin(), cut.pieces.end(), within / cut.inner,
                                     [](std::uint64_t at, const Cut::Piece& each) { return at < each.start; }));
      const std::uint64_t inPiece = within - piece->start * cut.inner;
      const std::uint64_t run = std::min<std::uint64_t>(piece->length * cut.inner - inPiece, out.size() / width);
      const auto part = out.first(static_cast<std::size_t>(run) * width);
      if (auto read = piece->bytes->read((outer * piece->length * cut.inner + inPiece) * width, part); !read)
        return read;
      out = out.subspan(part.size());
      element += run;
    }
    return {};
  };
  return derivedSource(
      {.name = name, .size = elements * width, .unitBytes = width, .make = make, .from = std::move(from)});
}

class Bundle {
 public:
  Bundle(std::shared_ptr<const ByteSource> index, const OpenContext& context, Checkpoint& checkpoint)
      : m_index(std::move(index)), m_context(context), m_checkpoint(checkpoint), m_dataFiles(checkpoint, context) {}

  Result<> read() {
    m_indexFile = static_cast<std::uint32_t>(m_checkpoint.files.size());
    m_checkpoint.files.push_back(m_index);
    auto walked = eachTableEntry(*m_index, m_context, m_checkpoint.warnings,
                                 [&](const std::string& key, const WireMessage& value) { return take(key, value); });
    if (!walked) return withoutPlace(std::move(walked));
    if (!m_hasHeader) return fail(Errc::Corrupt, "an index with a header expected, none found", m_index->name());
    for (const auto& [name, entry] : m_entries)
      if (auto added = add(name, entry); !added) return added;
    std::vector<TensorInfo>& tensors = m_checkpoint.tensors;
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
      return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
    });
    return {};
  }

 private:
  /// Bytes within a block, which may have been compressed, are no place in the file.
  Result<> withoutPlace(Result<> failed) const {
    if (failed.error().code == Errc::Corrupt && failed.error().offset > m_index->size()) failed.error().offset.reset();
    return failed;
  }

  Result<> take(const std::string& key, const WireMessage& value) {
    if (auto going = m_context.job.step(0); !going) return going;
    if (key.empty()) {
      m_hasHeader = true;
      return eachField(value, [&](const WireField& field) -> Result<> {
        if (field.number == 1) m_shards = field.value;
        if (field.number == 2) m_isBigEndian = field.value == 1;
        return {};
      });
    }
    const Limits& limits = m_context.options.limits;
    auto entry = readBundleEntry(value, limits);
    if (!entry) return tl::unexpected(entry.error());
    if (m_entries.size() + m_slices.size() >= limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", limits.tensors),
                  m_index->name());
    (key.front() == '\0' ? m_slices : m_entries).emplace(key, std::move(*entry));
    return {};
  }

  Result<> add(const std::string& name, const BundleEntry& entry) {
    if (auto going = m_context.job.step(0); !going) return going;
    TensorInfo info{.name = name, .storedType = {}, .shape = {}};
    info.file = m_indexFile;
    auto placed = place(name, entry, info);
    if (!placed) {
      if (!isAboutContent(placed.error())) return placed;
      listUnread(info, std::move(placed.error().message));
      info.file = m_indexFile;
    }
    m_checkpoint.tensors.push_back(std::move(info));
    return {};
  }

  Result<> place(const std::string& name, const BundleEntry& entry, TensorInfo& info) {
    const TensorflowType* const type = tensorflowType(entry.type);
    info.storedType =
        !type ? fmt::format("type {}", entry.type) : std::string(type->element.empty() ? type->name : type->element);
    info.shape = {0};
    const auto elements = checkedProduct(entry.shape);
    if (entry.hasUnknownShape || !elements)
      return fail(Errc::Corrupt, "a shape of fewer elements expected, or one that is known");
    info.shape = entry.shape;
    info.elements = *elements;
    if (!type) return fail(Errc::Unsupported, fmt::format("its type, number {}, is unknown", entry.type));
    if (type->name == "STRING") return fail(Errc::Unsupported, "it holds text, not numbers");
    info.type = findElementType(type->element);
    if (!info.type) return fail(Errc::Unsupported, fmt::format("its type {} cannot be read", type->name));
    const auto bytes = byteSize(*info.type, info.elements);
    if (!bytes)
      return fail(Errc::Corrupt, fmt::format("fewer bytes expected than a shape of {} has", bracketed(info.shape)));
    info.bytes = *bytes;
    const auto width = static_cast<std::size_t>(info.type->bits) / 8;
    if (!entry.slices.empty()) return placeSlices(name, entry, width, info);
    const auto file = place(entry, *bytes);
    if (!file) return tl::unexpected(file.error());
    info.file = *file;
    info.offset = entry.offset;
    if (m_isBigEndian && width > 1)
      info.storage = swappedSource(sliceOf(m_checkpoint.files[*file], entry.offset, *bytes), width);
    return {};
  }

  /// The file of an entry, which holds its bytes.
  Result<std::uint32_t> place(const BundleEntry& entry, std::uint64_t bytes) {
    if (entry.size != bytes)
      return fail(Errc::Corrupt, fmt::format("{} bytes of data expected, {} found", bytes, entry.size));
    const auto file = dataFile(entry.shard);
    if (!file) return file;
    const std::uint64_t size = m_checkpoint.files[*file]->size();
    if (entry.offset > size || bytes > size - entry.offset)
      return fail(Errc::Damaged,
                  fmt::format("{} bytes expected at byte {} of {}, which has {} bytes (an unfinished download?)", bytes,
                              entry.offset, dataName(entry.shard), size));
    return file;
  }

  Result<> placeSlices(const std::string& name, const BundleEntry& whole, std::size_t width, TensorInfo& info) {
    Cut cut{};
    std::optional<std::size_t> axis;
    for (const std::vector<SliceExtent>& slice : whole.slices) {
      if (slice.size() != info.shape.size())
        return fail(Errc::Corrupt, fmt::format("slices of {} expected, one of {} found",
                                               counted(info.shape.size(), "dimension"), slice.size()));
      for (std::size_t i = 0; i < slice.size(); ++i) {
        const std::uint64_t length = slice[i].length.value_or(info.shape[i]);
        if (slice[i].start > info.shape[i] || length > info.shape[i] - slice[i].start)
          return fail(Errc::Corrupt, fmt::format("slices within a shape of {} expected, one from {} of {} found",
                                                 bracketed(info.shape), slice[i].start, length));
        if (length == info.shape[i]) continue;
        if (axis && *axis != i)
          return fail(Errc::Unsupported, "it is cut along several dimensions, which cannot be put together");
        axis = i;
      }
    }
    if (info.elements == 0) return {};
    const std::size_t cutAxis = axis.value_or(0);
    const bool isScalar = info.shape.empty();
    cut.size = isScalar ? 1 : info.shape[cutAxis];
    cut.inner = isScalar ? 1 : checkedProduct(std::span(info.shape).subspan(cutAxis + 1)).value_or(1);
    for (const std::vector<SliceExtent>& slice : whole.slices) {
      const auto found = m_slices.find(sliceKey(name, slice));
      if (found == m_slices.end())
        return fail(Errc::Corrupt, "an entry for each of its slices expected, one is missing");
      const std::uint64_t start = isScalar ? 0 : slice[cutAxis].start;
      const std::uint64_t length = isScalar ? 1 : slice[cutAxis].length.value_or(cut.size);
      const std::uint64_t bytes = info.bytes / cut.size * length;
      const auto file = place(found->second, bytes);
      if (!file) return tl::unexpected(file.error());
      auto part = sliceOf(m_checkpoint.files[*file], found->second.offset, bytes);
      if (m_isBigEndian && width > 1) part = swappedSource(std::move(part), width);
      if (cut.pieces.empty()) {
        info.file = *file;
        info.offset = found->second.offset;
      }
      if (length > 0) cut.pieces.push_back({start, length, std::move(part)});
    }
    std::ranges::sort(cut.pieces, {}, &Cut::Piece::start);
    std::uint64_t reached = 0;
    for (const Cut::Piece& piece : cut.pieces) {
      if (piece.start != reached)
        return fail(Errc::Corrupt, "slices that fill their variable expected, a hole or an overlap found");
      reached += piece.length;
    }
    if (reached != cut.size) return fail(Errc::Corrupt, "slices that fill their variable expected, a hole found");
    info.remark = fmt::format("put together of {}", counted(cut.pieces.size(), "slice"));
    info.storage = joined(std::move(cut), info.elements, width);
    return {};
  }

  std::string dataName(std::uint64_t shard) const {
    std::string name = std::filesystem::path(m_index->name()).filename().string();
    if (name.ends_with(kIndexEnding)) name.resize(name.size() - kIndexEnding.size());
    return fmt::format("{}.data-{:05}-of-{:05}", name, shard, m_shards);
  }

  Result<std::uint32_t> dataFile(std::uint64_t shard) {
    if (shard >= m_shards)
      return fail(Errc::Corrupt,
                  fmt::format("one of {} expected, number {} found", counted(m_shards, "data file"), shard));
    return m_dataFiles.open(dataName(shard));
  }

  std::shared_ptr<const ByteSource> m_index;
  const OpenContext& m_context;
  Checkpoint& m_checkpoint;
  std::uint32_t m_indexFile = 0;
  bool m_hasHeader = false;
  bool m_isBigEndian = false;
  std::uint64_t m_shards = 0;
  std::map<std::string, BundleEntry> m_entries;
  std::map<std::string, BundleEntry> m_slices;
  DataFiles m_dataFiles;
};

}  // namespace

Result<> readTensorflowBundle(std::shared_ptr<const ByteSource> index, const OpenContext& context,
                              Checkpoint& checkpoint) {
  return Bundle(std::move(index), context, checkpoint).read();
}

}  // namespace ulpscope
