// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/flat_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBlock = 4096;

tl::unexpected<Error> corrupt(const ByteSource& file, std::uint64_t at, std::string message) {
  return fail(Errc::Corrupt, std::move(message), file.name(), at);
}

}  // namespace

Result<> FlatBuffer::read(std::uint64_t at, std::span<std::byte> out) const {
  const std::uint64_t size = m_file->size();
  if (at > size || out.size() > size - at)
    return corrupt(*m_file, at,
                   fmt::format("{} bytes expected at byte {}, the file has {} bytes", out.size(), at, size));
  if (out.size() > kBlock) return m_file->read(at, out);
  while (!out.empty()) {
    Block& block = m_blocks[at / kBlock % m_blocks.size()];
    if (block.number != at / kBlock) {
      block.number = ~std::uint64_t{0};
      const std::uint64_t begin = at / kBlock * kBlock;
      block.bytes.resize(static_cast<std::size_t>(std::min(kBlock, size - begin)));
      if (auto done = m_file->read(begin, block.bytes); !done) return done;
      block.number = at / kBlock;
    }
    const auto within = static_cast<std::size_t>(at % kBlock);
    const std::size_t taken = std::min(out.size(), block.bytes.size() - within);
    std::memcpy(out.data(), block.bytes.data() + within, taken);
    out = out.subspan(taken);
    at += taken;
  }
  return {};
}

Result<> FlatBuffer::allowCopy(const FlatVector& vector, std::uint64_t elementBytes) const {
  const std::uint64_t bytes = vector.count * elementBytes;
  if (bytes > m_copiesLeft)
    return fail(Errc::LimitExceeded,
                "names, shapes and scales of fewer bytes in all than the file has expected, more found", m_file->name(),
                vector.begin);
  m_copiesLeft -= bytes;
  return {};
}

Result<std::uint64_t> FlatBuffer::follow(std::uint64_t at) const {
  const auto distance = value<std::uint32_t>(at);
  if (!distance) return tl::unexpected(distance.error());
  if (*distance == 0 || *distance >= m_file->size() - at)
    return corrupt(*m_file, at, fmt::format("a distance within the file expected, {} found", *distance));
  return at + *distance;
}

Result<FlatTable> FlatBuffer::root() const {
  const auto begin = follow(0);
  if (!begin) return tl::unexpected(begin.error());
  return tableAt(*begin);
}

Result<FlatTable> FlatBuffer::tableAt(std::uint64_t begin) const {
  const auto distance = value<std::int32_t>(begin);
  if (!distance) return tl::unexpected(distance.error());
  const std::int64_t vtable = static_cast<std::int64_t>(begin) - *distance;
  if (vtable < 0 || static_cast<std::uint64_t>(vtable) >= m_file->size())
    return corrupt(*m_file, begin, fmt::format("the place of a vtable within the file expected, {} found", vtable));
  const auto at = static_cast<std::uint64_t>(vtable);
  const auto vtableBytes = value<std::uint16_t>(at);
  if (!vtableBytes) return tl::unexpected(vtableBytes.error());
  const auto tableBytes = value<std::uint16_t>(at + 2);
  if (!tableBytes) return tl::unexpected(tableBytes.error());
  if (*vtableBytes < 4 || *vtableBytes % 2 != 0 || *vtableBytes > m_file->size() - at)
    return corrupt(*m_file, at,
                   fmt::format("an even number of at least 4 bytes of vtable expected, {} found", *vtableBytes));
  if (*tableBytes < 4 || *tableBytes > m_file->size() - begin)
    return corrupt(*m_file, begin,
                   fmt::format("a table of at least 4 bytes within the file expected, {} found", *tableBytes));
  return FlatTable(*this, begin, at, *vtableBytes, *tableBytes);
}

Result<FlatVector> FlatBuffer::vectorAt(std::uint64_t begin, std::uint64_t elementBytes) const {
  const auto count = value<std::uint32_t>(begin);
  if (!count) return tl::unexpected(count.error());
  const FlatVector vector{begin + sizeof(std::uint32_t), *count};
  if (vector.count * elementBytes > m_file->size() - vector.begin)
    return corrupt(*m_file, begin,
                   fmt::format("{} elements of {} bytes expected, {} bytes left", vector.count, elementBytes,
                               m_file->size() - vector.begin));
  return vector;
}

Result<FlatTable> FlatBuffer::tableIn(const FlatVector& vector, std::uint64_t index) const {
  const auto begin = follow(vector.begin + index * sizeof(std::uint32_t));
  if (!begin) return tl::unexpected(begin.error());
  return tableAt(*begin);
}

Result<std::optional<std::uint64_t>> FlatTable::place(std::uint32_t index, std::uint64_t bytes) const {
  const std::uint64_t entry = 4 + 2 * std::uint64_t{index};
  if (entry + 2 > m_vtableBytes) return std::nullopt;
  const auto offset = m_buffer->value<std::uint16_t>(m_vtable + entry);
  if (!offset) return tl::unexpected(offset.error());
  if (*offset == 0) return std::nullopt;
  if (*offset < 4 || *offset + bytes > m_tableBytes)
    return corrupt(
        m_buffer->file(), m_vtable + entry,
        fmt::format("field {} within the {} bytes of its table expected, {} found", index, m_tableBytes, *offset));
  return m_begin + *offset;
}

Result<std::optional<FlatTable>> FlatTable::table(std::uint32_t index) const {
  const auto at = place(index, sizeof(std::uint32_t));
  if (!at) return tl::unexpected(at.error());
  if (!*at) return std::nullopt;
  const auto begin = m_buffer->follow(**at);
  if (!begin) return tl::unexpected(begin.error());
  const auto found = m_buffer->tableAt(*begin);
  if (!found) return tl::unexpected(found.error());
  return *found;
}

Result<FlatVector> FlatTable::vector(std::uint32_t index, std::uint64_t elementBytes) const {
  const auto at = place(index, sizeof(std::uint32_t));
  if (!at) return tl::unexpected(at.error());
  if (!*at) return FlatVector();
  const auto begin = m_buffer->follow(**at);
  if (!begin) return tl::unexpected(begin.error());
  return m_buffer->vectorAt(*begin, elementBytes);
}

Result<std::string> FlatTable::text(std::uint32_t index, std::uint64_t limit) const {
  const auto found = vector(index, 1);
  if (!found) return tl::unexpected(found.error());
  if (found->count > limit)
    return fail(Errc::LimitExceeded, fmt::format("at most {} bytes of text expected, {} found", limit, found->count),
                m_buffer->file().name(), found->begin);
  if (auto allowed = m_buffer->allowCopy(*found, 1); !allowed) return tl::unexpected(allowed.error());
  std::string text(static_cast<std::size_t>(found->count), '\0');
  if (auto done = m_buffer->read(found->begin, std::as_writable_bytes(std::span(text))); !done)
    return tl::unexpected(done.error());
  return text;
}

}  // namespace ulpscope
