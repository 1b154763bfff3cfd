// SPDX-License-Identifier: Apache-2.0
#include "core/report/block_figure.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {

Figure blockRangesFigure(std::string_view tensor, const BlockRanges& ranges) {
  Figure figure{.title = fmt::format("Blocks of {}", printable(tensor)),
                .x = {.title = "largest |value| of a block", .powersOfTwo = true},
                .y = {.title = "share of blocks"}};
  figure.notes.push_back("blocks of 16 to 256 elements of a row");
  for (std::size_t i = 0; i < kBlockSizes.size(); ++i) {
    const BlockRange& range = ranges.bySize[i];
    const std::uint64_t placed = range.blocks - range.zero - range.notFinite;
    if (range.zero + range.notFinite > 0)
      figure.notes.push_back(fmt::format("blocks of {}: {} zero, {} not finite", kBlockSizes[i],
                                         groupedDigits(range.zero), groupedDigits(range.notFinite)));
    if (placed == 0) continue;
    Series line{.name = fmt::format("{}", kBlockSizes[i])};
    line.x.push_back(range.lowest);
    line.y.push_back(0);
    for (std::size_t octave = 0; octave < range.counts.size(); ++octave) {
      const double left = range.lowest + static_cast<double>(octave);
      const double share = static_cast<double>(range.counts[octave]) / static_cast<double>(placed);
      line.x.insert(line.x.end(), {left, left + 1});
      line.y.insert(line.y.end(), {share, share});
    }
    line.x.push_back(line.x.back());
    line.y.push_back(0);
    figure.series.push_back(std::move(line));
  }
  return figure;
}

}  // namespace ulpscope
