// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstddef>

// Private to kernels/cpu: the only header that shows oneTBB.
namespace ulpscope::kernels {

/// Elements a thread takes at a time: 256 KiB of floats, which stay in its second-level cache between two passes.
inline constexpr std::size_t kChunk = 65'536;

inline std::size_t chunkCount(std::size_t size, std::size_t chunk = kChunk) { return (size + chunk - 1) / chunk; }

/// Calls work(index, begin, end) for each chunk of [0, size), on the arena's threads. The grid is fixed: it depends on
/// `size` and `chunk` only. A single chunk is done by the caller itself.
template <class Work>
void forEachChunk(tbb::task_arena& arena, std::size_t size, std::size_t chunk, const Work& work) {
  const auto doChunk = [&](std::size_t index) { work(index, index * chunk, std::min(size, (index + 1) * chunk)); };
  const std::size_t chunks = chunkCount(size, chunk);
  if (chunks <= 1 || arena.max_concurrency() == 1) {
    for (std::size_t index = 0; index < chunks; ++index) doChunk(index);
    return;
  }
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t index = range.begin(); index < range.end(); ++index) doChunk(index);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace ulpscope::kernels
