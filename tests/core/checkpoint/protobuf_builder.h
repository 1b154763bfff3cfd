// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ulpscope::test {

/// The little-endian bytes of a number.
template <class T>
std::string rawBytes(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

template <class T>
std::string rawBytes(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes += rawBytes(value);
  return bytes;
}

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

inline std::string varints(std::initializer_list<std::int64_t> values) {
  std::string bytes;
  for (const std::int64_t value : values) bytes += varint(static_cast<std::uint64_t>(value));
  return bytes;
}

/// Protocol Buffers, field by field.
class Proto {
 public:
  Proto& number(std::uint32_t field, std::int64_t value) {
    m_bytes += varint(field << 3) + varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Proto& bytes(std::uint32_t field, std::string_view value) {
    m_bytes += varint(field << 3 | 2) + varint(value.size());
    m_bytes += value;
    return *this;
  }
  Proto& message(std::uint32_t field, const Proto& value) { return bytes(field, value.m_bytes); }
  Proto& fixed32(std::uint32_t field, std::uint32_t value) { return raw(varint(field << 3 | 5) + rawBytes(value)); }
  Proto& fixed64(std::uint32_t field, std::uint64_t value) { return raw(varint(field << 3 | 1) + rawBytes(value)); }
  Proto& real(std::uint32_t field, float value) { return raw(varint(field << 3 | 5) + rawBytes(value)); }
  /// What no builder would write.
  Proto& raw(std::string_view bytes) {
    m_bytes += bytes;
    return *this;
  }
  const std::string& str() const { return m_bytes; }

 private:
  std::string m_bytes;
};

}  // namespace ulpscope::test
