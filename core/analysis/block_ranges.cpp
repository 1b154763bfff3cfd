// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/block_ranges.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace ulpscope {
namespace {

BlockRange rangeOf(std::span<const std::uint64_t> counts) {
  BlockRange range;
  range.blocks = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  range.zero = counts.front();
  range.notFinite = counts[BlockCounts::kNotFinite];
  const auto octaves = counts.subspan(1, BlockCounts::kNotFinite - 1);
  const auto isPresent = [](std::uint64_t count) { return count != 0; };
  const auto first = std::find_if(octaves.begin(), octaves.end(), isPresent);
  if (first == octaves.end()) return range;
  const auto last = std::find_if(octaves.rbegin(), octaves.rend(), isPresent).base();
  range.lowest = BlockRange::kSubnormalOctave + static_cast<int>(first - octaves.begin());
  range.counts.assign(first, last);
  return range;
}

}  // namespace

std::optional<int> octaveQuantile(const BlockRange& range, double share) {
  const std::uint64_t all = std::accumulate(range.counts.begin(), range.counts.end(), std::uint64_t{0});
  if (all == 0) return std::nullopt;
  const auto rank = static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(all - 1));
  std::uint64_t passed = 0;
  int octave = range.lowest;
  for (const std::uint64_t count : range.counts) {
    passed += count;
    if (passed > rank) break;
    ++octave;
  }
  return octave;
}

void BlockCounts::merge(const BlockCounts& other) {
  for (std::size_t size = 0; size < bySize.size(); ++size)
    std::ranges::transform(bySize[size], other.bySize[size], bySize[size].begin(), std::plus<>());
}

BlockRanges BlockCounts::ranges() const {
  BlockRanges ranges;
  std::ranges::transform(bySize, ranges.bySize.begin(), rangeOf);
  return ranges;
}

CodeClasses::CodeClasses(std::span<const double> values) : ofCode(values.size() / 2) {
  std::ranges::transform(values.first(ofCode.size()), ofCode.begin(), [](double value) {
    return static_cast<std::uint16_t>(BlockCounts::classOf(magnitudeBits(static_cast<float>(value))));
  });
}

}  // namespace ulpscope
