// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/analysis/format_profile.h"
#include "core/analysis/rounding_bins.h"
#include "core/report/figure.h"
#include "core/report/table.h"

namespace ulpscope {

/// Formats side by side; nullptr leaves a place, and with it a series colour, free.
using ComparedFormats = std::span<const FormatProfile* const>;

/// Distance to the next value relative to the magnitude, a line for each format.
Figure spacingFigure(ComparedFormats formats);
/// Positive values in each binade, a line for each format.
Figure densityFigure(ComparedFormats formats);

/// The pictures as tables, exact values in full.
Table rangeTable(ComparedFormats formats);
Table spacingTable(ComparedFormats formats);
Table densityTable(ComparedFormats formats);
Table roundingTable(const NumberFormat& format, const NumberLinePart& part);
/// All codes of a format of up to 16 bits.
Table codeTable(const NumberFormat& format);
Table throughputTable();

}  // namespace ulpscope
