// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/drift_curve.h"

#include <utility>

namespace ulpscope {

Result<DriftCurve> measureDriftCurve(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                                     const Backend& backend, const JobContext& job,
                                     const std::function<void(const std::vector<DriftPoint>&)>& arrived) {
  DriftCurve curve;
  DriftSettings ofPoints = settings;  // which keep no error of the sums alone
  ofPoints.separatesSums = false;
  for (const std::size_t k : driftPoints(a.columns)) {
    auto drift = k == a.columns ? measureDrift(settings, a, columnsOfB, backend, job)
                                : measureDrift(ofPoints, firstColumns(a, k), firstColumns(columnsOfB, k), backend, job);
    if (!drift) return tl::unexpected(std::move(drift).error());
    DriftPoint point{k, {}, {}};
    for (const DriftSeries& series : drift->series) point.engines.push_back({series.error, series.bounds});
    for (const MeasuredSeries& one : drift->measured) point.measured.push_back({one.choice, one.error, one.difference});
    curve.points.push_back(std::move(point));
    if (k == a.columns) curve.whole = *std::move(drift);
    if (arrived) arrived(curve.points);
  }
  return curve;
}

}  // namespace ulpscope
