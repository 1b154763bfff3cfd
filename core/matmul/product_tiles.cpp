// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/product_tiles.h"

#include <algorithm>
#include <atomic>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

constexpr std::size_t kTileColumns = 128;
constexpr std::size_t kFewestRows = 16;
constexpr std::size_t kMostRows = 256;
/// Multiply-adds of a tile, where its rows can be that few: some milliseconds in lanes, half a second by the
/// definition.
constexpr std::size_t kTileWork = std::size_t{1} << 25;

}  // namespace

Result<> forEachTile(std::size_t rows, std::size_t columns, std::size_t k, const Backend& backend,
                     const JobContext& job, const std::function<void(const Tile&)>& work) {
  const std::size_t across = (columns + kTileColumns - 1) / kTileColumns;
  const std::size_t height =
      std::clamp(kTileWork / (kTileColumns * std::max<std::size_t>(k, 1)), kFewestRows, kMostRows);
  const std::size_t down = (rows + height - 1) / height;
  std::atomic<bool> cancelled = false;
  backend.forEach(across * down, [&](std::size_t index) {
    if (cancelled.load(std::memory_order_relaxed)) return;
    const std::size_t row = index / across * height;
    const std::size_t column = index % across * kTileColumns;
    const Tile tile{row, std::min(height, rows - row), column, std::min(kTileColumns, columns - column)};
    work(tile);
    if (!job.step(tile.rows * tile.columns * k)) cancelled = true;
  });
  if (cancelled) return job.step(0);
  return {};
}

}  // namespace ulpscope
