// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cuda_runtime.h>

#include <cassert>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "kernels/cuda/check.cuh"
#include "kernels/cuda/threads.cuh"

namespace ulpscope::kernels {

struct Grid {
  unsigned blocks;
  std::size_t sharedBytes = 0;
};

/// A stream of work for the device, and memory for one piece of a tensor at a time: as much on the device as on the
/// host, page-locked, laid out alike, so that copies between them need not wait. What is begun goes on while the caller
/// prepares the next piece in another lane.
class Lane {
 public:
  /// With up to `bytes` of memory, less where there is less, but at least kLeastBytes.
  static Result<std::unique_ptr<Lane>> make(std::size_t bytes);
  static constexpr std::size_t kLeastBytes = std::size_t{1} << 16;

  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  std::size_t capacity() const { return m_capacity; }

  /// Arrays begin at multiples of this many bytes: so much may be lost for each of them.
  static constexpr std::size_t kAlignment = 256;

  /// Device memory until finish().
  template <class T>
  T* allocate(std::size_t count) {
    const std::size_t at = m_used;
    m_used += (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    assert(m_used <= m_capacity);
    return reinterpret_cast<T*>(m_device + at);
  }

  template <class T>
  Result<> clear(T* memory, std::size_t count) {
    return check(cudaMemsetAsync(memory, 0, count * sizeof(T), m_stream), "clearing device memory");
  }

  /// A copy of `values` on the device.
  template <class T>
  Result<T*> upload(std::span<const T> values) {
    T* const memory = allocate<T>(values.size());
    if (values.empty()) return memory;
    std::memcpy(hostOf(memory), values.data(), values.size_bytes());
    const auto begun = cudaMemcpyAsync(memory, hostOf(memory), values.size_bytes(), cudaMemcpyHostToDevice, m_stream);
    if (const auto done = check(begun, "copy to the device"); !done) return tl::unexpected(done.error());
    return memory;
  }

  /// Copies back; take(values) is called by finish(), in the order of the downloads.
  template <class T, class Take>
  Result<> download(const T* memory, std::size_t count, Take take) {
    if (count == 0) return {};
    auto* const host = reinterpret_cast<T*>(hostOf(memory));
    const auto begun = cudaMemcpyAsync(host, memory, count * sizeof(T), cudaMemcpyDeviceToHost, m_stream);
    if (const auto done = check(begun, "copy from the device"); !done) return done;
    m_takers.push_back([host, count, take = std::move(take)] { take(std::span<const T>(host, count)); });
    return {};
  }
  template <class T>
  Result<> download(const T* memory, std::span<T> into) {
    return download(memory, into.size(),
                    [into](std::span<const T> values) { std::memcpy(into.data(), values.data(), into.size_bytes()); });
  }

  /// Begins a kernel with kThreads threads a block.
  template <class... Parameters, class... Arguments>
  Result<> launch(const char* what, Grid grid, void (*kernel)(Parameters...), Arguments&&... arguments) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(grid.blocks);
    config.blockDim = dim3(kThreads);
    config.dynamicSmemBytes = grid.sharedBytes;
    config.stream = m_stream;
    return check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), what);
  }

  /// Waits for all that was begun and hands over what it brought, or says what failed. The memory is free then.
  Result<> finish();
  /// The same, but whatever came is dropped.
  void abandon();

 private:
  Lane() = default;
  std::byte* hostOf(const void* memory) const { return m_host + (static_cast<const std::byte*>(memory) - m_device); }

  cudaStream_t m_stream = nullptr;
  std::byte* m_device = nullptr;
  std::byte* m_host = nullptr;
  std::size_t m_capacity = 0;
  std::size_t m_used = 0;
  std::vector<std::function<void()>> m_takers;
};

}  // namespace ulpscope::kernels
