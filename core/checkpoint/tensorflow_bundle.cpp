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
#include "core/checkpoint/tensorflow_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/protobuf_wire.h"
#include "core/checkpoint/sorted_table.h"

namespace ulpscope {
namespace {

constexpr std::string_view kIndexEnding = ".index";

/// By DataType. Integers below a byte take one each.
constexpr std::array kTypes{TensorflowType{"INVALID", ""},
                            TensorflowType{"FLOAT", "F32"},
                            TensorflowType{"DOUBLE", "F64"},
                            TensorflowType{"INT32", "I32"},
                            TensorflowType{"UINT8", "U8"},
                            TensorflowType{"INT16", "I16"},
                            TensorflowType{"INT8", "I8"},
                            TensorflowType{"STRING", ""},
                            TensorflowType{"COMPLEX64", "C64"},
                            TensorflowType{"INT64", "I64"},
                            TensorflowType{"BOOL", "BOOL"},
                            TensorflowType{"QINT8", "I8"},
                            TensorflowType{"QUINT8", "U8"},
                            TensorflowType{"QINT32", "I32"},
                            TensorflowType{"BFLOAT16", "BF16"},
                            TensorflowType{"QINT16", "I16"},
                            TensorflowType{"QUINT16", "U16"},
                            TensorflowType{"UINT16", "U16"},
                            TensorflowType{"COMPLEX128", "C128"},
                            TensorflowType{"HALF", "F16"},
                            TensorflowType{"RESOURCE", ""},
                            TensorflowType{"VARIANT", ""},
                            TensorflowType{"UINT32", "U32"},
                            TensorflowType{"UINT64", "U64"},
                            TensorflowType{"FLOAT8_E5M2", "F8_E5M2"},
                            TensorflowType{"FLOAT8_E4M3FN", "F8_E4M3"},
                            TensorflowType{"FLOAT8_E4M3FNUZ", "F8_E4M3FNUZ"},
                            TensorflowType{"FLOAT8_E4M3B11FNUZ", "F8_E4M3B11FNUZ"},
                            TensorflowType{"FLOAT8_E5M2FNUZ", "F8_E5M2FNUZ"},
                            TensorflowType{"INT4", "I8"},
                            TensorflowType{"UINT4", "U8"},
                            TensorflowType{"INT2", "I8"},
                            TensorflowType{"UINT2", "U8"}};

struct Extent {
  std::uint64_t start = 0;
  std::optional<std::uint64_t> length;  ///< none: the whole dimension
};

struct Entry {
  std::uint64_t type = 0;
  std::vector<std::uint64_t> shape;
  bool hasUnknownShape = false;
  std::uint64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::vector<std::vector<Extent>> slices;
};

Result<std::vector<std::uint64_t>> readShape(const WireMessage& message, const Limits& limits, bool& isUnknown) {
  std::vector<std::uint64_t> shape;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number == 3 && field.value != 0) isUnknown = true;
    if (field.number != 2 || field.type != WireType::Bytes) return {};
    std::uint64_t size = 0;
    auto read = eachField(message.inside(field), [&](const WireField& each) -> Result<> {
      if (each.number == 1) size = each.value;
      return {};
    });
    if (size >> 63 != 0 || shape.size() == limits.rank) isUnknown = true;
    if (!isUnknown) shape.push_back(size);
    return read;
  });
  if (!walked) return tl::unexpected(walked.error());
  return shape;
}

Result<std::vector<Extent>> readSlice(const WireMessage& message, const Limits& limits) {
  std::vector<Extent> extents;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number != 1 || field.type != WireType::Bytes || extents.size() > limits.rank) return {};
    Extent extent;
    auto read = eachField(message.inside(field), [&](const WireField& each) -> Result<> {
      if (each.number == 1) extent.start = each.value;
      if (each.number == 2) extent.length = each.value;
      return {};
    });
    extents.push_back(extent);
    return read;
  });
  if (!walked) return tl::unexpected(walked.error());
  return extents;
}

Result<Entry> readEntry(const WireMessage& message, const Limits& limits) {
  Entry entry;
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    const bool isBytes = field.type == WireType::Bytes;
    if (field.number == 1) entry.type = field.value;
    if (field.number == 3) entry.shard = field.value;
    if (field.number == 4) entry.offset = field.value;
    if (field.number == 5) entry.size = field.value;
    if (field.number == 2 && isBytes) {
      auto shape = readShape(message.inside(field), limits, entry.hasUnknownShape);
      if (!shape) return tl::unexpected(shape.error());
      entry.shape = std::move(*shape);
    }
    if (field.number == 7 && isBytes) {
      auto slice = readSlice(message.inside(field), limits);
      if (!slice) return tl::unexpected(slice.error());
      entry.slices.push_back(std::move(*slice));
    }
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  return entry;
}

// Keys of slices are written so that comparing them byte by byte orders them (TensorFlow's
// core/lib/strings/ordered_code).

/// The number of bytes that follow, and they, highest first.
void appendCount(std::string& key, std::uint64_t value) {
  std::string bytes;
  for (; value > 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 0xFF));
  key += static_cast<char>(bytes.size());
  key += bytes;
}

/// 0 and 255 get a second byte, so that 0 1 can stand at the end.
void appendText(std::string& key, std::string_view text) {
  for (const char c : text) {
    key += c;
    if (c == '\0') key += '\xFF';
    if (c == '\xFF') key += '\0';
  }
  key.append("\0\1", 2);
}

/// n bytes hold 7 n - 1 bits of two's complement, highest first; as many ones at the top as there are bytes, turned
/// over for negative numbers.
void appendSigned(std::string& key, std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  const int length = static_cast<int>(std::bit_width(magnitude)) / 7 + 1;
  std::array<unsigned char, 10> bytes{};  // highest first
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t shift = 8 * (bytes.size() - 1 - i);
    bytes[i] =
        static_cast<unsigned char>(shift >= 64 ? (value < 0 ? 0xFF : 0) : static_cast<std::uint64_t>(value) >> shift);
  }
  const std::size_t first = bytes.size() - static_cast<std::size_t>(length);
  for (int bit = 0; bit < length; ++bit)
    bytes[first + static_cast<std::size_t>(bit / 8)] ^= static_cast<unsigned char>(0x80 >> bit % 8);
  for (std::size_t i = first; i < bytes.size(); ++i) key += static_cast<char>(bytes[i]);
}

std::string sliceKey(std::string_view name, const std::vector<Extent>& slice) {
  std::string key;
  appendCount(key, 0);
  appendText(key, name);
  appendCount(key, slice.size());
  for (const Extent& extent : slice) {
    appendSigned(key, static_cast<std::int64_t>(extent.start));
    appendSigned(key, extent.length ? static_cast<std::int64_t>(*extent.length) : -1);
  }
  return key;
}

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
      : m_index(std::move(index)), m_context(context), m_checkpoint(checkpoint) {}

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
    auto entry = readEntry(value, limits);
    if (!entry) return tl::unexpected(entry.error());
    if (m_entries.size() + m_slices.size() >= limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", limits.tensors),
                  m_index->name());
    (key.front() == '\0' ? m_slices : m_entries).emplace(key, std::move(*entry));
    return {};
  }

  Result<> add(const std::string& name, const Entry& entry) {
    if (auto going = m_context.job.step(0); !going) return going;
    TensorInfo info{.name = name, .storedType = {}, .shape = {}};
    info.file = m_indexFile;
    auto placed = place(name, entry, info);
    if (!placed) {
      const Errc code = placed.error().code;
      if (code != Errc::Corrupt && code != Errc::Unsupported && code != Errc::LimitExceeded && code != Errc::NotFound &&
          code != Errc::Damaged)
        return placed;
      info.type = nullptr;
      info.storage = nullptr;
      info.file = m_indexFile;
      info.offset = 0;
      info.bytes = 0;
      info.remark = std::move(placed.error().message);
    }
    m_checkpoint.tensors.push_back(std::move(info));
    return {};
  }

  Result<> place(const std::string& name, const Entry& entry, TensorInfo& info) {
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
  Result<std::uint32_t> place(const Entry& entry, std::uint64_t bytes) {
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

  Result<> placeSlices(const std::string& name, const Entry& whole, std::size_t width, TensorInfo& info) {
    Cut cut{};
    std::optional<std::size_t> axis;
    for (const std::vector<Extent>& slice : whole.slices) {
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
    for (const std::vector<Extent>& slice : whole.slices) {
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
    const auto known = m_files.find(shard);
    if (known != m_files.end()) return known->second;
    if (m_files.size() >= m_context.options.limits.shards)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} data files expected, more found", m_context.options.limits.shards));
    Result<std::uint32_t> index;
    auto file = m_context.folder->open(dataName(shard));
    if (file) {
      index = static_cast<std::uint32_t>(m_checkpoint.files.size());
      m_checkpoint.files.push_back(std::move(*file));
    } else {
      index = tl::unexpected(std::move(file.error()));
      if (index.error().code == Errc::NotFound)
        index.error().message =
            fmt::format("its data are in the file {}, which is not there", inQuotes(dataName(shard)));
    }
    m_files.emplace(shard, index);
    return index;
  }

  std::shared_ptr<const ByteSource> m_index;
  const OpenContext& m_context;
  Checkpoint& m_checkpoint;
  std::uint32_t m_indexFile = 0;
  bool m_hasHeader = false;
  bool m_isBigEndian = false;
  std::uint64_t m_shards = 0;
  std::map<std::string, Entry> m_entries;
  std::map<std::string, Entry> m_slices;
  std::map<std::uint64_t, Result<std::uint32_t>> m_files;
};

}  // namespace

const TensorflowType* tensorflowType(std::uint64_t number) {
  return number > 0 && number < kTypes.size() ? &kTypes[number] : nullptr;
}

Result<> readTensorflowBundle(std::shared_ptr<const ByteSource> index, const OpenContext& context,
                              Checkpoint& checkpoint) {
  return Bundle(std::move(index), context, checkpoint).read();
}

}  // namespace ulpscope
