// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/product_tiles.h"

#include <algorithm>
#include <atomic>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

constexpr std::size_t kTileRows = 64;
constexpr std::size_t kTileColumns = 32;

}  // namespace

Result<> forEachTile(std::size_t rows, std::size_t columns, std::size_t k, const Backend& backend,
                     const JobContext& job, const std::function<void(const Tile&)>& work) {
  const std::size_t across = (columns + kTileColumns - 1) / kTileColumns;
  const std::size_t down = (rows + kTileRows - 1) / kTileRows;
  std::atomic<bool> cancelled = false;
  backend.forEach(across * down, [&](std::size_t index) {
    if (cancelled.load(std::memory_order_relaxed)) return;
    const std::size_t row = index / across * kTileRows;
    const std::size_t column = index % across * kTileColumns;
    const Tile tile{row, std::min(kTileRows, rows - row), column, std::min(kTileColumns, columns - column)};
    work(tile);
    if (!job.step(tile.rows * tile.columns * k)) cancelled = true;
  });
  if (cancelled) return job.step(0);
  return {};
}

}  // namespace ulpscope
