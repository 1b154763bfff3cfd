// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace ulpscope {

/// Writes what the cache keeps: little-endian, small integers small.
class ByteWriter {
 public:
  /// 7 bits a byte, lowest first; a set high bit says that more follow.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) m_bytes += static_cast<char>(value | 0x80);
    m_bytes += static_cast<char>(value);
  }
  void real(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }
  void real(float value) { fixed(std::bit_cast<std::uint32_t>(value)); }
  void text(std::string_view text) {
    number(text.size());
    m_bytes += text;
  }
  void bytes(std::string_view bytes) { m_bytes += bytes; }
  template <std::unsigned_integral T>
  void fixed(T value) {
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) m_bytes += static_cast<char>(value >> (8 * byte));
  }

  std::string take() && { return std::move(m_bytes); }

 private:
  std::string m_bytes;
};

/// Reads it again. The bytes may be anything: whatever does not fit makes ok() false for good, and everything read from
/// then on is zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : m_left(bytes) {}

  bool ok() const { return m_ok; }
  bool finished() const { return m_ok && m_left.empty(); }
  std::size_t left() const { return m_left.size(); }
  /// Says that what was read makes no sense.
  void refuse() {
    m_ok = false;
    m_left = {};
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (m_left.empty()) break;
      const auto byte = static_cast<std::uint8_t>(m_left.front());
      m_left.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    refuse();
    return 0;
  }
  /// At most `most`.
  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t value = number();
    if (value <= most) return value;
    refuse();
    return 0;
  }
  double real() { return std::bit_cast<double>(fixed<std::uint64_t>()); }
  float shortReal() { return std::bit_cast<float>(fixed<std::uint32_t>()); }
  std::string_view text() { return bytes(number()); }
  std::string_view bytes(std::uint64_t count) {
    if (count > m_left.size()) {
      refuse();
      return {};
    }
    const std::string_view taken = m_left.substr(0, static_cast<std::size_t>(count));
    m_left.remove_prefix(taken.size());
    return taken;
  }
  template <std::unsigned_integral T>
  T fixed() {
    T value = 0;
    const std::string_view taken = bytes(sizeof(T));
    for (std::size_t byte = 0; byte < taken.size(); ++byte)
      value = static_cast<T>(value | static_cast<T>(static_cast<std::uint8_t>(taken[byte])) << (8 * byte));
    return value;
  }

 private:
  std::string_view m_left;
  bool m_ok = true;
};

}  // namespace ulpscope
