// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>

namespace ulpscope::kernels {

/// A part of C that a device computes at once; K is never split, which would change the sums.
struct ProductTile {
  std::size_t rows = 0;     ///< of A, a multiple of kProductGranule
  std::size_t columns = 0;  ///< of B, likewise

  /// Of the operands' rows, `bytesOfRow` each, and C in 4 bytes an element.
  constexpr std::size_t bytes(std::size_t bytesOfRow) const {
    return (rows + columns) * bytesOfRow + rows * columns * 4;
  }
  friend constexpr bool operator==(const ProductTile&, const ProductTile&) = default;
};

/// FP8 and INT8 products are for matrices whose sizes are multiples of 16; zeros fill all up to that.
inline constexpr std::size_t kProductGranule = 16;
constexpr std::size_t roundedToGranule(std::size_t size) {
  return (size + kProductGranule - 1) / kProductGranule * kProductGranule;
}

/// All of C, or the longer side halved until `budget` bytes hold a tile, but never less than a granule each way.
constexpr ProductTile planTile(std::size_t rows, std::size_t columns, std::size_t bytesOfRow, std::size_t budget) {
  ProductTile tile{roundedToGranule(rows), roundedToGranule(columns)};
  while (tile.bytes(bytesOfRow) > budget && std::max(tile.rows, tile.columns) > kProductGranule) {
    std::size_t& longer = tile.rows > tile.columns ? tile.rows : tile.columns;
    longer = roundedToGranule(longer / 2);
  }
  return tile;
}

}  // namespace ulpscope::kernels
