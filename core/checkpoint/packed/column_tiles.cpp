// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/packed/column_tiles.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace ulpscope {
namespace {

/// Tiles are stored column by column. Fixed sizes, so that each copy is one move.
template <class Element>
void scatter(const std::byte* row, std::size_t columns, std::byte* tile, std::size_t tileRows, std::size_t at) {
  for (std::size_t c = 0; c < columns; ++c)
    std::memcpy(tile + (c * tileRows + at) * sizeof(Element), row + c * sizeof(Element), sizeof(Element));
}

}  // namespace

std::uint64_t TileCache::newMatrix() {
  const std::lock_guard lock(m_access);
  return m_matrices++;
}

std::shared_ptr<TileCache::Tile> TileCache::tile(const Key& key) {
  const std::lock_guard lock(m_access);
  ++m_clock;
  for (Slot& slot : m_slots)
    if (slot.tile && slot.key == key) {
      slot.used = m_clock;
      return slot.tile;
    }
  Slot& oldest = *std::ranges::min_element(m_slots, {}, &Slot::used);
  oldest = {key, std::make_shared<Tile>(), m_clock};
  return oldest.tile;
}

ColumnReader::ColumnReader(TensorSource part, std::uint64_t rows, std::uint64_t columns,
                           std::shared_ptr<TileCache> cache)
    : m_part(std::move(part)),
      m_rows(rows),
      m_columns(columns),
      m_bytes(static_cast<std::size_t>(m_part.type().bits) / 8),
      m_tileRows(std::clamp<std::uint64_t>(rows, 1, 4096)),
      m_tileColumns(std::clamp<std::uint64_t>(TileCache::kTileBytes / m_bytes / m_tileRows, 1, 512)),
      m_cache(std::move(cache)),
      m_matrix(m_cache->newMatrix()) {
  assert(m_part.type().bits % 8 == 0 && rows * columns == m_part.info().elements);
}

Result<> ColumnReader::fill(TileCache::Tile& tile, const TileCache::Key& key) const {
  const std::lock_guard lock(tile.filling);
  if (tile.filled) return {};
  const std::uint64_t firstRow = key.rowBlock * m_tileRows;
  const std::uint64_t firstColumn = key.columnBlock * m_tileColumns;
  const auto rows = static_cast<std::size_t>(std::min(m_tileRows, m_rows - firstRow));
  const auto columns = static_cast<std::size_t>(std::min(m_tileColumns, m_columns - firstColumn));
  tile.bytes.resize(rows * columns * m_bytes);
  // Rows that are wanted whole lie behind each other: then one read serves several.
  const std::size_t atOnce =
      columns == m_columns ? std::clamp<std::size_t>((64u << 10) / (columns * m_bytes), 1, rows) : 1;
  std::vector<std::byte> buffer(atOnce * columns * m_bytes);
  for (std::size_t row = 0; row < rows; row += atOnce) {
    const std::size_t count = std::min(atOnce, rows - row);
    const std::span<std::byte> bytes = std::span(buffer).first(count * columns * m_bytes);
    if (auto read = m_part.readBytes((firstRow + row) * m_columns + firstColumn, count * columns, bytes); !read)
      return read;
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* const from = bytes.data() + i * columns * m_bytes;
      switch (m_bytes) {
        case 1:
          scatter<std::uint8_t>(from, columns, tile.bytes.data(), rows, row + i);
          break;
        case 2:
          scatter<std::uint16_t>(from, columns, tile.bytes.data(), rows, row + i);
          break;
        case 4:
          scatter<std::uint32_t>(from, columns, tile.bytes.data(), rows, row + i);
          break;
        default:
          scatter<std::uint64_t>(from, columns, tile.bytes.data(), rows, row + i);
      }
    }
  }
  tile.filled = true;
  return {};
}

Result<> ColumnReader::read(std::uint64_t column, std::uint64_t row, std::span<std::byte> out) const {
  assert(column < m_columns && row + out.size() / m_bytes <= m_rows);
  while (!out.empty()) {
    const TileCache::Key key{m_matrix, column / m_tileColumns, row / m_tileRows};
    const std::shared_ptr<TileCache::Tile> tile = m_cache->tile(key);
    if (auto filled = fill(*tile, key); !filled) return filled;
    const std::uint64_t rows = std::min(m_tileRows, m_rows - key.rowBlock * m_tileRows);
    const std::uint64_t within = row % m_tileRows;
    const std::size_t size = std::min(static_cast<std::size_t>(rows - within) * m_bytes, out.size());
    std::memcpy(out.data(),
                tile->bytes.data() + static_cast<std::size_t>((column % m_tileColumns) * rows + within) * m_bytes,
                size);
    out = out.subspan(size);
    row += size / m_bytes;
  }
  return {};
}

Result<> ColumnReader::readFloats(std::uint64_t column, std::uint64_t row, std::span<float> values) const {
  std::vector<std::byte> bytes(values.size() * m_bytes);
  if (auto done = read(column, row, bytes); !done) return done;
  decodeElements(m_part.type(), bytes, values);
  return {};
}

}  // namespace ulpscope
