// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/cuda/device_products.h"
#include "kernels/cuda/lane.cuh"

namespace ulpscope::kernels {

/// One device: its lanes, at most two for each call that runs at the same time, kept for the next.
class Device {
 public:
  struct Options {
    int index = 0;
    /// Memory of a lane, at most. A copy of 32 MiB takes a millisecond or so, against which starting it is nothing.
    std::size_t laneBytes = std::size_t{32} << 20;
  };

  /// Device errors: no driver, no such device.
  static Result<std::unique_ptr<Device>> open(const Options& options);

  const std::string& name() const { return m_info.name; }
  const DeviceInfo& info() const { return m_info; }

  /// Blocks for `items`, so many a block: no more than the device holds at once, kernels go around.
  unsigned blocksFor(std::size_t items, std::size_t itemsOfBlock) const {
    const std::size_t needed = (items + itemsOfBlock - 1) / itemsOfBlock;
    return static_cast<unsigned>(std::clamp<std::size_t>(needed, 1, std::size_t{m_processors} * kBlocksOfProcessor));
  }

  /// Calls work(lane, begin, end) for one piece of `size` items after the other, in two lanes that take turns: while
  /// the device works at a piece, the next is copied into the other lane's memory. Pieces are multiples of `granule`
  /// items, but for the last one; each needs bytesOfItem for every item and bytesOfPiece beside. Precondition: a
  /// granule is at most itemsOfLane.
  template <class Work>
  Result<> forEachPiece(std::size_t size, std::size_t granule, std::size_t bytesOfItem, std::size_t bytesOfPiece,
                        const Work& work) const;

  /// How many items a lane holds at once, at most 2^30: kernels count them in 32 bits.
  std::size_t itemsOfLane(std::size_t bytesOfItem, std::size_t bytesOfPiece) const {
    return itemsWithin(m_laneBytes, bytesOfItem, bytesOfPiece);
  }

 private:
  static constexpr unsigned kBlocksOfProcessor = 2048 / kThreads;
  /// Of a piece, each of which may lose some bytes to alignment.
  static constexpr std::size_t kMostArrays = 8;

  Device() = default;
  static std::size_t itemsWithin(std::size_t bytes, std::size_t bytesOfItem, std::size_t bytesOfPiece);
  /// A lane for so many items, or for what fits into the largest.
  Result<std::unique_ptr<Lane>> takeLane(std::size_t items, std::size_t bytesOfItem, std::size_t bytesOfPiece) const;
  void giveBack(std::unique_ptr<Lane> lane) const;

  DeviceInfo m_info;
  unsigned m_processors = 1;
  std::size_t m_laneBytes = 0;
  mutable std::mutex m_mutex;
  mutable std::vector<std::unique_ptr<Lane>> m_idle;
};

template <class Work>
Result<> Device::forEachPiece(std::size_t size, std::size_t granule, std::size_t bytesOfItem, std::size_t bytesOfPiece,
                              const Work& work) const {
  if (size == 0) return {};
  std::array<std::unique_ptr<Lane>, 2> lanes;  // the second one where there is a second piece
  const auto run = [&]() -> Result<> {
    std::size_t turn = 0;
    for (std::size_t begin = 0; begin < size; turn ^= 1) {
      if (!lanes[turn]) {
        auto taken = takeLane(std::max(granule, size - begin), bytesOfItem, bytesOfPiece);
        if (!taken && !lanes[turn ^ 1]) return tl::unexpected(taken.error());
        if (taken)
          lanes[turn] = std::move(*taken);
        else
          turn ^= 1;  // one must do
      }
      Lane& lane = *lanes[turn];
      if (const auto done = lane.finish(); !done) return done;
      const std::size_t piece = itemsWithin(lane.capacity(), bytesOfItem, bytesOfPiece) / granule * granule;
      if (piece == 0) return fail(Errc::Device, "device memory: too little is left for a piece of the work", "cuda");
      const std::size_t end = size - begin > piece ? begin + piece : size;
      if (const auto begun = work(lane, begin, end); !begun) return begun;
      begin = end;
    }
    for (int rest = 0; rest < 2; ++rest, turn ^= 1) {  // the older piece first
      if (!lanes[turn]) continue;
      if (const auto done = lanes[turn]->finish(); !done) return done;
    }
    return {};
  };
  const Result<> result = run();
  for (auto& lane : lanes) {
    if (!lane) continue;
    if (!result) lane->abandon();
    giveBack(std::move(lane));
  }
  return result;
}

}  // namespace ulpscope::kernels
