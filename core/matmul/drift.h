// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/matmul/dense_matrix.h"
#include "core/matmul/drift_bounds.h"
#include "core/matmul/matrix_product.h"
#include "core/matmul/measured_product.h"

namespace ulpscope {

/// What products are measured against: a chain of fused multiply-adds in float64 of the operands as given, or their
/// exact products and sum, rounded once to float64.
enum class DriftReference : std::uint8_t { Float64, Exact };

/// Errors of C against the reference R, element by element. Elements in which either is not finite are left out and
/// counted.
struct ProductError {
  double relativeFrobenius = 0;  ///< ||C - R|| / ||R||, Frobenius norms; NaN where R is zero throughout
  double maxAbsolute = 0;
  double maxRelative = 0;   ///< of elements whose reference is not zero
  double maxUlp = 0;        ///< in units of the last place that the reference has in float32
  double meanRelative = 0;  ///< mean of the signed errors C - R, over the mean of |R|: one-sided errors show here
  std::size_t worst = 0;    ///< index of the element with the largest absolute error
  std::uint64_t exact = 0;  ///< elements that are the reference rounded to float32
  std::uint64_t excluded = 0;
};
/// Of float32, at the place of x: half of the distance to the next larger power's at powers of two is not looked at.
double ulpOfFloat32(double x);

ProductError measureProduct(const DenseMatrix& c, const DenseMatrix& reference);

/// |C - R| in units of the last place of R in float32: how many elements lie in [2^(i - 1), 2^i) of them, the first bin
/// below 1/2 and the last without an end.
inline constexpr std::size_t kUlpBins = 28;
std::vector<std::uint64_t> ulpHistogram(const DenseMatrix& c, const DenseMatrix& reference);

struct DriftSettings {
  std::vector<EngineChoice> engines;
  DriftReference reference = DriftReference::Float64;
  std::optional<Rounding> inputRounding = {};  ///< of every engine; each engine's own if not given
  KOrder order = {};
  bool separatesSums = false;  ///< asks for DriftSeries::sums, at the cost of another reference for each format
  bool measures = false;       ///< asks for Drift::measured, by the device of the backend

  ProductSettings productOf(const EngineChoice& engine) const { return {engine, inputRounding, order}; }
};

struct DriftSeries {
  EngineChoice engine;
  MatrixProduct product;
  ProductError error;
  std::optional<ProductError> sums;  ///< against the product of the operands as rounded: what adding alone lost;
                                     ///< not of engines of integers, whose sums are exact
  std::vector<DriftBound> bounds;
};

/// What a device measured.
struct MeasuredSeries {
  MeasuredChoice choice;
  MatrixProduct product;
  ProductError error;            ///< against the reference
  ProductDifference difference;  ///< against the model of the device
};

struct Drift {
  DenseMatrix reference;
  std::vector<DriftSeries> series;
  std::vector<MeasuredSeries> measured;  ///< where it was asked for
  std::optional<Error> notMeasured;      ///< why there are none, or not all of them
};

/// Multiply-adds that measureDrift() counts as progress, but for the references of rounded operands.
std::uint64_t driftWork(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB);

/// Progress counts multiply-adds. Preconditions as multiply().
Result<Drift> measureDrift(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                           const Backend& backend, const JobContext& job);

/// The first k columns of rows.
DenseMatrix firstColumns(const DenseMatrix& matrix, std::size_t k);

/// 16, 32, 64 and so on up to `k`, and `k`: where a curve of errors over K has its points.
std::vector<std::size_t> driftPoints(std::size_t k);

}  // namespace ulpscope
