// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/analysis/histogram.h"
#include "core/analysis/outliers.h"
#include "core/analysis/statistics.h"
#include "core/analysis/tensor_profile.h"
#include "core/analysis/value_fences.h"
#include "core/quantization/quantization_report.h"
#include "core/report/figure.h"

namespace ulpscope {

/// The figures of the product, made from what the analysis found. The window and `ulp` both draw these, so that a
/// picture and its data are the same wherever they are seen. `tensor` is the name as stored.
Figure histogramFigure(std::string_view tensor, const Histogram& histogram, const ValueCounts& kinds,
                       bool logarithmicCount);

/// Counts by magnitude on a logarithmic axis, both signs together; zeros are in the notes.
Figure exponentHistogramFigure(std::string_view tensor, const ExponentHistogram& histogram, const ValueCounts& kinds);

/// Marks the bars of a histogram that lie beyond the fences as a whole, and says so in a note; nothing where none does.
void markBeyond(Figure& histogram, const ValueFences& fences);

/// Absolute maximum of each column, the outlier columns marked and labelled with their index, the threshold a guide.
enum class LineOrder { AsStored, LargestFirst };
Figure columnsFigure(std::string_view tensor, std::span<const float> columnAbsMax, const Outliers& outliers,
                     LineOrder order = LineOrder::AsStored);
/// The same of each row.
Figure rowsFigure(std::string_view tensor, std::span<const float> rowAbsMax, const Outliers& outliers,
                  LineOrder order = LineOrder::AsStored);
/// Which line each bar of such a figure is.
std::vector<std::uint64_t> linesInOrder(std::span<const float> absMaxima, LineOrder order);

MapFigure heatMapFigure(std::string_view tensor, const HeatMap& map);

Figure errorHistogramFigure(const QuantizationReport& report);

/// The error of the weights, or of what the layer makes of its inputs (SchemeComparison::weightedError).
enum class ErrorBasis : std::uint8_t { Weights, Outputs };

/// Signal to noise against true bits per weight: a point for each scheme that fits the tensor and has an error
/// (`chosen` is marked), and the Pareto front as a guide.
Figure errorAgainstSizeFigure(std::string_view tensor, std::span<const SchemeComparison> schemes,
                              std::string_view chosen = {}, ErrorBasis basis = ErrorBasis::Weights);

/// Indices of the schemes that no other beats in both bits per weight and signal to noise, in order of bits.
std::vector<std::size_t> paretoFront(std::span<const SchemeComparison> schemes, ErrorBasis basis = ErrorBasis::Weights);

}  // namespace ulpscope
