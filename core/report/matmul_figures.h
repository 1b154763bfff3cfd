// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/matmul/dot_trace.h"
#include "core/matmul/drift_curve.h"
#include "core/report/figure.h"

namespace ulpscope {

/// An engine as pictures name it: "TF32 A100", "FP8 E4M3 H100 wgmma, promote:128", "FMA chain".
std::string briefTitle(const EngineChoice& choice);

/// "TF32 measured", "FP8 E4M3 measured, promoted".
std::string briefTitle(const DeviceProduct& product);

/// Relative errors against K, both logarithmic, a line an engine, then a line for each measured product, in the colour
/// of the engine it stands beside; points without an error are left out. The bounds of
/// `bounded`, an index into the engines, as guides; those that do not hold are left out, and a note says why.
Figure driftFigure(std::span<const EngineChoice> engines, std::span<const DriftPoint> points,
                   std::optional<std::size_t> bounded);

/// How many elements of C lie how many units in the last place of float32 from the reference.
Figure ulpFigure(std::span<const DriftSeries> series, const DenseMatrix& reference,
                 std::span<const MeasuredSeries> measured = {});

/// Signed errors C - R relative to the largest magnitude of R, at most 512 x 512 of them.
MapFigure errorMapFigure(const DriftSeries& series, const DenseMatrix& reference);

/// How far the accumulator is from the exact sum, against the products it has seen; cut off and rounded away are lines
/// of their own.
Figure traceFigure(const DotTrace& trace);

}  // namespace ulpscope
