// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace ulpscope::kernels {

/// Elements a thread takes at a time: 256 KiB of floats, which stay in its second-level cache between two passes.
inline constexpr std::size_t kChunk = 65'536;

inline std::size_t chunkCount(std::size_t size, std::size_t chunk = kChunk) { return (size + chunk - 1) / chunk; }

/// A fixed number of threads for loops over arrays. May be used by several callers at once.
class ThreadTeam {
 public:
  /// 0: as many as the machine has.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();

  int threads() const;

  /// Calls work(index, begin, end) for each chunk of [0, size), in any order. The grid depends on `size` and `chunk`
  /// only, not on the threads. A single chunk is done by the caller itself.
  using Work = std::function<void(std::size_t index, std::size_t begin, std::size_t end)>;
  void forEachChunk(std::size_t size, std::size_t chunk, const Work& work) const;

 private:
  struct Arena;
  std::unique_ptr<Arena> m_arena;
};

}  // namespace ulpscope::kernels
