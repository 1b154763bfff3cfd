// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/weighted_error.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/quantization/pieces.h"

namespace ulpscope {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Floats = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr std::uint64_t kRows = 32;
constexpr Index kVectors = 512;

/// Some rows, and their errors; zero where either is not finite.
struct Piece {
  Matrix weights;
  Matrix errors;
};

Piece pieceOf(const MatrixView& weights, std::span<const float> restored, std::uint64_t begin, std::uint64_t rows) {
  const std::uint64_t columns = weights.shape.columns;
  Piece piece{Matrix::Zero(static_cast<Index>(rows), static_cast<Index>(columns)),
              Matrix::Zero(static_cast<Index>(rows), static_cast<Index>(columns))};
  for (std::uint64_t i = 0; i < rows * columns; ++i) {
    const double weight{weights.values[begin * columns + i]};
    const double error = double{restored[begin * columns + i]} - weight;
    if (!std::isfinite(error)) continue;
    piece.weights.data()[i] = weight;
    piece.errors.data()[i] = error;
  }
  return piece;
}

/// tr(M H M^T), up to the factor of H.
double weigh(const Matrix& rows, const LayerCalibration& layer, WeightedBasis basis) {
  const auto columns = static_cast<Index>(layer.columns);
  switch (basis) {
    case WeightedBasis::Hessian: {
      const Eigen::Map<const Matrix> hessian(layer.hessian.data(), columns, columns);
      const Matrix product = rows * hessian;
      return product.cwiseProduct(rows).sum();
    }
    case WeightedBasis::Inputs: {
      const Floats inputs(layer.inputs.data(), static_cast<Index>(layer.kept()), columns);
      double sum = 0;
      for (Index first = 0; first < inputs.rows(); first += kVectors) {
        const Matrix some = inputs.middleRows(first, std::min(kVectors, inputs.rows() - first)).cast<double>();
        sum += (some * rows.transpose()).squaredNorm();
      }
      return sum;
    }
    case WeightedBasis::SecondMoments: {
      double sum = 0;
      for (Index c = 0; c < columns; ++c)
        sum += double{layer.secondMoments[static_cast<std::size_t>(c)]} * rows.col(c).squaredNorm();
      return sum;
    }
  }
  return 0;
}

}  // namespace

std::string_view idOf(WeightedBasis basis) {
  switch (basis) {
    case WeightedBasis::Hessian:
      return "hessian";
    case WeightedBasis::Inputs:
      return "inputs";
    case WeightedBasis::SecondMoments:
      return "second_moments";
  }
  return "";
}

Result<WeightedError> measureWeightedError(const MatrixView& weights, std::span<const float> restored,
                                           const LayerCalibration& layer, const Backend& backend,
                                           const JobContext& job) {
  assert(restored.size() == weights.values.size());
  const MatrixShape& shape = weights.shape;
  if (layer.columns != shape.columns || (layer.hessian.empty() && layer.inputs.empty() && layer.secondMoments.empty()))
    return fail(Errc::Unsupported,
                fmt::format("second moments of {} columns expected, found {}", shape.columns, layer.columns),
                layer.source);
  WeightedError error;
  error.basis = !layer.hessian.empty()  ? WeightedBasis::Hessian
                : !layer.inputs.empty() ? WeightedBasis::Inputs
                                        : WeightedBasis::SecondMoments;
  const std::uint64_t pieces = divideRoundingUp(shape.rows, kRows);
  std::vector<double> lost(pieces);
  std::vector<double> whole(pieces);
  const auto done = inPieces(shape.rows, kRows, 0, backend, job, [&](std::uint64_t begin, std::uint64_t end) {
    const Piece piece = pieceOf(weights, restored, begin, end - begin);
    lost[begin / kRows] = weigh(piece.errors, layer, error.basis);
    whole[begin / kRows] = weigh(piece.weights, layer, error.basis);
  });
  if (!done) return tl::unexpected(done.error());
  double lostSum = 0, wholeSum = 0;
  for (std::uint64_t i = 0; i < pieces; ++i) {  // in the order of the rows, whatever the threads
    lostSum += lost[i];
    wholeSum += whole[i];
  }
  error.relative = wholeSum > 0 ? lostSum / wholeSum : std::numeric_limits<double>::quiet_NaN();
  error.decibel = -10 * std::log10(error.relative);
  return error;
}

}  // namespace ulpscope
