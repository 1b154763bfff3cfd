// SPDX-License-Identifier: Apache-2.0
//
// The safetensors container (github.com/huggingface/safetensors, README "Format", version 0.8):
//
//   file   = length header data
//   length = u64, little-endian: the bytes of the header, at most 100,000,000
//   header = JSON object in UTF-8, which may be padded with white space behind (and, in practice, before)
//            { "__metadata__": { NAME: STRING, ... },                         optional
//              NAME: { "dtype": TYPE, "shape": [N, ...], "data_offsets": [BEGIN, END] }, ... }
//            Names are unique. Rank 0 and dimensions of 0 are legal. END - BEGIN is the product of the shape times the
//            size of the type; types below a byte fill whole bytes.
//   data   = the tensors, row-major and little-endian, END - BEGIN bytes each at BEGIN from the first byte of data.
//            In the order of their offsets they touch: no holes, no overlaps, the first at 0, the last at the end of
//            the file.
//
// Data may start at any address: the length need not be a multiple of 8.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/safetensors_header.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kLengthBytes = 8;

bool isJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The header's text, once its length is known to lie within the file and the limit.
Result<std::string> readHeader(const ByteSource& file, const Limits& limits) {
  if (file.size() < kLengthBytes)
    return fail(Errc::Corrupt, fmt::format("at least {} bytes expected, {} found", kLengthBytes, file.size()),
                file.name(), 0);
  std::uint64_t length = 0;
  if (auto read = file.read(0, std::as_writable_bytes(std::span(&length, 1))); !read)
    return tl::unexpected(read.error());
  if (length == 0) return fail(Errc::Corrupt, "a header expected, an empty one found", file.name(), 0);
  if (length > file.size() - kLengthBytes)
    return fail(Errc::Corrupt,
                fmt::format("header of {} bytes expected, {} bytes left", length, file.size() - kLengthBytes),
                file.name(), 0);
  if (length > limits.headerBytes)
    return fail(Errc::LimitExceeded,
                fmt::format("header of at most {} bytes expected, {} found", limits.headerBytes, length), file.name(),
                0);
  std::string text(static_cast<std::size_t>(length), '\0');
  if (auto read = file.read(kLengthBytes, std::as_writable_bytes(std::span(text))); !read)
    return tl::unexpected(read.error());
  return text;
}

/// What is wrong with where the tensors lie: the first finding in words, with a count of the others.
class LayoutFindings {
 public:
  void add(std::string message, std::uint64_t offset) {
    if (m_count++ > 0) return;
    m_first = std::move(message);
    m_offset = offset;
  }
  bool empty() const { return m_count == 0; }
  std::uint64_t offset() const { return m_offset; }
  std::string message() const {
    return m_count == 1 ? m_first : fmt::format("{} ({} more places like this)", m_first, m_count - 1);
  }

 private:
  std::string m_first;
  std::uint64_t m_offset = 0;
  std::uint64_t m_count = 0;
};

/// Compares the tensors, in the order of their data, with the rule that they touch and fill the data.
LayoutFindings checkLayout(const std::vector<TensorInfo>& tensors, std::uint64_t dataBegin, std::uint64_t fileSize) {
  LayoutFindings findings;
  std::uint64_t reached = dataBegin;  // the end of the tensors so far
  for (const TensorInfo& tensor : tensors) {
    const std::uint64_t end = tensor.offset + tensor.bytes;
    if (tensor.offset != reached)
      findings.add(
          fmt::format("tensor {} expected to begin at byte {}, where the one before it ends; it begins at "
                      "byte {} ({})",
                      inQuotes(tensor.name), reached, tensor.offset, tensor.offset < reached ? "overlap" : "hole"),
          tensor.offset);
    if (end > fileSize)
      findings.add(fmt::format("tensor {} ends at byte {}, but the file has {} bytes (an unfinished download?)",
                               inQuotes(tensor.name), end, fileSize),
                   fileSize);
    reached = std::max(reached, end);
  }
  if (reached < fileSize)
    findings.add(fmt::format("the last tensor expected to end the file; {} bytes follow it", fileSize - reached),
                 reached);
  return findings;
}

/// From offsets within the data to offsets within the file, in the order of the data: by offset, then size (tensors of
/// no bytes come before the one that begins where they lie), then name.
Result<> placeTensors(std::vector<TensorInfo>& tensors, std::uint64_t dataBegin, const std::string& subject) {
  for (TensorInfo& tensor : tensors) {
    const std::optional<std::uint64_t> begin = checkedAdd(dataBegin, tensor.offset);
    if (!begin || !checkedAdd(*begin, tensor.bytes))
      return fail(Errc::Corrupt,
                  fmt::format("tensor {}: data_offsets within the file expected, {} found", inQuotes(tensor.name),
                              tensor.offset),
                  subject);
    tensor.offset = *begin;
  }
  const auto before = [](const TensorInfo& a, const TensorInfo& b) {
    return std::tie(a.offset, a.bytes, a.name) < std::tie(b.offset, b.bytes, b.name);
  };
  if (!std::is_sorted(tensors.begin(), tensors.end(), before)) std::sort(tensors.begin(), tensors.end(), before);
  return {};
}

class SafetensorsReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "safetensors"; }
  std::string_view title() const override { return "safetensors"; }

  bool joinsSiblings() const override { return true; }

  /// There is no magic number: a length below 2^32 (the first eight bytes of text, or of a file with a magic number,
  /// would be a larger one), then the `{` of the header (or white space before it).
  bool recognizes(const ByteSource& file) const override {
    std::array<char, kLengthBytes + 1> first{};
    if (file.size() < first.size() || !file.read(0, std::as_writable_bytes(std::span(first)))) return false;
    std::uint64_t length = 0;
    std::memcpy(&length, first.data(), sizeof length);
    return length >> 32 == 0 && (first.back() == '{' || isJsonSpace(first.back()));
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    const OpenOptions& options = context.options;
    const Result<std::string> text = readHeader(*file, options.limits);
    if (!text) return tl::unexpected(text.error());
    Result<SafetensorsHeader> header = parseSafetensorsHeader(*text, options.limits);
    if (!header) {
      Error error = std::move(header.error());
      error.subject = file->name();
      if (error.offset) *error.offset += kLengthBytes;
      return tl::unexpected(std::move(error));
    }

    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.metadata = std::move(header->metadata);
    checkpoint.tensors = std::move(header->tensors);
    if (isJsonSpace(text->front()))
      checkpoint.warnings.emplace_back("The header begins with white space, where the format asks for \"{\".");

    const std::uint64_t dataBegin = kLengthBytes + text->size();
    if (auto placed = placeTensors(checkpoint.tensors, dataBegin, file->name()); !placed)
      return tl::unexpected(placed.error());
    const LayoutFindings findings = checkLayout(checkpoint.tensors, dataBegin, file->size());
    if (!findings.empty()) {
      if (!options.allowDamaged) return fail(Errc::Damaged, findings.message(), file->name(), findings.offset());
      checkpoint.warnings.push_back(fmt::format("Opened although damaged: {}.", findings.message()));
    }
    checkpoint.files.push_back(std::move(file));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& safetensors_entry() {
  static const SafetensorsReader reader;
  return reader;
}

}  // namespace ulpscope
