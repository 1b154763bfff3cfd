// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "core/analysis/block_ranges.h"
#include "core/report/figure.h"

namespace ulpscope {

/// The absolute maxima of blocks by octave, a staircase a block size, as shares of the blocks that have one: how far
/// the scales of a block format would spread. Blocks of zeros and those that are not finite are in the notes.
Figure blockRangesFigure(std::string_view tensor, const BlockRanges& ranges);

}  // namespace ulpscope
