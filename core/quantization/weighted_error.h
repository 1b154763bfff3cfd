// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/calibration/layer_calibration.h"
#include "core/jobs/job.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// What the inputs are known by, the best of what there is first.
enum class WeightedBasis : std::uint8_t { Hessian, Inputs, SecondMoments };
std::string_view idOf(WeightedBasis basis);  ///< "hessian", "inputs", "second_moments"

/// How much of the layer's output is lost: tr(D H D^T) / tr(W H W^T), D the error of the weights W, H the second
/// moments of the inputs. That is the mean of |D x|^2 over that of |W x|^2, whatever the scale of H. From second
/// moments alone H is their diagonal: inputs are taken to be uncorrelated. Elements that are not finite, before or
/// after, count as zero in both. NaN where the denominator is 0.
struct WeightedError {
  double relative = 0;
  double decibel = 0;  ///< -10 log10(relative); infinity where there is no error
  WeightedBasis basis = WeightedBasis::Inputs;
};

/// Precondition: as many restored values as weights. Unsupported where the layer has other columns, or nothing is known
/// of it.
Result<WeightedError> measureWeightedError(const MatrixView& weights, std::span<const float> restored,
                                           const LayerCalibration& layer, const Backend& backend,
                                           const JobContext& job);

}  // namespace ulpscope
