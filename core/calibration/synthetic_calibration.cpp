// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/synthetic_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostNumbers = 1 << 25;
constexpr std::uint64_t kFewestVectors = 256;
constexpr std::uint64_t kColumnsPerOutlier = 128;
constexpr double kOutlier = 20;
constexpr double kSpread = 0.7;  ///< standard deviation of the binary logarithm of the scales

/// 2^x to about 1e-9: the series of exp(f ln 2) for the fraction f.
double powerOfTwo(double x) {
  const double whole = std::floor(x);
  const double y = (x - whole) * 0.6931471805599453;
  double sum = 1;
  for (int term = 12; term >= 1; --term) sum = 1 + y / term * sum;
  return std::ldexp(sum, static_cast<int>(whole));
}

std::vector<double> columnScales(std::uint64_t columns, RandomNumbers& numbers) {
  std::vector<double> scales(columns);
  for (double& scale : scales) scale = powerOfTwo(kSpread * numbers.normal());
  for (std::uint64_t first = 0; first < columns; first += kColumnsPerOutlier) {
    const std::uint64_t many = std::min(kColumnsPerOutlier, columns - first);
    scales[first + numbers.bits() % many] *= kOutlier;
  }
  return scales;
}

}  // namespace

LayerCalibration syntheticCalibration(std::uint64_t columns, std::uint64_t seed) {
  LayerCalibration layer;
  layer.columns = columns;
  layer.isSynthetic = true;
  layer.source = fmt::format("synthetic: normal inputs with log-normal scales and outlier columns, seed {}", seed);
  if (columns == 0) return layer;
  const std::uint64_t vectors =
      std::max(kFewestVectors, std::min(2 * columns, std::max<std::uint64_t>(1, kMostNumbers / columns)));
  RandomNumbers numbers(seed);
  const std::vector<double> scales = columnScales(columns, numbers);
  layer.samples = vectors;
  layer.inputs.resize(vectors * columns);
  for (std::uint64_t v = 0; v < vectors; ++v)
    for (std::uint64_t c = 0; c < columns; ++c)
      layer.inputs[v * columns + c] = static_cast<float>(numbers.normal() * scales[c]);
  deriveMoments(layer);
  return layer;
}

}  // namespace ulpscope
