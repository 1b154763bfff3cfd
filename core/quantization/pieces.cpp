// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/pieces.h"

#include <algorithm>

#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kElements = 1 << 16;  ///< about what a thread is given at once
constexpr std::uint64_t kPieces = 16;         ///< between two looks at the stop token

}  // namespace

Result<> inPieces(std::uint64_t items, std::uint64_t perPiece, std::uint64_t bytesPerItem, const Backend& backend,
                  const JobContext& job, const std::function<void(std::uint64_t begin, std::uint64_t end)>& work) {
  const std::uint64_t pieces = divideRoundingUp(items, perPiece);
  for (std::uint64_t first = 0; first < pieces; first += kPieces) {
    const std::uint64_t count = std::min(kPieces, pieces - first);
    backend.forEach(count, [&](std::size_t piece) {
      const std::uint64_t begin = (first + piece) * perPiece;
      work(begin, std::min(begin + perPiece, items));
    });
    const std::uint64_t done = std::min(count * perPiece, items - first * perPiece);
    if (auto going = job.step(done * bytesPerItem); !going) return going;
  }
  return {};
}

std::uint64_t itemsPerPiece(std::uint64_t size) { return std::max<std::uint64_t>(1, kElements / size); }

}  // namespace ulpscope
