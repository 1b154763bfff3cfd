// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/device.cuh"

#include <bit>

namespace ulpscope::kernels {

Result<std::unique_ptr<Device>> Device::open(const Options& options) {
  // Without a driver cudaGetDeviceCount gives cudaErrorInsufficientDriver (35): that is "no device", not a failure.
  int count = 0;
  cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count == 0) status = cudaErrorNoDevice;
  if (const auto done = check(status, "no CUDA device answers"); !done) return tl::unexpected(done.error());
  if (options.index < 0 || options.index >= count)
    return fail(Errc::Device,
                "a device below " + std::to_string(count) + " expected, " + std::to_string(options.index) + " found",
                "cuda");
  cudaDeviceProp properties{};
  if (const auto done = check(cudaGetDeviceProperties(&properties, options.index), "no CUDA device answers"); !done)
    return tl::unexpected(done.error());
  std::unique_ptr<Device> device(new Device);
  device->m_info = {options.index, properties.name, properties.major, properties.minor};
  device->m_processors = static_cast<unsigned>(std::max(properties.multiProcessorCount, 1));
  device->m_laneBytes = std::max(options.laneBytes, Lane::kLeastBytes);
  return device;
}

std::size_t Device::itemsWithin(std::size_t bytes, std::size_t bytesOfItem, std::size_t bytesOfPiece) {
  constexpr std::size_t kMostItems = std::size_t{1} << 30;
  const std::size_t reserved = bytesOfPiece + kMostArrays * Lane::kAlignment;
  return reserved >= bytes ? 0 : std::min(kMostItems, (bytes - reserved) / bytesOfItem);
}

Result<std::unique_ptr<Lane>> Device::takeLane(std::size_t items, std::size_t bytesOfItem,
                                               std::size_t bytesOfPiece) const {
  if (const auto chosen = check(cudaSetDevice(m_info.index), "device"); !chosen) return tl::unexpected(chosen.error());
  const bool isLarge = items > itemsOfLane(bytesOfItem, bytesOfPiece);
  const std::size_t needed =
      isLarge ? m_laneBytes : items * bytesOfItem + bytesOfPiece + kMostArrays * Lane::kAlignment;
  {
    const std::lock_guard lock(m_mutex);
    const auto fits = [&](const auto& lane) { return lane->capacity() >= needed; };
    if (const auto found = std::find_if(m_idle.begin(), m_idle.end(), fits); found != m_idle.end()) {
      std::unique_ptr<Lane> lane = std::move(*found);
      m_idle.erase(found);
      return lane;
    }
    if (!m_idle.empty()) m_idle.pop_back();  // rather a larger one in its place
  }
  return Lane::make(std::clamp(std::bit_ceil(needed), Lane::kLeastBytes, m_laneBytes));
}

void Device::giveBack(std::unique_ptr<Lane> lane) const {
  const std::lock_guard lock(m_mutex);
  m_idle.push_back(std::move(lane));
}

}  // namespace ulpscope::kernels
