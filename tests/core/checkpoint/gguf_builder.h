// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"

namespace ulpscope::test {

/// Writes GGUF files, sound ones unless a member that says otherwise is called. Independent of the reader.
class GgufBuilder {
 public:
  explicit GgufBuilder(std::uint32_t version = 3, std::endian order = std::endian::little)
      : m_version(version), m_order(order) {}

  /// Numbers in the file's order.
  template <class T>
  std::string number(T value) const {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    if (m_order == std::endian::big) std::reverse(bytes.begin(), bytes.end());
    return bytes;
  }
  std::string text(std::string_view value) const { return number(std::uint64_t{value.size()}) + std::string(value); }
  std::string array(std::uint32_t type, std::uint64_t count, std::string_view elements) const {
    return number(type) + number(count) + std::string(elements);
  }

  /// An entry of the metadata; `value` as it stands in the file, behind its type.
  GgufBuilder& entry(std::string_view key, std::uint32_t type, std::string_view value) {
    (m_entries += text(key)) += number(type);
    m_entries += value;
    ++m_entryCount;
    return *this;
  }
  GgufBuilder& entry(std::string_view key, std::string_view value) { return entry(key, 8, text(value)); }
  GgufBuilder& entry(std::string_view key, std::uint32_t value) { return entry(key, 4, number(value)); }
  GgufBuilder& alignment(std::uint32_t value) {
    m_alignment = value;
    return entry("general.alignment", value);
  }
  GgufBuilder& split(std::uint16_t index, std::uint16_t count, std::int32_t tensors) {
    return entry("split.no", 2, number(index))
        .entry("split.count", 2, number(count))
        .entry("split.tensors.count", 5, number(tensors));
  }

  /// A tensor whose data follows that of the one before; `extents` are the file's, fastest first.
  GgufBuilder& tensor(std::string_view name, const std::vector<std::uint64_t>& extents, std::uint32_t type,
                      std::string_view data) {
    tensorAt(name, extents, type, m_data.size());
    m_data += data;
    pad(m_data);
    return *this;
  }
  /// The entry of the list alone.
  GgufBuilder& tensorAt(std::string_view name, const std::vector<std::uint64_t>& extents, std::uint32_t type,
                        std::uint64_t offset) {
    (m_tensors += text(name)) += number(static_cast<std::uint32_t>(extents.size()));
    for (const std::uint64_t extent : extents) m_tensors += number(extent);
    (m_tensors += number(type)) += number(offset);
    ++m_tensorCount;
    return *this;
  }
  GgufBuilder& data(std::string_view bytes) {
    m_data += bytes;
    return *this;
  }
  GgufBuilder& tensorCount(std::uint64_t count) {
    m_tensorCount = count;
    return *this;
  }
  GgufBuilder& entryCount(std::uint64_t count) {
    m_entryCount = count;
    return *this;
  }

  std::string header() const {
    return "GGUF" + number(m_version) + number(m_tensorCount) + number(m_entryCount) + m_entries + m_tensors;
  }
  std::string bytes() const {
    std::string all = header();
    pad(all);
    return all + m_data;
  }
  std::shared_ptr<const ByteSource> source() const { return sourceOf(bytes()); }
  static std::shared_ptr<const ByteSource> sourceOf(std::string_view bytes) {
    const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
    return memorySource("test.gguf", {first, first + bytes.size()});
  }

 private:
  void pad(std::string& bytes) const {
    if (m_alignment > 0) bytes.resize((bytes.size() + m_alignment - 1) / m_alignment * m_alignment, '\0');
  }

  std::uint32_t m_version;
  std::endian m_order;
  std::uint64_t m_alignment = 32;
  std::string m_entries, m_tensors, m_data;
  std::uint64_t m_entryCount = 0, m_tensorCount = 0;
};

}  // namespace ulpscope::test
