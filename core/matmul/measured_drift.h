// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/drift.h"

namespace ulpscope {

/// Adds what the backend's device measures beside drift.series: measured, or notMeasured where there is no device, or
/// it fails; what is modelled is complete either way. A product that two of them share is measured once. Models that
/// are not among the series are computed for the comparison. Errors: Cancelled.
Result<> addMeasured(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                     const Backend& backend, const JobContext& job, Drift& drift);

}  // namespace ulpscope
