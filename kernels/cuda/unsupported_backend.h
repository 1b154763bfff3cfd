// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// A backend that can do nothing yet. The CUDA backend overrides what it has kernels for; the rest says so.
class UnsupportedBackend : public Backend {
 public:
  Result<> decode(const ElementType&, std::span<const std::byte>, std::span<float>) const override {
    return unsupported("decoding");
  }
  Result<> round(const FloatRounding&, std::span<const float>, std::span<float>) const override {
    return unsupported("rounding to this format");
  }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint8_t>) const override {
    return unsupported("encoding");
  }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint16_t>) const override {
    return unsupported("encoding");
  }
  Result<> profile(std::span<const float>, float, ProfileAccumulator&) const override {
    return unsupported("statistics");
  }
  Result<> countCodes(std::span<const std::uint16_t>, std::span<std::uint64_t>) const override {
    return unsupported("counting codes");
  }
  Result<> countCodes(std::span<const std::uint8_t>, std::span<std::uint64_t>) const override {
    return unsupported("counting codes");
  }
  Result<> absMaxima(std::span<const float>, std::span<float>, std::span<float>) const override {
    return unsupported("row and column maxima");
  }
  Result<> countBlocks(std::span<const float>, std::uint64_t, BlockCounts&) const override {
    return unsupported("counting blocks");
  }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t>, std::uint64_t, const CodeClasses&,
                              BlockCounts&) const override {
    return unsupported("counting blocks");
  }
  Result<> quantizeBlocks(const BlockCodec&, std::span<const float>, const BlockCodes&) const override {
    return unsupported("this block codec");
  }
  Result<> dequantizeBlocks(const BlockCodec&, const ConstBlockCodes&, std::span<float>) const override {
    return unsupported("this block codec");
  }

 private:
  Result<> unsupported(const char* what) const {
    return fail(Errc::Unsupported, std::string(what) + " is not done by this backend", std::string(id()));
  }
};

}  // namespace ulpscope::kernels
