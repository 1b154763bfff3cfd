// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Tiles of matrices that are read down their columns, the last few of one checkpoint: a library that keeps a weight
/// transposed would cost one read an element otherwise. Used by several threads at once.
class TileCache {
 public:
  static constexpr std::size_t kTileBytes = std::size_t{1} << 20;
  static constexpr std::size_t kTiles = 16;

  struct Key {
    std::uint64_t matrix;
    std::uint64_t columnBlock;
    std::uint64_t rowBlock;
    friend bool operator==(const Key&, const Key&) = default;
  };
  /// Filled once, by whoever asks first, while the others wait.
  struct Tile {
    std::mutex filling;
    bool filled = false;
    std::vector<std::byte> bytes;
  };

  std::uint64_t newMatrix();
  std::shared_ptr<Tile> tile(const Key& key);

 private:
  struct Slot {
    Key key{};
    std::shared_ptr<Tile> tile;
    std::uint64_t used = 0;
  };
  std::mutex m_access;
  std::array<Slot, kTiles> m_slots;
  std::uint64_t m_clock = 0;
  std::uint64_t m_matrices = 0;
};

/// A matrix of elements of 1, 2, 4 or 8 bytes, read down its columns.
class ColumnReader {
 public:
  /// Precondition: `part` has rows x columns elements of whole bytes.
  ColumnReader(TensorSource part, std::uint64_t rows, std::uint64_t columns, std::shared_ptr<TileCache> cache);

  std::uint64_t rows() const { return m_rows; }
  /// Elements [row, row + out.size() / bytes of an element) of a column.
  Result<> read(std::uint64_t column, std::uint64_t row, std::span<std::byte> out) const;
  Result<> readFloats(std::uint64_t column, std::uint64_t row, std::span<float> values) const;

 private:
  Result<> fill(TileCache::Tile& tile, const TileCache::Key& key) const;

  TensorSource m_part;
  std::uint64_t m_rows;
  std::uint64_t m_columns;
  std::size_t m_bytes;       ///< of an element
  std::uint64_t m_tileRows;  ///< of a full tile
  std::uint64_t m_tileColumns;
  std::shared_ptr<TileCache> m_cache;
  std::uint64_t m_matrix;
};

}  // namespace ulpscope
