// SPDX-License-Identifier: Apache-2.0
#include "tests/core/matmul/modelled_device.h"

#include <cstring>

#include "core/backend/fallback_backend.h"
#include "core/formats/codec.h"
#include "core/matmul/measured_product.h"

namespace ulpscope::test {
namespace {

using Operands = DeviceProduct::Operands;

double valueOf(Operands operands, const std::byte* at) {
  const auto read = [&]<class Code>(Code) {
    Code code;
    std::memcpy(&code, at, sizeof(Code));
    return code;
  };
  if (operands == Operands::Int8) return read(std::int8_t{});
  if (bytesOf(operands) == 4) return static_cast<double>(read(float{}));
  const FloatSpec& spec = *findFormat(formatOf(operands))->floatSpec();
  return static_cast<double>(
      decodeToFloat(spec, bytesOf(operands) == 1 ? read(std::uint8_t{}) : read(std::uint16_t{})));
}

DenseMatrix decoded(Operands operands, std::span<const std::byte> codes, std::size_t length) {
  DenseMatrix matrix{codes.size() / bytesOf(operands) / length, length, {}};
  for (std::size_t at = 0; at < codes.size(); at += bytesOf(operands))
    matrix.values.push_back(valueOf(operands, &codes[at]));
  return matrix;
}

/// Nothing but a device.
class DeviceAlone final : public Backend {
 public:
  DeviceAlone(ModelledDevice device, std::shared_ptr<const Backend> within)
      : m_device(std::move(device)), m_within(std::move(within)) {}
  std::string_view id() const override { return "modelled"; }
  std::string description() const override { return "modelled device"; }

  Result<ProductDevice> productDevice() const override {
    return ProductDevice{"Model GPU",
                         "cuBLAS 13.1.0",
                         m_device.major,
                         m_device.minor,
                         {Operands::Float32, Operands::TFloat32, Operands::Float16, Operands::BFloat16,
                          Operands::Float8E4M3, Operands::Int8}};
  }
  Result<> multiplyOnDevice(const DeviceProduct& product, std::span<const std::byte> a, std::span<const std::byte> b,
                            std::size_t length, std::span<double> c, const std::stop_token&) const override {
    if (m_device.failure) return tl::unexpected(*m_device.failure);
    const bool isOwn = product.operands == Operands::Float32 || product.operands == Operands::Int8;
    const std::string engine = product.operands == Operands::Float32 ? "fma@float32"
                               : isOwn                               ? "exact@float64"
                                       : m_device.engine + "@" + std::string(formatOf(product.operands));
    ProductSettings settings{.engine = *parseEngine(engine)};
    if (!isOwn) settings.order = product.promotes ? KOrder{KOrder::Kind::Promote, 128} : m_device.order;
    settings.inputRounding = Rounding::TowardZero;  // operands are rounded already
    const auto found =
        multiply(settings, decoded(product.operands, a, length), decoded(product.operands, b, length), *m_within, {});
    std::ranges::copy(found->c.values, c.begin());
    return {};
  }

  Result<> decode(const ElementType&, std::span<const std::byte>, std::span<float>) const override { return none(); }
  Result<> round(const FloatRounding&, std::span<const float>, std::span<float>) const override { return none(); }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint8_t>) const override {
    return none();
  }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint16_t>) const override {
    return none();
  }
  Result<> profile(std::span<const float>, float, ProfileAccumulator&) const override { return none(); }
  Result<> countCodes(std::span<const std::uint16_t>, std::span<std::uint64_t>) const override { return none(); }
  Result<> countCodes(std::span<const std::uint8_t>, std::span<std::uint64_t>) const override { return none(); }
  Result<> absMaxima(std::span<const float>, std::span<float>, std::span<float>) const override { return none(); }
  Result<> absMaximaOfCodes(std::span<const std::uint16_t>, std::uint16_t, std::span<std::uint16_t>,
                            std::span<std::uint16_t>) const override {
    return none();
  }
  Result<> countBlocks(std::span<const float>, std::uint64_t, BlockCounts&) const override { return none(); }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t>, std::uint64_t, const CodeClasses&,
                              BlockCounts&) const override {
    return none();
  }
  Result<> quantizeBlocks(const BlockCodec&, std::span<const float>, const BlockCodes&) const override {
    return none();
  }
  Result<> dequantizeBlocks(const BlockCodec&, const ConstBlockCodes&, std::span<float>) const override {
    return none();
  }

 private:
  static Result<> none() { return fail(Errc::Unsupported, "not by this device"); }

  ModelledDevice m_device;
  std::shared_ptr<const Backend> m_within;
};

}  // namespace

std::shared_ptr<const Backend> backendWithDevice(ModelledDevice device, std::shared_ptr<const Backend> always) {
  auto alone = std::make_shared<DeviceAlone>(std::move(device), always);
  return makeFallbackBackend(std::move(alone), std::move(always), {});
}

}  // namespace ulpscope::test
