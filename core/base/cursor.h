// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"

namespace ulpscope {

/// Reads a header from front to back, through a window of 64 KiB. Every length is compared with the bytes that are left
/// before anything is allocated; what does not fit is Corrupt ("8 bytes for the number of tensors expected, 3 left")
/// with its offset in the file.
class Cursor {
 public:
  /// Over [begin, end) of `source`, which outlives the cursor. Precondition: begin <= end <= source.size().
  Cursor(const ByteSource& source, std::uint64_t begin, std::uint64_t end, std::endian order = std::endian::little);
  explicit Cursor(const ByteSource& source) : Cursor(source, 0, source.size()) {}

  std::uint64_t position() const { return m_position; }  ///< within the source
  std::uint64_t end() const { return m_end; }
  std::uint64_t left() const { return m_end - m_position; }
  const ByteSource& source() const { return m_source; }
  std::endian order() const { return m_order; }
  void setOrder(std::endian order) { m_order = order; }

  /// An integer or float of sizeof(T) bytes in this cursor's order. `what` is named where it does not fit.
  template <class T>
    requires std::integral<T> || std::floating_point<T>
  Result<T> read(std::string_view what) {
    std::byte bytes[sizeof(T)];
    if (auto done = readInto(bytes, what); !done) return tl::unexpected(std::move(done.error()));
    if (m_order != std::endian::native) std::reverse(std::begin(bytes), std::end(bytes));
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }

  Result<> readInto(std::span<std::byte> out, std::string_view what);
  /// `length` bytes as text; LimitExceeded above `limit`.
  Result<std::string> readText(std::uint64_t length, std::uint64_t limit, std::string_view what);
  Result<> skip(std::uint64_t length, std::string_view what);
  /// Corrupt unless `position` lies within [0, end()].
  Result<> seek(std::uint64_t position, std::string_view what);

  /// An error at the current position (or at `offset`), about this source.
  tl::unexpected<Error> corrupt(std::string message) const { return corruptAt(m_position, std::move(message)); }
  tl::unexpected<Error> corruptAt(std::uint64_t offset, std::string message) const;

 private:
  Result<> need(std::uint64_t length, std::string_view what) const;

  const ByteSource& m_source;
  std::uint64_t m_position;
  std::uint64_t m_end;
  std::endian m_order;
  std::vector<std::byte> m_window;
  std::uint64_t m_windowBegin = 0;
};

}  // namespace ulpscope
