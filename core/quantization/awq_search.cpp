// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/awq_search.h"

#include <Eigen/Core>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/formats/int8_vectors.h"

namespace ulpscope {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

constexpr int kRatios = 20;
constexpr int kShrinks = 10;  ///< int(max_shrink * n_grid) = int(0.5 * 20)
constexpr double kShrinkGrid = 20;
constexpr std::uint64_t kSampledTokens = 512;
constexpr std::uint64_t kRows = 32;  ///< that one thread takes at once
constexpr float kFirstError = 1e9f;  ///< what an error must be below to count

Index index(std::uint64_t value) { return static_cast<Index>(value); }

float rounded(const AwqGrid& grid, float x) { return grid.isHalf ? asBinary16(x) : x; }

/// NaN spreads, as in torch's amax.
float largestMagnitude(std::span<const float> values) {
  float largest = 0;
  for (const float x : values) {
    if (std::isnan(x)) return x;
    largest = std::max(largest, std::fabs(x));
  }
  return largest;
}

/// By column, the mean over all rows of |w| / (largest |w| of its group + 1e-6).
std::vector<float> meanShares(const MatrixView& weights, const AwqGrid& grid) {
  const std::uint64_t columns = weights.shape.columns;
  std::vector<double> sums(columns);
  for (std::uint64_t first = 0; first < weights.values.size(); first += grid.group) {
    const auto group = weights.values.subspan(first, grid.group);
    const float divisor = largestMagnitude(group) + 1e-6f;
    for (std::uint64_t i = 0; i < grid.group; ++i) sums[(first + i) % columns] += double{std::fabs(group[i]) / divisor};
  }
  std::vector<float> means(columns);
  for (std::uint64_t c = 0; c < columns; ++c)
    means[c] = static_cast<float>(sums[c] / static_cast<double>(weights.shape.rows));
  return means;
}

std::vector<float> scalesFor(double ratio, std::span<const float> inputMeans, std::span<const float> weightMeans) {
  std::vector<float> scales(inputMeans.size());
  for (std::size_t c = 0; c < scales.size(); ++c) {
    scales[c] = std::pow(inputMeans[c], static_cast<float>(ratio));
    if (!weightMeans.empty()) scales[c] /= std::pow(weightMeans[c], static_cast<float>(1 - ratio)) + 1e-4f;
    if (scales[c] < 1e-4f) scales[c] = 1e-4f;
  }
  const auto [least, most] = std::ranges::minmax(scales);
  const float middle = std::sqrt(most * least);
  for (float& scale : scales) {
    scale /= middle;
    if (!std::isfinite(scale)) scale = 1;
  }
  return scales;
}

/// What rows lose when they are scaled, rounded and scaled back.
Matrix errorsOf(const MatrixView& weights, std::uint64_t begin, std::uint64_t rows, std::span<const float> scales,
                const AwqGrid& grid) {
  const std::uint64_t columns = weights.shape.columns;
  Matrix errors(index(rows), index(columns));
  std::vector<float> scaled(grid.group);
  for (std::uint64_t first = 0; first < rows * columns; first += grid.group) {
    const float* const given = &weights.values[begin * columns + first];
    const float* const factors = &scales[first % columns];
    for (std::uint64_t i = 0; i < grid.group; ++i) scaled[i] = given[i] * factors[i];
    const AwqScale scale = awqScaleOf(grid, scaled);
    for (std::uint64_t i = 0; i < grid.group; ++i)
      errors.data()[first + i] = (awqCodeOf(grid, scale, scaled[i]) - scale.zero) * scale.scale / factors[i] - given[i];
  }
  return errors;
}

Result<double> lossOf(const MatrixView& weights, const LayerCalibration& layer, std::span<const float> scales,
                      const AwqGrid& grid, const Backend& backend, const JobContext& job) {
  const View inputs(layer.inputs.data(), index(layer.kept()), index(layer.columns));
  std::vector<double> sums(divideRoundingUp(weights.shape.rows, kRows));
  std::atomic<bool> isStopped = false;
  backend.forEach(sums.size(), [&](std::size_t tile) {
    if (isStopped) return;
    const std::uint64_t begin = tile * kRows;
    const std::uint64_t rows = std::min(kRows, weights.shape.rows - begin);
    const Matrix outputs = errorsOf(weights, begin, rows, scales, grid) * inputs.transpose();
    sums[tile] = outputs.cast<double>().squaredNorm();
    if (!job.step(0)) isStopped = true;
  });
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum / (static_cast<double>(weights.shape.rows) * static_cast<double>(layer.kept()));
}

/// The best of one group of one row.
float clipOf(std::span<const float> group, const View& inputs, const AwqGrid& grid) {
  const float whole = largestMagnitude(group);
  float best = whole;
  float least = kFirstError;
  Eigen::VectorXf errors(index(group.size()));
  for (int step = 0; step < kShrinks; ++step) {
    const float clip = whole * static_cast<float>(1 - static_cast<double>(step) / kShrinkGrid);
    std::vector<float> clipped(group.begin(), group.end());
    for (float& x : clipped) x = x < -clip ? -clip : x > clip ? clip : x;
    const AwqScale scale = awqScaleOf(grid, clipped);
    for (std::size_t i = 0; i < group.size(); ++i)
      errors[index(i)] = (awqCodeOf(grid, scale, clipped[i]) - scale.zero) * scale.scale - group[i];
    const float error = (inputs * errors).squaredNorm() / static_cast<float>(inputs.rows());
    if (error < least) {
      least = error;
      best = clip;
    }
  }
  return best;
}

}  // namespace

AwqScale awqScaleOf(const AwqGrid& grid, std::span<const float> group) {
  float least = std::numeric_limits<float>::infinity(), most = -least;
  for (const float x : group) {
    if (std::isnan(x)) return {x, 0};
    least = std::min(least, x);
    most = std::max(most, x);
  }
  const float width = rounded(grid, most - least);
  const float atLeast = rounded(grid, 1e-5f);
  const float scale = rounded(grid, (width < atLeast ? atLeast : width) / grid.largest);
  const float zero = -std::rint(rounded(grid, least / scale));
  return {scale, zero < 0 ? 0 : zero > grid.largest ? grid.largest : zero};
}

float awqCodeOf(const AwqGrid& grid, const AwqScale& scale, float x) {
  const float code = rounded(grid, std::rint(rounded(grid, x / scale.scale)) + scale.zero);
  return code < 0 ? 0 : code > grid.largest ? grid.largest : code;  // torch.clamp lets NaN through
}

Result<AwqColumnScales> searchColumnScales(const MatrixView& weights, const LayerCalibration& layer,
                                           const AwqGrid& grid, bool duo, const Backend& backend,
                                           const JobContext& job) {
  const std::vector<float> weightMeans = duo ? meanShares(weights, grid) : std::vector<float>{};
  AwqColumnScales best{std::vector<float>(layer.columns, 1.0f)};
  double least = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kRatios; ++step) {
    const double ratio = static_cast<double>(step) / kRatios;
    std::vector<float> scales = scalesFor(ratio, layer.meanMagnitudes, weightMeans);
    const auto loss = lossOf(weights, layer, scales, grid, backend, job);
    if (!loss) return tl::unexpected(loss.error());
    if (*loss < least) {
      least = *loss;
      best = {std::move(scales), ratio, *loss};
    }
    if (auto going = job.step(weights.values.size() * sizeof(float) / kRatios); !going)
      return tl::unexpected(std::move(going).error());
  }
  return best;
}

Result<std::vector<float>> searchClips(const MatrixView& weights, std::span<const float> inputs, const AwqGrid& grid,
                                       const Backend& backend, const JobContext& job) {
  const std::uint64_t columns = weights.shape.columns;
  const std::uint64_t tokens = inputs.size() / columns;
  const std::uint64_t stride = std::max<std::uint64_t>(1, tokens / kSampledTokens);
  const std::uint64_t groups = columns / grid.group;
  std::vector<float> clips(weights.shape.rows * groups);
  for (std::uint64_t g = 0; g < groups; ++g) {
    Matrix sampled(index(divideRoundingUp(tokens, stride)), index(grid.group));
    for (Index t = 0; t < sampled.rows(); ++t)
      std::copy_n(&inputs[static_cast<std::uint64_t>(t) * stride * columns + g * grid.group], grid.group,
                  &sampled(t, 0));
    const View view(sampled.data(), sampled.rows(), sampled.cols());
    backend.forEach(divideRoundingUp(weights.shape.rows, kRows), [&](std::size_t tile) {
      if (job.stop.stop_requested()) return;
      const std::uint64_t end = std::min((tile + 1) * kRows, weights.shape.rows);
      for (std::uint64_t r = tile * kRows; r < end; ++r)
        clips[r * groups + g] = clipOf(weights.values.subspan(r * columns + g * grid.group, grid.group), view, grid);
    });
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  }
  return clips;
}

}  // namespace ulpscope
