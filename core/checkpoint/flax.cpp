// SPDX-License-Identifier: Apache-2.0
//
// The states of Flax (flax.serialization of version 0.12), in MessagePack (msgpack.cpp):
//
//   file    = tree
//   tree    = map of NAME: value; the names on the way to a leaf, joined by ".", are the leaf's
//   value   = tree | chunked | list of values, named "0", "1", ... | array | scalar | complex | nil, truth, number,
//   text array   = extension 1 of [shape: [N, ...], type: TEXT, elements: BINARY], a MessagePack value of its own;
//   elements
//             row-major, in the order of bytes of the machine that wrote it, little-endian nearly everywhere
//   scalar  = extension 3 of the same, of NumPy
//   complex = extension 2 of [real: float, imaginary: float]
//   chunked = map of "__msgpack_chunked_array__": true, "shape": { "0": N, ... }, "chunks": { "0": array, ... }, for
//             arrays above 2^30 bytes: all chunks of one type, each of one dimension, one after the other
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/flax_array.h"
#include "core/checkpoint/msgpack.h"

namespace ulpscope {
namespace {

using Kind = MsgpackHead::Kind;

constexpr int kArray = 1;
constexpr int kComplex = 2;
constexpr int kScalar = 3;
constexpr std::string_view kChunked = "__msgpack_chunked_array__";
constexpr std::uint64_t kMostChunks = 1 << 20;  ///< 2^50 bytes as Flax writes them

bool isArray(const MsgpackHead& head) {
  return head.kind == Kind::Extension && (head.extension == kArray || head.extension == kScalar);
}

bool hasBytes(const MsgpackHead& head) {
  return head.kind == Kind::Text || head.kind == Kind::Binary || head.kind == Kind::Extension;
}

/// Several sources one after the other.
std::shared_ptr<const ByteSource> joined(const std::string& name,
                                         std::vector<std::shared_ptr<const ByteSource>> parts) {
  std::vector<std::uint64_t> ends;
  for (const auto& part : parts) ends.push_back((ends.empty() ? 0 : ends.back()) + part->size());
  const std::uint64_t size = ends.empty() ? 0 : ends.back();
  DerivedBytes bytes{.name = name, .size = size, .unitBytes = 1, .make = {}, .from = parts};
  bytes.make = [parts = std::move(parts), ends = std::move(ends)](std::uint64_t offset,
                                                                  std::span<std::byte> out) -> Result<> {
    auto part = static_cast<std::size_t>(std::ranges::upper_bound(ends, offset) - ends.begin());
    for (; !out.empty(); ++part) {
      const std::uint64_t begin = ends[part] - parts[part]->size();
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), ends[part] - offset));
      if (auto read = parts[part]->read(offset - begin, out.first(taken)); !read) return read;
      out = out.subspan(taken);
      offset += taken;
    }
    return {};
  };
  return derivedSource(std::move(bytes));
}

/// Walks the tree with a stack of its own, so that its depth costs no recursion.
class TreeReader {
 public:
  TreeReader(std::shared_ptr<const ByteSource> file, const OpenContext& context, Checkpoint& checkpoint)
      : m_file(std::move(file)),
        m_context(context),
        m_limits(context.options.limits),
        m_checkpoint(checkpoint),
        m_cursor(*m_file, 0, m_file->size(), std::endian::big) {}

  Result<> read() {
    if (auto done = value(); !done) return done;
    while (!m_open.empty()) {
      Level& level = m_open.back();
      m_path.resize(level.pathLength);
      if (level.next == level.count) {
        m_open.pop_back();
        continue;
      }
      auto name = level.isMap ? key() : Result<std::string>(std::to_string(level.next));
      if (!name) return tl::unexpected(std::move(name.error()));
      const bool isFirst = level.next++ == 0;
      if (isFirst && level.isMap && *name == kChunked) {
        const std::uint64_t entries = level.count - 1;
        m_open.pop_back();
        if (auto done = chunked(entries); !done) return done;
        continue;
      }
      if (auto done = enter(*name); !done) return done;
      if (auto done = value(); !done) return done;
    }
    return {};
  }

  std::uint64_t position() const { return m_cursor.position(); }

 private:
  struct Level {
    std::uint64_t count = 0;
    std::uint64_t next = 0;
    std::size_t pathLength = 0;
    bool isMap = false;
  };

  Result<> enter(std::string_view name) {
    if (!m_path.empty()) m_path += '.';
    m_path += name;
    if (m_path.size() > m_limits.nameBytes)
      return fail(Errc::LimitExceeded,
                  fmt::format("names of at most {} bytes expected, {} found", m_limits.nameBytes, m_path.size()),
                  m_file->name(), m_cursor.position());
    return {};
  }

  /// Flax writes text; whole numbers are those of other dictionaries.
  Result<std::string> key() {
    const std::uint64_t at = m_cursor.position();
    const Result<MsgpackHead> head = readMsgpackHead(m_cursor);
    if (!head) return tl::unexpected(head.error());
    if (head->kind == Kind::Unsigned || head->kind == Kind::Signed) return msgpackText(*head);
    if (head->kind != Kind::Text) return m_cursor.corruptAt(at, "a name expected, something else found");
    return m_cursor.readText(head->length, m_limits.nameBytes, "a name");
  }

  Result<> value() {
    if (auto going = m_context.job.step(0); !going) return going;
    if (++m_values > m_limits.tensors + m_limits.metadataEntries)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} values expected, more found", m_limits.tensors + m_limits.metadataEntries),
                  m_file->name(), m_cursor.position());
    const Result<MsgpackHead> head = readMsgpackHead(m_cursor);
    if (!head) return tl::unexpected(head.error());
    switch (head->kind) {
      case Kind::Map:
      case Kind::Array:
        return open(*head);
      case Kind::Text: {
        Result<std::string> text = m_cursor.readText(head->length, m_limits.metadataBytes, "a text");
        return text ? note(std::move(*text)) : tl::unexpected(std::move(text.error()));
      }
      case Kind::Binary:
        return pass(head->length, "bytes", fmt::format("{} bytes that are no array", head->length));
      case Kind::Extension:
        return extension(*head);
      default:
        return note(msgpackText(*head));
    }
  }

  Result<> open(const MsgpackHead& head) {
    if (m_open.size() == static_cast<std::size_t>(m_limits.jsonDepth))
      return fail(Errc::LimitExceeded, fmt::format("values nested at most {} deep expected", m_limits.jsonDepth),
                  m_file->name(), m_cursor.position());
    m_open.push_back({head.length, 0, m_path.size(), head.kind == Kind::Map});
    return {};
  }

  Result<> note(std::string text) {
    m_metadataBytes += m_path.size() + text.size();
    if (m_checkpoint.metadata.size() >= m_limits.metadataEntries || m_metadataBytes > m_limits.metadataBytes)
      return fail(Errc::LimitExceeded,
                  fmt::format("metadata of at most {} entries and {} bytes expected, more found",
                              m_limits.metadataEntries, m_limits.metadataBytes),
                  m_file->name(), m_cursor.position());
    m_checkpoint.metadata.emplace_back(m_path, std::move(text));
    return {};
  }

  Result<> pass(std::uint64_t length, std::string type, std::string remark) {
    if (auto named = countName(); !named) return named;
    m_checkpoint.objects.push_back({m_path, std::move(type), std::move(remark)});
    return m_cursor.skip(length, "a value");
  }

  /// A long name on the way to a million leaves stands in the file once, and here in the name of each.
  Result<> countName() {
    m_nameBytes += m_path.size();
    if (m_nameBytes <= m_limits.headerBytes) return {};
    return fail(Errc::LimitExceeded,
                fmt::format("names of at most {} bytes together expected, more found", m_limits.headerBytes),
                m_file->name(), m_cursor.position());
  }

  Result<> extension(const MsgpackHead& head) {
    const std::uint64_t begin = m_cursor.position();
    if (isArray(head)) {
      Result<TensorInfo> tensor = readFlaxArray(m_cursor, head.length, m_limits);
      if (!tensor) return list(tensor.error(), begin + head.length);
      return add(std::move(*tensor));
    }
    if (head.extension == kComplex) return complex(begin + head.length);
    return pass(head.length, fmt::format("extension {}", head.extension), "a value of a type that Flax does not have");
  }

  /// What is wrong with one value whose end is known is said of that value.
  Result<> list(const Error& error, std::uint64_t end) {
    if (error.code == Errc::Io || error.code == Errc::Changed) return tl::unexpected(error);
    if (auto named = countName(); !named) return named;
    m_checkpoint.objects.push_back({m_path, "array", error.message});
    return m_cursor.seek(end, "the end of a value");
  }

  Result<> complex(std::uint64_t end) {
    const Result<MsgpackHead> pair = readMsgpackHead(m_cursor);
    if (!pair) return list(pair.error(), end);
    double parts[2] = {};
    for (double& part : parts) {
      const Result<MsgpackHead> head = readMsgpackHead(m_cursor);
      if (!head) return list(head.error(), end);
      if (pair->kind != Kind::Array || pair->length != 2 || head->kind != Kind::Float || m_cursor.position() > end)
        return list({Errc::Corrupt, "the two parts of a complex number expected, something else found", {}, {}}, end);
      part = head->real;
    }
    if (auto behind = m_cursor.seek(end, "the end of a value"); !behind) return behind;
    return note(fmt::format("{} + {}i", shortest(parts[0]), shortest(parts[1])));
  }

  Result<> add(TensorInfo tensor) {
    if (m_checkpoint.tensors.size() == m_limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", m_limits.tensors),
                  m_file->name(), m_cursor.position());
    if (auto named = countName(); !named) return named;
    tensor.name = m_path;
    m_checkpoint.tensors.push_back(std::move(tensor));
    return {};
  }

  /// The `entries` behind the mark of an array in chunks: the cursor stands before the mark's value.
  Result<> chunked(std::uint64_t entries) {
    const std::uint64_t begin = m_cursor.position();
    const Result<MsgpackHead> mark = readMsgpackHead(m_cursor);
    if (!mark) return tl::unexpected(mark.error());
    const auto broken = [&] {
      return m_cursor.corruptAt(begin, "the shape and the chunks of an array expected, something else found");
    };
    if (hasBytes(*mark) || mark->kind == Kind::Map || mark->kind == Kind::Array || entries != 2) return broken();
    TensorInfo tensor;
    std::vector<TensorInfo> chunks;
    bool hasShape = false, hasChunks = false;
    for (std::uint64_t i = 0; i < entries; ++i) {
      const Result<std::string> name = key();
      if (!name) return tl::unexpected(name.error());
      const Result<MsgpackHead> map = readMsgpackHead(m_cursor);
      if (!map) return tl::unexpected(map.error());
      const bool isShape = *name == "shape" && !std::exchange(hasShape, true);
      const bool isChunks = !isShape && *name == "chunks" && !std::exchange(hasChunks, true);
      if (map->kind != Kind::Map || !(isShape || isChunks)) return broken();
      if (map->length > (isShape ? m_limits.rank : kMostChunks))
        return fail(Errc::LimitExceeded,
                    fmt::format("an array of fewer dimensions and chunks than {} expected", map->length),
                    m_file->name(), m_cursor.position());
      for (std::uint64_t at = 0; at < map->length; ++at) {
        const Result<std::string> index = key();
        if (!index) return tl::unexpected(index.error());
        const Result<MsgpackHead> head = readMsgpackHead(m_cursor);
        if (!head) return tl::unexpected(head.error());
        if (*index != std::to_string(at) || (isShape ? head->kind != Kind::Unsigned : !isArray(*head))) return broken();
        if (isShape) {
          tensor.shape.push_back(head->natural);
          continue;
        }
        Result<TensorInfo> chunk = readFlaxArray(m_cursor, head->length, m_limits);
        if (!chunk) return tl::unexpected(std::move(chunk.error()));
        chunks.push_back(std::move(*chunk));
      }
    }
    return join(std::move(tensor), chunks);
  }

  Result<> join(TensorInfo tensor, const std::vector<TensorInfo>& chunks) {
    const std::optional<std::uint64_t> elements = checkedProduct(tensor.shape);
    if (!elements || chunks.empty())
      return m_cursor.corrupt(
          fmt::format("an array of {} in chunks expected, {} chunks found", bracketed(tensor.shape), chunks.size()));
    tensor.elements = *elements;
    tensor.type = chunks.front().type;
    tensor.storedType = chunks.front().storedType;
    tensor.offset = chunks.front().offset;
    std::vector<std::shared_ptr<const ByteSource>> parts;
    for (const TensorInfo& chunk : chunks) {
      if (chunk.storedType != tensor.storedType) tensor.remark = "its chunks are of several types";
      if (!chunk.remark.empty()) tensor.remark = chunk.remark;
      tensor.bytes += chunk.bytes;  // each lies in the file behind the one before it
      parts.push_back(sliceOf(m_file, chunk.offset, chunk.bytes));
    }
    if (tensor.type && tensor.remark.empty() && byteSize(*tensor.type, *elements) != tensor.bytes)
      tensor.remark = fmt::format("{} elements of {} expected, {} bytes found in its chunks", *elements,
                                  tensor.type->title, tensor.bytes);
    if (tensor.remark.empty())
      tensor.storage = joined(m_file->name(), std::move(parts));
    else
      tensor.type = nullptr;
    return add(std::move(tensor));
  }

  std::shared_ptr<const ByteSource> m_file;
  const OpenContext& m_context;
  const Limits& m_limits;
  Checkpoint& m_checkpoint;
  Cursor m_cursor;
  std::vector<Level> m_open;
  std::string m_path;
  std::uint64_t m_values = 0;
  std::uint64_t m_metadataBytes = 0;
  std::uint64_t m_nameBytes = 0;
};

class FlaxReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "flax"; }
  std::string_view title() const override { return "Flax msgpack"; }

  /// There is no magic number: a map whose first name is text, and, among the first values of it and what it holds, an
  /// array as Flax writes it. Other readers' files would have to hold all of that by chance.
  bool recognizes(const ByteSource& file) const override {
    constexpr int kValues = 4096;
    Cursor cursor(file, 0, file.size(), std::endian::big);
    for (int i = 0; i < kValues; ++i) {
      const Result<MsgpackHead> head = readMsgpackHead(cursor);
      if (!head) return false;
      if (i == 0 && (head->kind != Kind::Map || head->length == 0)) return false;
      if (i == 1 && head->kind != Kind::Text) return false;
      if (isArray(*head)) return readFlaxArray(cursor, head->length, Limits()).has_value();
      if (hasBytes(*head) && !cursor.skip(head->length, "a value")) return false;
    }
    return false;
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    TreeReader reader(file, context, checkpoint);
    std::optional<Error> damage;
    if (auto read = reader.read(); !read) {
      // Arrays before the place are sound: a file that ends too soon has its first ones.
      if (read.error().code != Errc::Corrupt || checkpoint.tensors.empty()) return tl::unexpected(read.error());
      damage = std::move(read.error());
    } else if (reader.position() < file->size()) {
      damage = Error{
          Errc::Corrupt,
          fmt::format("the end of the file expected, {} bytes follow the state", file->size() - reader.position()),
          file->name(), reader.position()};
    }
    if (damage) {
      damage->code = Errc::Damaged;
      if (!context.options.allowDamaged) return tl::unexpected(std::move(*damage));
      checkpoint.warnings.push_back(fmt::format("Opened although damaged: {}.", damage->message));
    }
    Finding renamed;
    makeNamesDistinct(checkpoint.tensors, renamed);
    renamed.warn(checkpoint.warnings, "Arrays of a name that stands before already have a number behind it");
    checkpoint.files.push_back(std::move(file));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& flax_entry() {
  static const FlaxReader reader;
  return reader;
}

}  // namespace ulpscope
