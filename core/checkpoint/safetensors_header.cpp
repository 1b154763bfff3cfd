// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/json_events.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMetadataKey = "__metadata__";

tl::unexpected<Error> corrupt(std::string message) { return fail(Errc::Corrupt, std::move(message)); }

/// Where in the document the next value stands.
enum class Place { Document, Entries, Metadata, Entry, Shape, Offsets, Finished };

class HeaderEvents final : public JsonEvents {
 public:
  HeaderEvents(SafetensorsHeader& header, const Limits& limits) : m_header(header), m_limits(limits) {}

  Result<> beginObject() override {
    switch (m_place) {
      case Place::Document:
        m_place = Place::Entries;
        return {};
      case Place::Entries:
        return beginEntry();
      default:
        return unexpected("an object");
    }
  }

  Result<> key(std::string& name) override {
    if (m_place == Place::Entry) return fieldKey(name);
    m_key = std::move(name);
    return {};
  }

  Result<> endObject() override {
    switch (m_place) {
      case Place::Entry:
        return endEntry();
      case Place::Metadata:
        m_place = Place::Entries;
        return {};
      default:
        m_place = Place::Finished;
        return {};
    }
  }

  Result<> beginArray() override {
    if (m_place == Place::Entry && m_field == Field::Shape)
      m_place = Place::Shape;
    else if (m_place == Place::Entry && m_field == Field::Offsets)
      m_place = Place::Offsets;
    else
      return unexpected("an array");
    return {};
  }

  Result<> endArray() override {
    m_place = Place::Entry;
    if (m_field == Field::Offsets && m_offsetCount != m_offsets.size())
      return corrupt(
          fmt::format("tensor {}: 2 data_offsets expected, {} found", inQuotes(m_tensor.name), m_offsetCount));
    return {};
  }

  Result<> string(std::string& value) override {
    if (m_place == Place::Metadata)
      m_header.metadata.emplace_back(std::move(m_key), std::move(value));
    else if (m_place == Place::Entry && m_field == Field::Type)
      m_tensor.storedType = std::move(value);
    else
      return unexpected("a string");
    return {};
  }

  Result<> number(std::uint64_t value) override {
    if (m_place == Place::Shape) {
      if (m_tensor.shape.size() == m_limits.rank)
        return fail(Errc::LimitExceeded, fmt::format("tensor {}: at most {} dimensions expected, more found",
                                                     inQuotes(m_tensor.name), m_limits.rank));
      m_tensor.shape.push_back(value);
    } else if (m_place == Place::Offsets) {
      if (m_offsetCount == m_offsets.size())
        return corrupt(fmt::format("tensor {}: 2 data_offsets expected, more found", inQuotes(m_tensor.name)));
      m_offsets[m_offsetCount++] = value;
    } else {
      return unexpected("a number");
    }
    return {};
  }

  Result<> other(std::string_view kind) override { return unexpected(kind); }

 private:
  enum class Field { Type, Shape, Offsets };
  static constexpr std::array<std::string_view, 3> kFields{"dtype", "shape", "data_offsets"};

  Result<> beginEntry() {
    if (m_key == kMetadataKey) {
      if (std::exchange(m_sawMetadata, true)) return corrupt(fmt::format("duplicate key {}", inQuotes(m_key)));
      m_place = Place::Metadata;
      return {};
    }
    if (m_header.tensors.size() == m_limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", m_limits.tensors));
    m_tensor = {};
    m_tensor.name = std::move(m_key);
    m_seen = {};
    m_offsetCount = 0;
    m_place = Place::Entry;
    return {};
  }

  Result<> fieldKey(std::string_view name) {
    const auto found = std::find(kFields.begin(), kFields.end(), name);
    if (found == kFields.end())
      return corrupt(fmt::format("tensor {}: dtype, shape and data_offsets expected, the key {} found",
                                 inQuotes(m_tensor.name), inQuotes(name)));
    const auto index = static_cast<std::size_t>(found - kFields.begin());
    if (std::exchange(m_seen[index], true))
      return corrupt(fmt::format("tensor {}: duplicate key {}", inQuotes(m_tensor.name), inQuotes(name)));
    m_field = static_cast<Field>(index);
    return {};
  }

  Result<> endEntry() {
    m_place = Place::Entries;
    for (std::size_t i = 0; i < kFields.size(); ++i)
      if (!m_seen[i])
        return corrupt(fmt::format("tensor {}: {} expected, none found", inQuotes(m_tensor.name), kFields[i]));
    const auto [begin, end] = m_offsets;
    if (begin > end)
      return corrupt(fmt::format("tensor {}: data_offsets in rising order expected, [{}, {}] found",
                                 inQuotes(m_tensor.name), begin, end));
    m_tensor.offset = begin;
    m_tensor.bytes = end - begin;
    m_tensor.type = findElementType(m_tensor.storedType);
    if (auto sized = sizeEntry(); !sized) return sized;
    m_header.tensors.push_back(std::move(m_tensor));
    return {};
  }

  /// Shape times type must be the bytes between the offsets; of a type we do not know only the shape can be checked.
  Result<> sizeEntry() {
    const std::optional<std::uint64_t> elements = checkedProduct(m_tensor.shape);
    if (!elements)
      return corrupt(fmt::format("tensor {}: a shape of fewer than 2^64 elements expected, {} found",
                                 inQuotes(m_tensor.name), bracketed(m_tensor.shape)));
    m_tensor.elements = *elements;
    if (!m_tensor.type) return {};
    const std::optional<std::uint64_t> bytes = byteSize(*m_tensor.type, *elements);
    if (!bytes)
      return corrupt(fmt::format("tensor {}: elements that fill whole bytes expected, {} of {} bits found",
                                 inQuotes(m_tensor.name), *elements, m_tensor.type->bits));
    if (*bytes != m_tensor.bytes)
      return corrupt(fmt::format("tensor {}: {} bytes for {} {} expected, {} bytes found", inQuotes(m_tensor.name),
                                 *bytes, m_tensor.type->name, bracketed(m_tensor.shape), m_tensor.bytes));
    return {};
  }

  Result<> unexpected(std::string_view found) const {
    switch (m_place) {
      case Place::Document:
      case Place::Finished:
        return corrupt(fmt::format("a JSON object of tensors expected, {} found", found));
      case Place::Entries:
        return corrupt(fmt::format("{}: an object expected, {} found", inQuotes(m_key), found));
      case Place::Metadata:
        return corrupt(fmt::format("{} maps names to strings: a string for {} expected, {} found", kMetadataKey,
                                   inQuotes(m_key), found));
      case Place::Shape:
      case Place::Offsets:
        return corrupt(fmt::format("tensor {}: whole numbers from 0 to 2^64 - 1 in {} expected, {} found",
                                   inQuotes(m_tensor.name), kFields[static_cast<std::size_t>(m_field)], found));
      case Place::Entry:
        break;
    }
    return corrupt(fmt::format("tensor {}: {} for {} expected, {} found", inQuotes(m_tensor.name),
                               m_field == Field::Type ? "a string" : "an array",
                               kFields[static_cast<std::size_t>(m_field)], found));
  }

  SafetensorsHeader& m_header;
  const Limits& m_limits;
  Place m_place = Place::Document;
  std::string m_key;
  bool m_sawMetadata = false;

  TensorInfo m_tensor;  ///< the entry being read
  Field m_field = Field::Type;
  std::array<bool, 3> m_seen{};
  std::array<std::uint64_t, 2> m_offsets{};
  std::size_t m_offsetCount = 0;
};

}  // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, const Limits& limits) {
  SafetensorsHeader header;
  HeaderEvents events(header, limits);
  if (auto read = readJson(json, limits.jsonDepth, events); !read) return tl::unexpected(std::move(read.error()));
  if (const auto at =
          findRepeatedName(header.tensors, [](const TensorInfo& tensor) -> const std::string& { return tensor.name; }))
    return corrupt(
        fmt::format("tensor names of their own expected, duplicate key {} found", inQuotes(header.tensors[*at].name)));
  if (const auto at =
          findRepeatedName(header.metadata, [](const auto& entry) -> const std::string& { return entry.first; }))
    return corrupt(fmt::format("{}: duplicate key {}", kMetadataKey, inQuotes(header.metadata[*at].first)));
  return header;
}

}  // namespace ulpscope
