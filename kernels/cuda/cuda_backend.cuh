// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <utility>

#include "core/backend/backend.h"
#include "kernels/cuda/device.cuh"
#include "kernels/cuda/device_products.h"

namespace ulpscope::kernels {

/// What has kernels; a tensor goes through the device piece by piece, whatever its size. What a call adds to is left as
/// it was if the call fails; what it writes may be written in part. Errors of pairs are inherited from Backend: to send
/// both would cost more than to measure them.
class CudaBackend final : public Backend {
 public:
  CudaBackend(std::unique_ptr<Device> device, std::unique_ptr<DeviceProducts> products)
      : m_device(std::move(device)), m_products(std::move(products)) {}

  std::string_view id() const override { return "cuda"; }
  std::string description() const override { return "cuda " + m_device->name(); }

  // elementwise.cu
  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override;
  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override;
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override;
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override;

  // statistics.cu
  Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const override;
  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override;
  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override;
  Result<> absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                     std::span<float> columnMaxima) const override;
  Result<> absMaximaOfCodes(std::span<const std::uint16_t> codes, std::uint16_t infinity,
                            std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima) const override;
  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override;
  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override;

  bool prefersLargePieces() const override { return true; }

  // large_pieces.cu
  Result<bool> measureBlocks(const BlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override;
  Result<bool> measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override;

  Result<> searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<ggml::MinimumFit> fits) const override;
  Result<> searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<float> scales, std::span<std::uint8_t> codes) const override;

  // blocks.cu
  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) const override;
  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in, std::span<float> values) const override;
  bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes,
                          std::span<float> scales) const override;
  bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                          std::span<const float> scales, std::span<float> values) const override;

  Result<ProductDevice> productDevice() const override { return m_products->device(); }
  Result<> multiplyOnDevice(const DeviceProduct& product, std::span<const std::byte> a, std::span<const std::byte> b,
                            std::size_t length, std::span<double> c, const std::stop_token& stop) const override {
    return m_products->multiply(product, a, b, length, c, stop);
  }

 private:
  Result<> unsupported(const char* what) const {
    return fail(Errc::Unsupported, std::string(what) + " is not done by this backend", "cuda");
  }

  std::unique_ptr<Device> m_device;
  std::unique_ptr<DeviceProducts> m_products;
};

}  // namespace ulpscope::kernels
