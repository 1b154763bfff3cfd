// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/layer_calibration.h"
#include "core/jobs/job.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// The asymmetric grid of AWQ's `pseudo_quantize_tensor`. The range of a group is as it is, not widened to hold 0, and
/// the zero point is clamped to the codes: a group of 0.5 to 1 becomes 0.5 throughout.
struct AwqGrid {
  float largest = 15;       ///< 2^bits - 1
  std::uint64_t group = 0;  ///< values that share a scale; divides the columns
  bool isHalf = false;      ///< each operation is rounded to binary16, as torch has it for such tensors
};

struct AwqScale {
  float scale = 1;
  float zero = 0;
};
AwqScale awqScaleOf(const AwqGrid& grid, std::span<const float> group);
/// The code, as a float: NaN where x, or the scale, is.
float awqCodeOf(const AwqGrid& grid, const AwqScale& scale, float x);

struct AwqColumnScales {
  std::vector<float> scales;  ///< one a column
  double ratio = -1;          ///< that was chosen; -1: no ratio gave a finite loss, and all scales are 1
  double loss = 0;            ///< mean of the squared error of the outputs
};
/// Of 20 ratios 0, 0.05, .. 0.95 the one with the least error of W x. The scale of a column is mean|x|^ratio, with
/// `duo` over (mean of |w| / (largest |w| of its group + 1e-6))^(1 - ratio) + 1e-4; at least 1e-4, and divided by the
/// root of the largest times the smallest.
Result<AwqColumnScales> searchColumnScales(const MatrixView& weights, const LayerCalibration& layer,
                                           const AwqGrid& grid, bool duo, const Backend& backend,
                                           const JobContext& job);

/// For each row and group the magnitude to clip at: of the largest |w| times 1, 0.95, .. 0.55 the one with the least
/// mean squared error of the group's share of the output, over at most about 512 of the inputs. `weights` and `inputs`
/// are scaled already.
Result<std::vector<float>> searchClips(const MatrixView& weights, std::span<const float> inputs, const AwqGrid& grid,
                                       const Backend& backend, const JobContext& job);

}  // namespace ulpscope
