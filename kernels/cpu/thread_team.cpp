// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/thread_team.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <optional>

namespace ulpscope::kernels {

struct ThreadTeam::Arena {
  explicit Arena(int threads) : arena(threads) {
    // More threads than the machine has need leave; a test of thread counts asks for them.
    if (threads > tbb::info::default_concurrency())
      allowed.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  }

  std::optional<tbb::global_control> allowed;
  tbb::task_arena arena;
};

ThreadTeam::ThreadTeam(int threads)
    : m_arena(std::make_unique<Arena>(threads > 0 ? threads : tbb::info::default_concurrency())) {}

ThreadTeam::~ThreadTeam() = default;

int ThreadTeam::threads() const { return m_arena->arena.max_concurrency(); }

void ThreadTeam::forEachChunk(std::size_t size, std::size_t chunk, const Work& work) const {
  const auto doChunk = [&](std::size_t index) { work(index, index * chunk, std::min(size, (index + 1) * chunk)); };
  const std::size_t chunks = chunkCount(size, chunk);
  if (chunks <= 1 || threads() == 1) {
    for (std::size_t index = 0; index < chunks; ++index) doChunk(index);
    return;
  }
  m_arena->arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t index = range.begin(); index < range.end(); ++index) doChunk(index);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace ulpscope::kernels
