// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/report/figure.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// The share of the values that lies beyond each end of a range "without the tails": 12 of the 147,456 weights of a
/// 384 x 384 matrix at both ends, so that one outlier does not flatten the rest.
inline constexpr double kHistogramTail = 4e-5;

enum class HistogramAxes { Linear, LogarithmicCount, Exponent };

/// The range of the linear axes: all finite values, or all but a share of kHistogramTail at each end. Values beyond are
/// counted in the notes.
enum class HistogramRange { Whole, WithoutTails };

inline constexpr std::size_t kHistogramBins = 256;

/// The histogram of a tensor as the window and `ulp` show it: equal bins, those far out marked (ValueFences), or 4 bins
/// an octave of |x|. Empty where there is no finite value. Progress in bytes where a second read is needed.
Result<Figure> measureHistogram(const TensorSource& source, const TensorProfile& profile, HistogramAxes axes,
                                HistogramRange range, const JobContext& job, std::size_t bins = kHistogramBins);

/// A tensor to be drawn with others.
struct HistogramSubject {
  TensorSource source;
  std::shared_ptr<const TensorProfile> profile;
};

/// Several tensors in one picture: the first as bars, the others as steps with short names, in bins over the range of
/// all of them. Counts are shares of each tensor's elements, of all of them, so that sizes do not matter; notes and
/// `below`, `above` are of the first. With others at most 4,096 bins are drawn, and a note says so. Precondition: at
/// least one.
Result<Figure> measureHistograms(std::span<const HistogramSubject> tensors, HistogramAxes axes, HistogramRange range,
                                 const JobContext& job, std::size_t bins = kHistogramBins);

}  // namespace ulpscope
