// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <mutex>

#include "kernels/cuda/cublas_library.cuh"
#include "kernels/cuda/device_products.h"
#include "kernels/cuda/product_tiles.h"

namespace ulpscope::kernels {

/// Products of any size by cuBLAS, tile by tile where the device's memory does not hold them. Rows and K are filled up
/// with zeros to multiples of kProductGranule, which no sum notices. Calls wait for each other.
class CublasProducts final : public DeviceProducts {
 public:
  using Load = std::function<Result<const CublasFunctions*>()>;
  /// Of device memory for a tile at first; half of it while the device refuses.
  static constexpr std::size_t kMostTileBytes = std::size_t{1} << 30;

  CublasProducts(DeviceInfo device, Load load, std::size_t mostTileBytes = kMostTileBytes)
      : m_device(std::move(device)), m_load(std::move(load)), m_mostTileBytes(mostTileBytes) {}

  Result<ProductDevice> device() const override;
  Result<> multiply(const DeviceProduct& product, std::span<const std::byte> a, std::span<const std::byte> b,
                    std::size_t length, std::span<double> c, const std::stop_token& stop) const override;

 private:
  /// The first time it loads cuBLAS; the device is current then.
  Result<const CublasLibrary*> open() const;

  DeviceInfo m_device;
  Load m_load;
  std::size_t m_mostTileBytes;
  mutable std::mutex m_mutex;
  mutable std::unique_ptr<CublasLibrary> m_library;
};

}  // namespace ulpscope::kernels
