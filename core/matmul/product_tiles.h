// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// A part of C that is computed at once: large enough that what is made ready for it pays, small enough to stop.
struct Tile {
  std::size_t row = 0, rows = 0;
  std::size_t column = 0, columns = 0;
};

/// Calls work(tile) for each tile of C, on the backend's threads, several at once. Progress counts k for each element.
/// Cancelled once the job was stopped.
Result<> forEachTile(std::size_t rows, std::size_t columns, std::size_t k, const Backend& backend,
                     const JobContext& job, const std::function<void(const Tile&)>& work);

/// Puts the elements of a tile, row-major, where they lie in C, whose rows are `columns` long.
template <class From, class To>
void putTile(const Tile& tile, const std::vector<From>& elements, std::size_t columns, std::vector<To>& c) {
  for (std::size_t r = 0; r < tile.rows; ++r)
    std::copy_n(&elements[r * tile.columns], tile.columns, &c[(tile.row + r) * columns + tile.column]);
}

}  // namespace ulpscope
