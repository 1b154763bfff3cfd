// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "core/matmul/drift.h"

namespace ulpscope {

/// Errors of products over the first k elements of K.
struct DriftPoint {
  std::size_t k = 0;
  struct Of {
    ProductError error;
    std::vector<DriftBound> bounds;
  };
  std::vector<Of> engines;  ///< in the order of the settings
  struct Measured {
    MeasuredChoice choice;
    ProductError error;
    ProductDifference difference;
  };
  std::vector<Measured> measured;  ///< by a device, as Drift::measured
};

struct DriftCurve {
  std::vector<DriftPoint> points;
  Drift whole;  ///< over all of K
};

/// Products at each of driftPoints(K), the shortest first. `arrived` is called on the calling thread after each, with
/// all points so far. Progress counts multiply-adds, at most twice driftWork(). Preconditions and errors as
/// measureDrift().
Result<DriftCurve> measureDriftCurve(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                                     const Backend& backend, const JobContext& job,
                                     const std::function<void(const std::vector<DriftPoint>&)>& arrived = {});

}  // namespace ulpscope
