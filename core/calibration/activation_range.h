// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/layer_calibration.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// A range that activations are quantized over, fixed before the model runs.
struct ActivationRange {
  std::string id;          ///< "percentile_99.9"
  std::string title;       ///< "99.9 % percentile"
  std::string definition;  ///< one sentence, and whose it is
  double low = 0;
  double high = 0;
  double clipped = 0;          ///< share of the values outside
  double signalToNoiseDb = 0;  ///< of the inputs rounded to RangeCodes over it
};

/// A range that is found for each input vector while the model runs. It clips nothing.
struct DynamicRange {
  std::string id;  ///< "vector_magnitude"
  std::string title;
  std::string definition;  ///< one sentence
  // How wide it is from zero to its end, or from end to end where it is not symmetric.
  double least = 0;
  double median = 0;  ///< the lower one of two
  double largest = 0;
  double signalToNoiseDb = 0;
};

struct RangeOptions {
  int bits = 8;                         ///< of the codes that the range is cut into, from 2 to 8
  std::uint64_t vectorsPerBatch = 128;  ///< what moving averages take as one batch
};

/// Of the inputs kept, in the order in which people know them:
///
///   min_max             least and largest value
///   moving_average      of the least and largest of each batch, 0.01 of the new one (torch)
///   moving_magnitude    of the largest magnitude of each batch, 0.1 of the new one (quanto's momentum 0.9); symmetric
///   percentile_99.9, percentile_99.99, percentile_99.999  of |x|, linearly interpolated as numpy's; symmetric
///   entropy             least divergence of a histogram of |x| in 2048 bins from its 2^(bits - 1) steps (TensorRT's,
///   as
///                       ModelOpt has it); symmetric
///   mean_squared_error  least squared error of the centres of the same bins (ModelOpt); symmetric
///   histogram           torch's HistogramObserver: bins leave at the ends of a histogram of 2048 while the squared
///   error
///                       of 2^bits steps falls
///
/// Unsupported where no inputs are kept.
Result<std::vector<ActivationRange>> activationRanges(const LayerCalibration& layer, const RangeOptions& options,
                                                      const JobContext& job);

/// Of the inputs kept, each vector for itself:
///
///   vector_magnitude  from minus its largest magnitude to that
///   vector_min_max    from its least to its largest value
///
/// Unsupported where no inputs are kept.
Result<std::vector<DynamicRange>> dynamicRanges(const LayerCalibration& layer, int bits, const JobContext& job);

}  // namespace ulpscope
