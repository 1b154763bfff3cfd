// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "core/base/checked.h"
#include "core/base/cursor.h"
#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/gguf_value.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint64_t kSmallestEntry = 8 + 4 + 1;       ///< of the metadata: a key's length, a type, a byte
constexpr std::uint64_t kSmallestTensor = 8 + 4 + 4 + 8;  ///< a name's length, no dimensions, type, offset
constexpr std::uint32_t kMostDimensions = 4;
constexpr std::uint64_t kLongestName = 63;            ///< GGML_MAX_NAME - 1
constexpr std::uint64_t kLargestAlignment = 1 << 20;  ///< a limit of ours; real files have 32
constexpr std::uint64_t kEntriesPerStep = 1 << 13;

constexpr std::string_view kAlignmentKey = "general.alignment";

class HeaderReader {
 public:
  HeaderReader(const ByteSource& file, const OpenContext& context)
      : m_cursor(file), m_limits(context.options.limits), m_job(context.job) {}

  Result<GgufHeader> read() {
    if (auto done = readAll(); !done) return tl::unexpected(std::move(done.error()));
    return std::move(m_header);
  }

 private:
  Result<> readAll() {
    if (auto done = readVersion(); !done) return done;
    const auto tensors = readCount("tensors", kSmallestTensor, m_limits.tensors);
    if (!tensors) return tl::unexpected(tensors.error());
    const auto entries = readCount("metadata entries", kSmallestEntry, m_limits.metadataEntries);
    if (!entries) return tl::unexpected(entries.error());
    if (auto done = readMetadata(*entries); !done) return done;
    if (auto done = readTensors(*tensors); !done) return done;
    const std::optional<std::uint64_t> begin = checkedAdd(m_cursor.position(), m_header.alignment - 1);
    m_header.dataBegin = begin.value_or(0) / m_header.alignment * m_header.alignment;
    m_oddBools.warn(m_header.warnings, "The metadata has truth values that are neither 0 nor 1");
    return {};
  }

  /// 2 and 3 are laid out alike. A big-endian file shows in the version, whose low half is zero then.
  Result<> readVersion() {
    const auto magic = m_cursor.readText(kMagic.size(), kMagic.size(), "the magic number");
    if (!magic) return tl::unexpected(magic.error());
    if (*magic != kMagic)
      return m_cursor.corruptAt(0,
                                fmt::format("a GGUF file expected, one that begins with {} found", inQuotes(*magic)));
    const auto version = m_cursor.read<std::uint32_t>("the version");
    if (!version) return tl::unexpected(version.error());
    m_header.version = *version;
    if ((*version & 0xFFFF) == 0 && *version != 0) {
      m_header.order = std::endian::big;
      m_cursor.setOrder(std::endian::big);
      m_header.version = __builtin_bswap32(*version);
    }
    if (m_header.version == 2 || m_header.version == 3) return {};
    const std::string message = m_header.version == 1
                                    ? "GGUF version 2 or 3 expected, version 1 of 2023 found; convert the model again"
                                    : fmt::format("GGUF version 2 or 3 expected, {} found", m_header.version);
    return fail(m_header.version == 0 ? Errc::Corrupt : Errc::Unsupported, message, m_cursor.source().name(),
                kMagic.size());
  }

  /// A count of things that take at least `smallest` bytes each.
  Result<std::uint64_t> readCount(std::string_view things, std::uint64_t smallest, std::uint64_t limit) {
    const std::uint64_t at = m_cursor.position();
    const auto count = m_cursor.read<std::uint64_t>(fmt::format("the number of {}", things));
    if (!count) return count;
    if (*count > m_cursor.left() / smallest)
      return m_cursor.corruptAt(at, fmt::format("{} {} expected, {} bytes left", *count, things, m_cursor.left()));
    if (*count > limit)
      return fail(Errc::LimitExceeded, fmt::format("at most {} {} expected, {} found", limit, things, *count),
                  m_cursor.source().name(), at);
    return count;
  }

  Result<std::string> readName(std::string_view what) {
    const auto length = m_cursor.read<std::uint64_t>(what);
    if (!length) return tl::unexpected(length.error());
    return m_cursor.readText(*length, m_limits.nameBytes, what);
  }

  Result<> readMetadata(std::uint64_t entries) {
    std::uint64_t kept = 0;
    m_header.metadata.reserve(static_cast<std::size_t>(entries));
    for (std::uint64_t i = 0; i < entries; ++i) {
      if (i % kEntriesPerStep == 0)
        if (auto going = m_job.step(0); !going) return going;
      const std::uint64_t at = m_cursor.position();
      auto key = readName("a key of the metadata");
      if (!key) return tl::unexpected(std::move(key.error()));
      if (key->empty()) return m_cursor.corruptAt(at, "a key of the metadata expected, an empty one found");
      auto value = readGgufValue(m_cursor, m_job);
      if (!value) return tl::unexpected(std::move(value.error()));
      if (value->oddBool) m_oddBools.add(*key);
      if (auto taken = takeKnown(*key, *value, at); !taken) return taken;
      kept += key->size() + value->text.size();
      if (kept > m_limits.metadataBytes)
        return fail(Errc::LimitExceeded,
                    fmt::format("at most {} bytes of metadata expected, more found", m_limits.metadataBytes),
                    m_cursor.source().name(), at);
      m_header.metadata.emplace_back(std::move(*key), std::move(value->text));
    }
    const auto repeated =
        findRepeatedName(m_header.metadata, [](const auto& entry) -> const std::string& { return entry.first; });
    if (repeated)
      return m_cursor.corrupt(fmt::format("keys of their own in the metadata expected, duplicate {} found",
                                          inQuotes(m_header.metadata[*repeated].first)));
    return {};
  }

  /// What the reading of the file depends on.
  Result<> takeKnown(std::string_view key, const GgufValue& value, std::uint64_t at) {
    if (key == kAlignmentKey) return takeAlignment(value, at);
    if (!key.starts_with("split.")) return {};
    // llama.cpp writes uint16 and int32, others what they like.
    const auto integer = [&](std::uint64_t& into) -> Result<> {
      if (!value.integer)
        return m_cursor.corruptAt(at, fmt::format("a number that is not negative for {} expected, {} found",
                                                  inQuotes(key), inQuotes(value.text)));
      into = *value.integer;
      return {};
    };
    if (key == "split.no") return integer(m_header.split.number);
    if (key == "split.count") return integer(m_header.split.count);
    if (key == "split.tensors.count") return integer(m_header.split.tensors.emplace());
    return {};
  }

  Result<> takeAlignment(const GgufValue& value, std::uint64_t at) {
    if (value.type != GgufType::Uint32)
      return m_cursor.corruptAt(
          at, fmt::format("{} of type uint32 expected, {} of another type found", kAlignmentKey, inQuotes(value.text)));
    m_header.alignment = *value.integer;
    if (!std::has_single_bit(m_header.alignment))
      return m_cursor.corruptAt(
          at, fmt::format("{}: a power of two expected, {} found", kAlignmentKey, m_header.alignment));
    if (m_header.alignment > kLargestAlignment)
      return fail(
          Errc::LimitExceeded,
          fmt::format("{}: at most {} expected, {} found", kAlignmentKey, kLargestAlignment, m_header.alignment),
          m_cursor.source().name(), at);
    return {};
  }

  Result<> readTensors(std::uint64_t tensors) {
    m_header.tensors.reserve(static_cast<std::size_t>(tensors));
    for (std::uint64_t i = 0; i < tensors; ++i) {
      if (i % kEntriesPerStep == 0)
        if (auto going = m_job.step(0); !going) return going;
      if (auto done = readTensor(); !done) return done;
    }
    const auto repeated = findRepeatedName(
        m_header.tensors, [](const GgufHeader::Tensor& tensor) -> const std::string& { return tensor.name; });
    if (repeated)
      return m_cursor.corrupt(fmt::format("tensor names of their own expected, duplicate {} found",
                                          inQuotes(m_header.tensors[*repeated].name)));
    return {};
  }

  Result<> readTensor() {
    const std::uint64_t at = m_cursor.position();
    GgufHeader::Tensor tensor;
    auto name = readName("the name of a tensor");
    if (!name) return tl::unexpected(std::move(name.error()));
    tensor.name = std::move(*name);
    if (tensor.name.size() > kLongestName)
      damaged(fmt::format("tensor {}: a name of at most {} bytes expected, as ggml has it, {} found",
                          inQuotes(tensor.name), kLongestName, tensor.name.size()),
              at);
    if (auto done = readShape(tensor, at); !done) return done;
    const auto type = m_cursor.read<std::uint32_t>("the type of a tensor");
    if (!type) return tl::unexpected(type.error());
    tensor.type = *type;
    const auto offset = m_cursor.read<std::uint64_t>("the offset of a tensor");
    if (!offset) return tl::unexpected(offset.error());
    tensor.offset = *offset;
    if (tensor.offset % m_header.alignment != 0)
      damaged(fmt::format("tensor {}: an offset that is a multiple of {} expected, {} found", inQuotes(tensor.name),
                          m_header.alignment, tensor.offset),
              at);
    m_header.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<> readShape(GgufHeader::Tensor& tensor, std::uint64_t at) {
    const auto dimensions = m_cursor.read<std::uint32_t>("the number of dimensions");
    if (!dimensions) return tl::unexpected(dimensions.error());
    if (*dimensions > kMostDimensions)
      return m_cursor.corruptAt(at, fmt::format("tensor {}: at most {} dimensions expected, {} found",
                                                inQuotes(tensor.name), kMostDimensions, *dimensions));
    tensor.shape.resize(*dimensions);
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
      const auto extent = m_cursor.read<std::uint64_t>("a dimension");
      if (!extent) return tl::unexpected(extent.error());
      tensor.shape[i] = *extent;
    }
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const bool negative =
        std::any_of(tensor.shape.begin(), tensor.shape.end(), [](std::uint64_t extent) { return extent > kLargest; });
    const std::optional<std::uint64_t> elements = checkedProduct(tensor.shape);
    if (negative || !elements || *elements > kLargest)
      return m_cursor.corruptAt(at, fmt::format("tensor {}: a shape of fewer than 2^63 elements expected, {} found",
                                                inQuotes(tensor.name), bracketed(tensor.shape)));
    tensor.elements = *elements;
    return {};
  }

  void damaged(std::string message, std::uint64_t offset) {
    if (!m_header.damage.empty()) return;
    m_header.damage = std::move(message);
    m_header.damageOffset = offset;
  }

  Cursor m_cursor;
  const Limits& m_limits;
  const JobContext& m_job;
  GgufHeader m_header;
  Finding m_oddBools;
};

}  // namespace

Result<GgufHeader> readGgufHeader(const ByteSource& file, const OpenContext& context) {
  return HeaderReader(file, context).read();
}

}  // namespace ulpscope
