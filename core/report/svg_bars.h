// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

#include "core/report/figure.h"
#include "core/report/svg_scale.h"
#include "core/report/svg_writer.h"

namespace ulpscope {

inline bool isMarked(const Series& series, std::size_t i) { return i < series.marked.size() && series.marked[i]; }

/// The bars of one series of the figure, and their labels where these hide neither a bar nor a level guide nor each
/// other: beside the top of a bar that stands alone, else above it and its neighbours, with a line down to it. A label
/// without room is left out; the data have it.
void drawBars(SvgWriter& out, const Figure& figure, const Series& series, const Scale& x, const Scale& y,
              const PlotArea& area, std::string_view colour);

}  // namespace ulpscope
