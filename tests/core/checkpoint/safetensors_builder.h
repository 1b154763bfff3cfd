// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/text.h"

namespace ulpscope::test {

/// Writes safetensors files, sound ones by `add` and any others by `entry` and `file`. Independent of the reader.
class SafetensorsBuilder {
 public:
  /// A tensor whose bytes follow those of the one before; `bytes` of 1, 2, 3, ... where the values do not matter.
  SafetensorsBuilder& add(std::string_view name, std::string_view type, const std::vector<std::uint64_t>& shape,
                          std::size_t bytes) {
    const std::size_t begin = m_data.size();
    for (std::size_t i = 0; i < bytes; ++i) m_data.push_back(static_cast<char>(i + 1));
    return entry(name, type, bracketed(shape), begin, m_data.size());
  }
  SafetensorsBuilder& add(std::string_view name, std::string_view type, const std::vector<std::uint64_t>& shape,
                          std::string_view bytes) {
    const std::size_t begin = m_data.size();
    m_data += bytes;
    return entry(name, type, bracketed(shape), begin, m_data.size());
  }

  /// An entry of the header alone, as it is given; `name` and `shape` are JSON text without quotes.
  SafetensorsBuilder& entry(std::string_view name, std::string_view type, std::string_view shape, std::uint64_t begin,
                            std::uint64_t end) {
    return member(name, "{\"dtype\":\"" + std::string(type) + "\",\"shape\":" + std::string(shape) +
                            ",\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}");
  }
  SafetensorsBuilder& member(std::string_view name, std::string_view json) {
    if (m_header.size() > 1) m_header += ',';
    ((m_header += '"') += name) += "\":";
    m_header += json;
    return *this;
  }
  SafetensorsBuilder& data(std::string_view bytes) {
    m_data += bytes;
    return *this;
  }

  std::string header() const { return m_header + "}"; }
  std::string bytes() const { return file(header(), m_data); }
  std::shared_ptr<const ByteSource> source() const { return sourceOf(bytes()); }

  /// A header of any text before any data, with its true length.
  static std::string file(std::string_view header, std::string_view data = {}) {
    const std::uint64_t length = header.size();
    std::string text(sizeof length, '\0');
    std::memcpy(text.data(), &length, sizeof length);
    return (text += header) += data;
  }
  static std::shared_ptr<const ByteSource> sourceOf(std::string_view bytes) {
    const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
    return memorySource("test.safetensors", {first, first + bytes.size()});
  }

 private:
  std::string m_header = "{";
  std::string m_data;
};

}  // namespace ulpscope::test
