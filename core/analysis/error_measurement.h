// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "core/analysis/error_chunk.h"
#include "core/analysis/error_metrics.h"

namespace ulpscope {

/// Pairs that need not be held all at once: chunks of at most 65,536, some of which make a piece.
struct ErrorSource {
  std::size_t chunks = 0;
  std::size_t chunksPerPiece = 1;
  /// Measures the chunks of a piece (measureChunk), which are all of `into`. false: it cannot be had. Called from
  /// several threads, and for some pieces more than once.
  std::function<bool(std::size_t piece, const ErrorBrackets& brackets, std::span<ErrorChunk> into)> measure;
  /// May be empty. The same for pieces that follow each other, `piece` and those whose chunks are in `into` behind its
  /// own: all at once, from the calling thread alone.
  std::function<bool(std::size_t piece, const ErrorBrackets& brackets, std::span<ErrorChunk> into)> measureMany;
};

/// Calls work(index) for each index below count, in any order.
using ForEachPiece = std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;

/// Sums of chunks added in their order, and exact percentiles; the same for any threads and any size of piece. nullopt
/// where a piece could not be measured.
///
/// Of up to 16 pieces all errors are kept. Where there are more, those tell in which narrow bracket each percentile
/// lies; of the others only errors inside the brackets are kept, and counted those below. Where a percentile turns out
/// to lie elsewhere, the other pieces are measured again, with wider brackets.
std::optional<ErrorMetrics> measureErrors(const ErrorSource& source, const ForEachPiece& forEach);

}  // namespace ulpscope
