// SPDX-License-Identifier: Apache-2.0
// In place of cublas_products.cpp where the module is built without the headers of cuBLAS.
#include "kernels/cuda/device_products.h"

namespace ulpscope::kernels {
namespace {

class NoProducts final : public DeviceProducts {
 public:
  Result<ProductDevice> device() const override {
    return fail(Errc::Unsupported, "cuBLAS is not here: its headers were not, when the CUDA module was built", "cuda");
  }
  Result<> multiply(const DeviceProduct&, std::span<const std::byte>, std::span<const std::byte>, std::size_t,
                    std::span<double>, const std::stop_token&) const override {
    return tl::unexpected(device().error());
  }
};

}  // namespace

std::unique_ptr<DeviceProducts> makeCublasProducts(DeviceInfo) { return std::make_unique<NoProducts>(); }

}  // namespace ulpscope::kernels
