// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/hdf5_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/base/cursor.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

using namespace hdf5;

/// The fields of one record. After the first that does not fit, all read as zero, and `state` says why.
class Fields {
 public:
  Fields(const ByteSource& answer, std::uint64_t begin, std::uint64_t end) : m_cursor(answer, begin, end) {}

  template <class T>
  T number(std::string_view what) {
    if (!m_state) return T{};
    auto value = m_cursor.read<T>(what);
    if (!value) {
      m_state = tl::unexpected(std::move(value.error()));
      return T{};
    }
    return *value;
  }

  bool flag(std::string_view what) { return choice<std::uint8_t>(0, 1, what) != 0; }

  template <class T>
  T choice(T first, T last, std::string_view what) {
    const auto value = number<std::uint8_t>(what);
    if (m_state && (value < static_cast<std::uint8_t>(first) || value > static_cast<std::uint8_t>(last)))
      refuse(fmt::format("{} expected, {} found", what, value));
    return m_state ? static_cast<T>(value) : first;
  }

  std::string text(std::string_view what) {
    const auto length = number<std::uint32_t>(what);
    if (!m_state) return {};
    auto text = m_cursor.readText(length, length, what);
    if (!text) {
      m_state = tl::unexpected(std::move(text.error()));
      return {};
    }
    return std::move(*text);
  }

  /// A number of things of which each takes `bytes` at least and which are at most `most`.
  std::uint64_t count(std::uint64_t value, std::uint64_t bytes, std::uint64_t most, std::string_view what) {
    if (m_state && (value > most || value > m_cursor.left() / bytes))
      refuse(fmt::format("at most {} {} expected, {} found", std::min(most, m_cursor.left() / bytes), what, value));
    return m_state ? value : 0;
  }

  void refuse(std::string message) {
    if (m_state) m_state = m_cursor.corrupt(std::move(message));
  }
  bool good() const { return m_state.has_value(); }

  Result<> finish() {
    if (m_state && m_cursor.left() > 0)
      refuse(fmt::format("the record expected to end, {} bytes follow", m_cursor.left()));
    return m_state;
  }

 private:
  Cursor m_cursor;
  Result<> m_state;
};

std::vector<std::uint64_t> readExtents(Fields& fields, std::uint64_t rank) {
  std::vector<std::uint64_t> extents(rank);
  for (std::uint64_t& extent : extents) extent = fields.number<std::uint64_t>("an extent");
  return extents;
}

Hdf5Type readType(Fields& fields) {
  Hdf5Type type;
  type.kind = fields.choice(TypeClass::Integer, TypeClass::Other, "a class of types");
  type.bytes = fields.number<std::uint64_t>("the size of a type");
  type.order = fields.choice(ByteOrder::Little, ByteOrder::None, "an order of bytes");
  type.isSigned = fields.flag("a flag");
  type.isBool = fields.flag("a flag");
  for (std::uint32_t* const member : {&type.precision, &type.bitOffset, &type.signAt, &type.exponentAt,
                                      &type.exponentBits, &type.fractionAt, &type.fractionBits})
    *member = fields.number<std::uint32_t>("a field of a float");
  type.bias = fields.number<std::uint64_t>("a bias");
  type.implied = fields.flag("a flag");
  type.name = fields.text("the name of a type");
  return type;
}

void readChunked(Fields& fields, Hdf5Dataset& dataset, std::uint64_t& chunksLeft) {
  dataset.chunkShape = readExtents(fields, dataset.shape.size());
  const auto filters = fields.count(fields.number<std::uint8_t>("a number of filters"), 9, kMostFilters, "filters");
  for (std::uint64_t i = 0; i < filters && fields.good(); ++i) {
    Hdf5Filter filter;
    filter.id = fields.number<std::uint32_t>("a filter");
    filter.name = fields.text("the name of a filter");
    filter.values.resize(fields.count(fields.number<std::uint8_t>("a number of values"), 4, 255, "values"));
    for (std::uint32_t& value : filter.values) value = fields.number<std::uint32_t>("a value of a filter");
    dataset.filters.push_back(std::move(filter));
  }
  dataset.rawEdges = fields.flag("a flag");
  constexpr std::uint64_t kChunkBytes = 28;
  const auto chunks =
      fields.count(fields.number<std::uint64_t>("a number of chunks"), kChunkBytes, chunksLeft, "chunks");
  chunksLeft -= chunks;
  dataset.chunks.resize(chunks);
  for (Hdf5Chunk& chunk : dataset.chunks) {
    chunk.index = fields.number<std::uint64_t>("the index of a chunk");
    chunk.address = fields.number<std::uint64_t>("the address of a chunk");
    chunk.bytes = fields.number<std::uint64_t>("the size of a chunk");
    chunk.mask = fields.number<std::uint32_t>("the filters of a chunk");
  }
  for (std::size_t i = 1; i < dataset.chunks.size(); ++i)
    if (dataset.chunks[i - 1].index >= dataset.chunks[i].index)
      return fields.refuse("chunks in the order of their indices expected");
  if (std::find(dataset.chunkShape.begin(), dataset.chunkShape.end(), 0u) != dataset.chunkShape.end())
    fields.refuse("a chunk of at least one element expected");
}

Hdf5Dataset readDataset(Fields& fields, std::uint64_t& chunksLeft) {
  Hdf5Dataset dataset;
  dataset.path = fields.text("a path");
  dataset.object = fields.number<std::uint64_t>("an object");
  dataset.type = readType(fields);
  dataset.shape = readExtents(fields, fields.count(fields.number<std::uint8_t>("a rank"), 8, kMostRank, "extents"));
  dataset.dtype = fields.text("a dtype");
  dataset.layout = fields.choice(Layout::Contiguous, Layout::Unreadable, "a layout");
  if (dataset.layout == Layout::Contiguous) {
    dataset.address = fields.number<std::uint64_t>("an address");
    dataset.bytes = fields.number<std::uint64_t>("a size");
  }
  if (dataset.layout == Layout::Compact) dataset.compact = fields.text("compact elements");
  if (dataset.layout == Layout::Chunked) readChunked(fields, dataset, chunksLeft);
  dataset.fill = fields.text("a fill value");
  dataset.remark = fields.text("a remark");
  return dataset;
}

Hdf5Attribute readAttribute(Fields& fields) {
  Hdf5Attribute attribute{fields.text("a path"), fields.text("a name"), fields.flag("a flag"), {}};
  attribute.values.resize(
      fields.count(fields.number<std::uint32_t>("a number of values"), 4, kMostAttributeValues, "values"));
  for (std::string& value : attribute.values) {
    if (!fields.good()) break;
    value = fields.text("a value");
  }
  return attribute;
}

Error failureOf(Fields& fields, const std::string& subject) {
  const auto kind = fields.choice(FailureKind::Corrupt, FailureKind::Memory, "a kind of failure");
  std::string what = fmt::format("the HDF5 library cannot read it: {}", printable(fields.text("a failure")));
  switch (kind) {
    case FailureKind::Corrupt:
      return {Errc::Corrupt, std::move(what), subject, {}};
    case FailureKind::Truncated:
      return {Errc::Damaged, what + " (an unfinished download?)", subject, {}};
    case FailureKind::Limit:
    case FailureKind::Memory:
      break;
  }
  return {Errc::LimitExceeded, std::move(what), subject, {}};
}

class Parser {
 public:
  Parser(const ByteSource& answer, const std::string& subject) : m_answer(answer), m_subject(subject) {}

  Result<Hdf5Listing> run() {
    Cursor cursor(m_answer);
    std::array<char, sizeof kMagic> magic{};
    if (auto read = cursor.readInto(std::as_writable_bytes(std::span(magic)), "the beginning"); !read)
      return tl::unexpected(std::move(read.error()));
    if (std::memcmp(magic.data(), kMagic, sizeof kMagic) != 0)
      return cursor.corruptAt(0, "an answer of ulpscope-hdf5 expected, something else found (another version of it?)");
    for (;;) {
      const auto kind = cursor.read<std::uint8_t>("a record");
      if (!kind) return tl::unexpected(kind.error());
      const auto length = cursor.read<std::uint64_t>("the length of a record");
      if (!length) return tl::unexpected(length.error());
      const std::uint64_t begin = cursor.position();
      if (auto skipped = cursor.skip(*length, "a record"); !skipped) return tl::unexpected(skipped.error());
      Fields fields(m_answer, begin, cursor.position());
      const auto ended = record(static_cast<RecordKind>(*kind), fields);
      if (!ended) return tl::unexpected(ended.error());
      if (!*ended) continue;
      if (cursor.left() > 0) return cursor.corrupt("the answer expected to end");
      return std::move(m_listing);
    }
  }

 private:
  /// Whether it was the last.
  Result<bool> record(RecordKind kind, Fields& fields) {
    bool last = false;
    switch (kind) {
      case RecordKind::Isolation:
        if (!fields.flag("a flag")) m_listing.missingIsolation = "something ";
        m_listing.missingIsolation += fields.text("a reason");
        break;
      case RecordKind::Dataset:
        m_listing.datasets.push_back(readDataset(fields, m_chunksLeft));
        break;
      case RecordKind::Link:
        m_listing.links.push_back({fields.text("a path"),
                                   fields.choice(LinkKind::Soft, LinkKind::NamedType, "a kind of link"),
                                   fields.text("a target")});
        break;
      case RecordKind::Attribute:
        m_listing.attributes.push_back(readAttribute(fields));
        break;
      case RecordKind::Problem:
        m_listing.problems.push_back({fields.text("a path"), fields.text("a problem")});  // in this order
        break;
      case RecordKind::Failure: {
        Error failure = failureOf(fields, m_subject);
        if (auto sound = fields.finish(); !sound) return tl::unexpected(sound.error());
        return tl::unexpected(std::move(failure));
      }
      case RecordKind::End:
        last = true;
        break;
      default:
        fields.refuse(fmt::format("a kind of record expected, {} found", static_cast<int>(kind)));
    }
    if (auto sound = fields.finish(); !sound) return tl::unexpected(sound.error());
    if (kind != RecordKind::Attribute && ++m_objects > kMostObjects + 2)
      return fail(Errc::LimitExceeded, fmt::format("at most {} objects expected, more found", kMostObjects), m_subject);
    return last;
  }

  const ByteSource& m_answer;
  const std::string& m_subject;
  Hdf5Listing m_listing;
  std::uint64_t m_chunksLeft = kMostChunks;
  std::uint64_t m_objects = 0;
};

}  // namespace

Result<Hdf5Listing> parseHdf5Answer(const ByteSource& answer, const std::string& subject) {
  return Parser(answer, subject).run();
}

}  // namespace ulpscope
