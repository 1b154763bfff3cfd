// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/matmul/device_product.h"

namespace ulpscope::kernels {

/// Matrix products by a library on one device: Backend's calls of the same meaning.
class DeviceProducts {
 public:
  virtual ~DeviceProducts() = default;
  virtual Result<ProductDevice> device() const = 0;
  virtual Result<> multiply(const DeviceProduct& product, std::span<const std::byte> a, std::span<const std::byte> b,
                            std::size_t length, std::span<double> c, const std::stop_token& stop) const = 0;
};

struct DeviceInfo {
  int index = 0;
  std::string name;
  int major = 0, minor = 0;  ///< compute capability
};

/// By cuBLAS, which is looked for at the first call: its absence, an Unsupported error, is no failure of the device.
std::unique_ptr<DeviceProducts> makeCublasProducts(DeviceInfo device);

}  // namespace ulpscope::kernels
