// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/matmul/dense_matrix.h"

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

/// Each element of C on its own, of products without a kernel: c[i, j] = element(i, j). As forEachTile().
Result<DenseMatrix> byElements(std::size_t rows, std::size_t columns, std::size_t k, const Backend& backend,
                               const JobContext& job,
                               const std::function<float(std::size_t row, std::size_t column)>& element);

}  // namespace ulpscope
