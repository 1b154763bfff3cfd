// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/ggml/ggml_types.h"

namespace ulpscope {
namespace {

/// Until all tensors are placed.
constexpr std::uint64_t kUnknownBytes = std::numeric_limits<std::uint64_t>::max();

std::shared_ptr<const Packing> packingOf(const GgmlType& type) {
  return std::make_shared<const Packing>(
      Packing{.id = std::string(type.packing),
              .title = fmt::format("{}, {} bits a weight in blocks of {}", type.name, shortest(type.bitsPerWeight()),
                                   type.blockElements),
              .parts = {}});
}

class Placing {
 public:
  Placing(const GgufHeader& header, std::shared_ptr<const ByteSource> source, std::uint32_t file, std::size_t tensors)
      : m_header(header), m_source(std::move(source)), m_file(file) {
    m_tensors.reserve(tensors);
  }

  /// One tensor of the header, in the header's order.
  Result<> place(GgufHeader::Tensor& from) {
    TensorInfo tensor{.name = std::move(from.name), .storedType = {}, .shape = std::move(from.shape)};
    tensor.elements = from.elements;
    tensor.file = m_file;
    const std::optional<std::uint64_t> begin = checkedAdd(m_header.dataBegin, from.offset);
    if (!begin) return outside(tensor, from.offset);
    tensor.offset = *begin;
    const bool inPlace = !m_expected || *m_expected == *begin;
    if (!inPlace) m_outOfPlace.add(tensor.name);

    const GgmlType* const type = findGgmlType(from.type);
    if (!type) {
      placeUnknown(std::move(tensor), from.type);
      return {};
    }
    tensor.storedType = type->name;
    const std::uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % type->blockElements != 0)
      return corrupt(fmt::format("tensor {}: rows of a multiple of {} elements for {} expected, {} found",
                                 inQuotes(tensor.name), type->blockElements, type->name, row));
    const std::optional<std::uint64_t> bytes = checkedMultiply(tensor.elements / type->blockElements, type->blockBytes);
    const std::optional<std::uint64_t> end = bytes ? checkedAdd(*begin, *bytes) : std::nullopt;
    const std::optional<std::uint64_t> next = end ? checkedAdd(*end, m_header.alignment - 1) : std::nullopt;
    if (!next || !checkedMultiply(tensor.elements, sizeof(double))) return outside(tensor, from.offset);
    tensor.bytes = *bytes;
    m_expected = *next / m_header.alignment * m_header.alignment;  // the data begins on a multiple too
    if (*end <= m_source->size() || *bytes == 0)
      makeReadable(tensor, *type);
    else if (inPlace)
      markMissing(tensor, *end);
    else
      return outside(tensor, from.offset);
    m_tensors.push_back(std::move(tensor));
    return {};
  }

  void finish(Checkpoint& checkpoint) {
    std::vector<std::string>& warnings = checkpoint.warnings;
    const auto before = [](const TensorInfo& a, const TensorInfo& b) {
      return std::tie(a.offset, a.bytes) < std::tie(b.offset, b.bytes);
    };
    if (!std::is_sorted(m_tensors.begin(), m_tensors.end(), before))
      std::stable_sort(m_tensors.begin(), m_tensors.end(), before);
    measureUnknown();
    m_outOfPlace.warn(warnings, "Tensors do not follow each other without a gap in the order of the header");
    checkEnds(warnings);
    m_missing.warn(warnings, "Missing data, because the file is too short (an unfinished download?)");
    m_unknown.warn(warnings, "Tensors of a type that cannot be read");
    m_neverTurned.warn(warnings,
                       "No program is known to write blocks of this type into big-endian files; read as if each field "
                       "of several bytes were turned");
    if (checkpoint.tensors.empty()) {
      checkpoint.tensors = std::move(m_tensors);
      return;
    }
    checkpoint.tensors.insert(checkpoint.tensors.end(), std::make_move_iterator(m_tensors.begin()),
                              std::make_move_iterator(m_tensors.end()));
  }

 private:
  tl::unexpected<Error> corrupt(std::string message) const {
    return fail(Errc::Corrupt, std::move(message), m_source->name());
  }
  tl::unexpected<Error> outside(const TensorInfo& tensor, std::uint64_t offset) const {
    return corrupt(fmt::format("tensor {}: an offset within the data expected, {} found for {} of {}",
                               inQuotes(tensor.name), offset, bracketed(tensor.shape),
                               tensor.storedType.empty() ? "an unknown type" : tensor.storedType));
  }

  void placeUnknown(TensorInfo tensor, std::uint32_t id) {
    UnreadableGgmlType type = unreadableGgmlType(id);
    m_unknown.add(tensor.name);
    tensor.storedType = std::move(type.name);
    tensor.remark = std::move(type.reason) + '.';
    tensor.offset = std::min(tensor.offset, m_source->size());
    tensor.bytes = kUnknownBytes;
    m_expected.reset();
    m_tensors.push_back(std::move(tensor));
  }

  void makeReadable(TensorInfo& tensor, const GgmlType& type) {
    tensor.offset = std::min(tensor.offset, m_source->size());  // of an empty tensor behind the end
    const bool big = m_header.order == std::endian::big;
    const auto stored = [&] { return sliceOf(m_source, tensor.offset, tensor.bytes); };
    if (type.isPlain()) {
      tensor.type = findElementType(type.name);
      if (big && type.blockBytes > 1) tensor.storage = swappedSource(stored(), type.blockBytes);
      return;
    }
    tensor.type = findElementType("F32");
    tensor.storage = decodedSource(type, stored(), big);
    auto& packing = m_packings[&type];
    if (!packing) packing = packingOf(type);
    tensor.packing = packing;
    // gguf_convert_endian of the gguf package turns these; types without such fields need no turning.
    constexpr std::array kTurned{std::string_view("Q4_0"), std::string_view("Q8_0"), std::string_view("Q4_K"),
                                 std::string_view("Q6_K")};
    if (big && type.words[0].count > 0 && std::find(kTurned.begin(), kTurned.end(), type.name) == kTurned.end())
      m_neverTurned.add(tensor.name);
  }

  void markMissing(TensorInfo& tensor, std::uint64_t end) {
    m_missing.add(tensor.name);
    tensor.remark = fmt::format("missing data: it ends at byte {}, but the file at byte {}.", end, m_source->size());
    tensor.offset = std::min(tensor.offset, m_source->size());
    tensor.bytes = std::min(tensor.bytes, m_source->size() - tensor.offset);
  }

  /// What a tensor of unknown type takes can only be guessed: all up to the next one, or to the end.
  void measureUnknown() {
    for (std::size_t i = 0; i < m_tensors.size(); ++i)
      if (m_tensors[i].bytes == kUnknownBytes) {
        const std::uint64_t next = i + 1 < m_tensors.size() ? m_tensors[i + 1].offset : m_source->size();
        m_tensors[i].bytes = next - m_tensors[i].offset;
      }
  }

  /// Overlaps, and what follows the last tensor.
  void checkEnds(std::vector<std::string>& warnings) const {
    Finding overlapping;
    std::uint64_t reached = std::min(m_header.dataBegin, m_source->size());
    for (const TensorInfo& tensor : m_tensors) {
      if (tensor.offset < reached && tensor.bytes > 0) overlapping.add(tensor.name);
      reached = std::max(reached, tensor.offset + tensor.bytes);
    }
    overlapping.warn(warnings, "Tensors overlap those before them");
    // Writers pad the last tensor, too.
    const std::uint64_t padding = (m_header.alignment - reached % m_header.alignment) % m_header.alignment;
    const std::uint64_t left = m_source->size() - reached;
    if (left > padding)
      warnings.push_back(fmt::format("{} bytes follow the last tensor.", groupedDigits(left - padding)));
  }

  const GgufHeader& m_header;
  std::shared_ptr<const ByteSource> m_source;
  std::uint32_t m_file;
  std::vector<TensorInfo> m_tensors;
  /// Where the next one should begin; nullopt behind a tensor of unknown size.
  std::optional<std::uint64_t> m_expected = m_header.dataBegin;
  std::map<const GgmlType*, std::shared_ptr<const Packing>> m_packings;
  Finding m_outOfPlace, m_missing, m_unknown, m_neverTurned;
};

}  // namespace

Result<> placeGgufTensors(GgufHeader header, const std::shared_ptr<const ByteSource>& source, std::uint32_t file,
                          Checkpoint& checkpoint) {
  std::vector<GgufHeader::Tensor> tensors = std::move(header.tensors);
  Placing placing(header, source, file, tensors.size());
  for (GgufHeader::Tensor& tensor : tensors)
    if (auto placed = placing.place(tensor); !placed) return placed;
  placing.finish(checkpoint);
  return {};
}

}  // namespace ulpscope
