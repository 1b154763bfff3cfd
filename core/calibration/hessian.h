// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/base/result.h"
#include "core/calibration/layer_calibration.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// Columns of the largest Hessian that is held: 2 GiB of doubles.
inline constexpr std::uint64_t kMostHessianColumns = 16'384;

/// layer.hessian, or (2 / kept) * sum of x x^T over the inputs kept, summed in double: symmetric, row-major.
/// Precondition: the layer has one of them. LimitExceeded beyond kMostHessianColumns.
Result<std::vector<double>> hessianOf(const LayerCalibration& layer, const Backend& backend, const JobContext& job);

}  // namespace ulpscope
