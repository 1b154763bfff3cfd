// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/hessian.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cassert>

#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Eigen::Index kTile = 64;      ///< rows of the Hessian that one thread sums up
constexpr Eigen::Index kVectors = 256;  ///< inputs between two looks at the stop token

}  // namespace

Result<std::vector<double>> hessianOf(const LayerCalibration& layer, const Backend& backend, const JobContext& job) {
  assert(!layer.hessian.empty() || !layer.inputs.empty() || layer.columns == 0);
  if (layer.columns > kMostHessianColumns)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} columns expected for a Hessian, found {}", kMostHessianColumns, layer.columns),
                layer.source);
  if (!layer.hessian.empty()) return layer.hessian;
  const auto columns = static_cast<Eigen::Index>(layer.columns);
  const auto vectors = static_cast<Eigen::Index>(layer.kept());
  std::vector<double> hessian(layer.columns * layer.columns);
  Eigen::Map<Matrix> sums(hessian.data(), columns, columns);
  const std::uint64_t tiles = divideRoundingUp(layer.columns, kTile);
  for (Eigen::Index first = 0; first < vectors; first += kVectors) {
    const Eigen::Index count = std::min(kVectors, vectors - first);
    const Matrix x = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
                         layer.inputs.data() + first * columns, count, columns)
                         .cast<double>();
    backend.forEach(tiles, [&](std::size_t tile) {
      const Eigen::Index begin = static_cast<Eigen::Index>(tile) * kTile;
      const Eigen::Index size = std::min(kTile, columns - begin);
      sums.block(begin, 0, size, begin + size).noalias() +=
          x.middleCols(begin, size).transpose() * x.leftCols(begin + size);
    });
    if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  }
  const double factor = 2.0 / static_cast<double>(vectors);
  for (Eigen::Index r = 0; r < columns; ++r)
    for (Eigen::Index c = 0; c <= r; ++c) sums(c, r) = sums(r, c) = factor * sums(r, c);
  return hessian;
}

}  // namespace ulpscope
