// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/analysis/tensor_batches.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Buffers that pieces of work on several threads use one after another: as many as there are pieces at once.
template <class Scratch>
class ScratchPool {
 public:
  std::unique_ptr<Scratch> take() {
    const std::lock_guard lock(m_mutex);
    if (m_free.empty()) return std::make_unique<Scratch>();
    std::unique_ptr<Scratch> scratch = std::move(m_free.back());
    m_free.pop_back();
    return scratch;
  }
  void give(std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(m_mutex);
    m_free.push_back(std::move(scratch));
  }
  const std::vector<std::unique_ptr<Scratch>>& all() const { return m_free; }  ///< once every piece gave its own back

 private:
  std::mutex m_mutex;
  std::vector<std::unique_ptr<Scratch>> m_free;
};

/// Elements one thread reads and works through at a time; kernels are called on chunks of it, which stay in its cache.
inline constexpr std::uint64_t kPiece = 1 << 20;
inline constexpr std::uint64_t kPiecesAtOnce = 8;  ///< between two looks at the stop token: some milliseconds
/// Calls piece(first, count, scratch) -> Result<> for the whole tensor on the backend's threads, and `after()` on the
/// calling thread behind each batch of pieces. Reading is part of the work: copying from the file cache takes as long
/// as the arithmetic does.
template <class Scratch, class Piece, class After>
Result<> inParallelPieces(const TensorSource& source, const Backend& backend, const JobContext& job,
                          ScratchPool<Scratch>& pool, Piece piece, After after) {
  return inBatchesOf(kPiece * kPiecesAtOnce, source, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    std::array<Result<>, kPiecesAtOnce> outcomes;
    const auto work = [&](std::size_t index) {
      const std::uint64_t begin = index * kPiece;
      std::unique_ptr<Scratch> scratch = pool.take();
      outcomes[index] = piece(first + begin, std::min(kPiece, count - begin), *scratch);
      pool.give(std::move(scratch));
    };
    const std::size_t pieces = divideRoundingUp(count, kPiece);
    if (source.isSequential())
      for (std::size_t index = 0; index < pieces; ++index) work(index);
    else
      backend.forEach(pieces, work);
    for (Result<>& outcome : outcomes)
      if (!outcome) return std::move(outcome);
    after();
    return {};
  });
}

/// Calls chunk(offset in the piece, size) for each chunk of a piece.
template <class Chunk>
Result<> forEachChunk(std::uint64_t count, Chunk chunk) {
  for (std::uint64_t begin = 0; begin < count; begin += ProfileAccumulator::kChunk)
    if (auto done = chunk(begin, std::min(ProfileAccumulator::kChunk, count - begin)); !done) return done;
  return {};
}

}  // namespace ulpscope
