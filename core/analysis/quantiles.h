// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Of the finite values, interpolated linearly between the two neighbouring order statistics as numpy.quantile does, in
/// double. NaN where there are no finite values.
struct Quantile {
  double share;  ///< 0 to 1
  double value;
  double within = 0;  ///< the true one is not further away; 0: exact

  bool isExact() const { return within == 0; }
};

/// What the one read of a tensor says of its quantiles: exact for types of up to 16 bits, and at the ends of the range;
/// else estimates within a bin of the folded histogram. Precondition: shares lie in 0 to 1.
std::vector<Quantile> quantilesOf(const TensorSource& source, const TensorProfile& profile,
                                  std::span<const double> shares);

/// All of them exactly: wider types are read again, once for each 16 bits of an element, by radix selection. The
/// counters take up to 16 MiB a thread; beyond 16 shares the tensor is read again for each further 16. Counts the bytes
/// of `exactQuantileReads` reads as progress. Precondition: shares lie in 0 to 1.
Result<std::vector<Quantile>> exactQuantiles(const TensorSource& source, const TensorProfile& profile,
                                             std::span<const double> shares, const Backend& backend,
                                             const JobContext& job);
std::size_t exactQuantileReads(const ElementType& type, std::size_t shares);

}  // namespace ulpscope
