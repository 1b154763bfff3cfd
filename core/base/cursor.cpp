// SPDX-License-Identifier: Apache-2.0
#include "core/base/cursor.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace ulpscope {
namespace {

constexpr std::size_t kWindow = 64 << 10;

}  // namespace

Cursor::Cursor(const ByteSource& source, std::uint64_t begin, std::uint64_t end, std::endian order)
    : m_source(source), m_position(begin), m_end(end), m_order(order) {
  assert(begin <= end && end <= source.size());
}

Result<> Cursor::need(std::uint64_t length, std::string_view what) const {
  if (length <= left()) return {};
  return corrupt(fmt::format("{} bytes for {} expected, {} bytes left", length, what, left()));
}

Result<> Cursor::readInto(std::span<std::byte> out, std::string_view what) {
  if (auto fits = need(out.size(), what); !fits) return fits;
  if (out.size() >= kWindow) {
    if (auto read = m_source.read(m_position, out); !read) return read;
    m_position += out.size();
    return {};
  }
  const bool inWindow = m_position >= m_windowBegin && m_position + out.size() <= m_windowBegin + m_window.size();
  if (!inWindow) {
    m_window.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, left())));
    m_windowBegin = m_position;
    if (auto read = m_source.read(m_position, m_window); !read) {
      m_window.clear();
      return read;
    }
  }
  if (!out.empty()) std::memcpy(out.data(), m_window.data() + (m_position - m_windowBegin), out.size());
  m_position += out.size();
  return {};
}

Result<std::string> Cursor::readText(std::uint64_t length, std::uint64_t limit, std::string_view what) {
  if (auto fits = need(length, what); !fits) return tl::unexpected(std::move(fits.error()));
  if (length > limit)
    return fail(Errc::LimitExceeded, fmt::format("at most {} bytes for {} expected, {} found", limit, what, length),
                m_source.name(), m_position);
  std::string text(static_cast<std::size_t>(length), '\0');
  if (auto done = readInto(std::as_writable_bytes(std::span(text)), what); !done)
    return tl::unexpected(std::move(done.error()));
  return text;
}

Result<> Cursor::skip(std::uint64_t length, std::string_view what) {
  if (auto fits = need(length, what); !fits) return fits;
  m_position += length;
  return {};
}

Result<> Cursor::seek(std::uint64_t position, std::string_view what) {
  if (position > m_end)
    return corrupt(fmt::format("{} at byte {} expected, but the data ends at byte {}", what, position, m_end));
  m_position = position;
  return {};
}

tl::unexpected<Error> Cursor::corruptAt(std::uint64_t offset, std::string message) const {
  return fail(Errc::Corrupt, std::move(message), m_source.name(), offset);
}

}  // namespace ulpscope
