// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/drift.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/backend/backend.h"
#include "core/matmul/measured_drift.h"

namespace ulpscope {
namespace {

template <class Visit>
void forEachPair(const DenseMatrix& c, const DenseMatrix& reference, const Visit& visit) {
  assert(c.values.size() == reference.values.size());
  for (std::size_t i = 0; i < c.values.size(); ++i)
    if (std::isfinite(c.values[i]) && std::isfinite(reference.values[i])) visit(i, c.values[i], reference.values[i]);
}

const EngineChoice& referenceEngine(DriftReference reference) {
  static const EngineChoice float64 = *parseEngine("float64");
  static const EngineChoice exact = *parseEngine("exact@float64");
  return reference == DriftReference::Exact ? exact : float64;
}

DenseMatrix magnitudes(DenseMatrix matrix) {
  for (double& value : matrix.values) value = std::abs(value);
  return matrix;
}

/// Reference products of rounded operands, which engines of one format share.
class RoundedReferences {
 public:
  Result<const DenseMatrix*> find(const ProductSettings& settings, DriftReference reference, const DenseMatrix& a,
                                  const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job) {
    const EngineUnit& unit = *settings.engine.unit;
    const Key key{unit.split ? "float32" : unit.format, settings.chosenRounding()};
    if (const auto found = m_products.find(key); found != m_products.end()) return &found->second;
    auto made = multiply({.engine = referenceEngine(reference)}, roundedOperand(settings, a, backend),
                         roundedOperand(settings, columnsOfB, backend), backend, job);
    if (!made) return tl::unexpected(std::move(made).error());
    return &m_products.emplace(key, std::move(made->c)).first->second;
  }

 private:
  using Key = std::pair<std::string_view, Rounding>;
  std::map<Key, DenseMatrix> m_products;
};

}  // namespace

double ulpOfFloat32(double x) {
  constexpr int kSmallestExponent = -126;
  if (x == 0) return std::ldexp(1.0, kSmallestExponent - 23);
  return std::ldexp(1.0, std::max(std::ilogb(x), kSmallestExponent) - 23);
}

ProductError measureProduct(const DenseMatrix& c, const DenseMatrix& reference) {
  ProductError error;
  double squared = 0, squaredReference = 0, sum = 0, sumReference = 0;
  std::uint64_t included = 0;
  error.maxAbsolute = -1;
  forEachPair(c, reference, [&](std::size_t i, double x, double r) {
    const double difference = x - r;
    const double magnitude = std::abs(difference);
    ++included;
    squared += difference * difference;
    squaredReference += r * r;
    sum += difference;
    sumReference += std::abs(r);
    error.exact += static_cast<float>(r) == static_cast<float>(x);
    error.maxUlp = std::max(error.maxUlp, magnitude / ulpOfFloat32(r));
    if (r != 0) error.maxRelative = std::max(error.maxRelative, magnitude / std::abs(r));
    if (magnitude > error.maxAbsolute) {
      error.maxAbsolute = magnitude;
      error.worst = i;
    }
  });
  error.excluded = c.values.size() - included;
  error.maxAbsolute = std::max(error.maxAbsolute, 0.0);
  error.relativeFrobenius = std::sqrt(squared / squaredReference);
  error.meanRelative = sum / sumReference;
  return error;
}

std::vector<std::uint64_t> ulpHistogram(const DenseMatrix& c, const DenseMatrix& reference) {
  std::vector<std::uint64_t> counts(kUlpBins);
  forEachPair(c, reference, [&](std::size_t, double x, double r) {
    const double ulps = std::abs(x - r) / ulpOfFloat32(r);
    const int bin = ulps < 0.5 ? 0 : std::ilogb(ulps) + 2;
    ++counts[std::min(static_cast<std::size_t>(bin), kUlpBins - 1)];
  });
  return counts;
}

DenseMatrix firstColumns(const DenseMatrix& matrix, std::size_t k) {
  assert(k <= matrix.columns);
  DenseMatrix part{matrix.rows, k, {}};
  part.values.reserve(matrix.rows * k);
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    const auto row = matrix.row(r).first(k);
    part.values.insert(part.values.end(), row.begin(), row.end());
  }
  return part;
}

std::vector<std::size_t> driftPoints(std::size_t k) {
  std::vector<std::size_t> points;
  for (std::size_t point = 16; point < k; point *= 2) points.push_back(point);
  points.push_back(k);
  return points;
}

std::uint64_t driftWork(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB) {
  // The reference, and the magnitudes that bounds are relative to.
  return std::uint64_t{settings.engines.size() + 2} * a.values.size() * columnsOfB.rows;
}

Result<Drift> measureDrift(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                           const Backend& backend, const JobContext& job) {
  auto reference = multiply({.engine = referenceEngine(settings.reference)}, a, columnsOfB, backend, job);
  if (!reference) return tl::unexpected(std::move(reference).error());
  Drift drift{std::move(reference->c), {}, {}, {}};
  const auto absolute = multiply({.engine = referenceEngine(DriftReference::Float64)}, magnitudes(a),
                                 magnitudes(columnsOfB), backend, job);
  if (!absolute) return tl::unexpected(absolute.error());
  const DriftScale scale(a.columns, absolute->c, drift.reference);
  RoundedReferences references;
  for (const EngineChoice& engine : settings.engines) {
    const ProductSettings product = settings.productOf(engine);
    auto made = multiply(product, a, columnsOfB, backend, job);
    if (!made) return tl::unexpected(std::move(made).error());
    const ProductError error = measureProduct(made->c, drift.reference);
    std::optional<ProductError> sums;
    if (settings.separatesSums && !engine.unit->isOfIntegers()) {
      const auto ofRounded = references.find(product, settings.reference, a, columnsOfB, backend, job);
      if (!ofRounded) return tl::unexpected(ofRounded.error());
      sums = measureProduct(made->c, **ofRounded);
    }
    auto bounds = driftBounds(product, scale, *made);
    drift.series.push_back({engine, *std::move(made), error, sums, std::move(bounds)});
  }
  if (settings.measures)
    if (auto done = addMeasured(settings, a, columnsOfB, backend, job, drift); !done)
      return tl::unexpected(std::move(done).error());
  return drift;
}

}  // namespace ulpscope
