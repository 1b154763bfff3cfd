// SPDX-License-Identifier: Apache-2.0
#include "core/backend/fallback_backend.h"

#include <fmt/format.h>

#include <atomic>
#include <type_traits>
#include <utility>

namespace ulpscope {
namespace {

class FallbackBackend final : public Backend {
 public:
  FallbackBackend(std::shared_ptr<const Backend> preferred, std::shared_ptr<const Backend> always,
                  std::function<void(const Error&)> notice)
      : m_preferred(std::move(preferred)), m_always(std::move(always)), m_notice(std::move(notice)) {}

  std::string_view id() const override { return m_isLost ? m_always->id() : m_preferred->id(); }
  std::string description() const override {
    return m_isLost ? m_always->description()
                    : fmt::format("{}, and {}", m_preferred->description(), m_always->description());
  }
  void forEach(std::size_t count, const std::function<void(std::size_t index)>& work) const override {
    m_always->forEach(count, work);
  }

  bool prefersLargePieces() const override { return (m_isLost ? m_always : m_preferred)->prefersLargePieces(); }

  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override {
    return either([&](const Backend& backend) { return backend.decode(type, bytes, values); });
  }
  /// In place, too: rounding what was rounded already gives it back.
  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override {
    return either([&](const Backend& backend) { return backend.round(rule, in, out); });
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override {
    return either([&](const Backend& backend) { return backend.encode(rule, in, codes); });
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override {
    return either([&](const Backend& backend) { return backend.encode(rule, in, codes); });
  }
  Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const override {
    return either([&](const Backend& backend) { return backend.profile(values, smallestNormal, into); });
  }
  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override {
    return either([&](const Backend& backend) { return backend.countCodes(codes, counts); });
  }
  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override {
    return either([&](const Backend& backend) { return backend.countCodes(codes, counts); });
  }
  Result<> absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                     std::span<float> columnMaxima) const override {
    return either([&](const Backend& backend) { return backend.absMaxima(values, rowMaxima, columnMaxima); });
  }
  Result<> absMaximaOfCodes(std::span<const std::uint16_t> codes, std::uint16_t infinity,
                            std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima) const override {
    return either(
        [&](const Backend& backend) { return backend.absMaximaOfCodes(codes, infinity, rowMaxima, columnMaxima); });
  }
  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override {
    return either([&](const Backend& backend) { return backend.countBlocks(values, columns, into); });
  }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override {
    return either([&](const Backend& backend) { return backend.countBlocksOfCodes(codes, columns, classes, into); });
  }
  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                          const BlockCodes& out) const override {
    return either([&](const Backend& backend) { return backend.quantizeBlocks(codec, values, out); });
  }
  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                            std::span<float> values) const override {
    return either([&](const Backend& backend) { return backend.dequantizeBlocks(codec, in, values); });
  }

  void measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                     const ErrorBrackets& brackets, ErrorChunk& into) const override {
    m_always->measureErrors(x, y, first, brackets, into);
  }
  Result<bool> measureBlocks(const BlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override {
    return either([&](const Backend& backend) { return backend.measureBlocks(codec, pieces, values, brackets, into); });
  }
  Result<bool> measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override {
    return either([&](const Backend& backend) { return backend.measureBlocks(codec, pieces, values, brackets, into); });
  }
  Result<> searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<ggml::MinimumFit> fits) const override {
    return either([&](const Backend& backend) { return backend.searchMinima(search, x, w, fits); });
  }
  Result<> searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<float> scales, std::span<std::uint8_t> codes) const override {
    return either([&](const Backend& backend) { return backend.searchScales(search, x, w, scales, codes); });
  }
  bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes,
                          std::span<float> scales) const override {
    return m_always->encodeNarrowBlocks(codec, values, codes, scales);
  }
  bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                          std::span<const float> scales, std::span<float> values) const override {
    return m_always->decodeNarrowBlocks(codec, codes, scales, values);
  }
  void multiplyAdd(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                   std::size_t length, std::span<float> c) const override {
    m_always->multiplyAdd(unit, smallestExponent, a, b, length, c);
  }
  void multiplyAdd(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                   std::span<float> c) const override {
    m_always->multiplyAdd(unit, a, b, length, c);
  }
  void multiplyAdd(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length,
                   std::span<double> c) const override {
    m_always->multiplyAdd(a, b, length, c);
  }

  Result<ProductDevice> productDevice() const override {
    return m_isLost ? Result<ProductDevice>(lost()) : m_preferred->productDevice();
  }
  /// Measured by the device or not at all.
  Result<> multiplyOnDevice(const DeviceProduct& product, std::span<const std::byte> a, std::span<const std::byte> b,
                            std::size_t length, std::span<double> c, const std::stop_token& stop) const override {
    if (m_isLost) return lost();
    Result<> done = m_preferred->multiplyOnDevice(product, a, b, length, c, stop);
    if (!done) hear(done.error());
    return done;
  }

 private:
  template <class Call>
  std::invoke_result_t<Call, const Backend&> either(const Call& call) const {
    if (!m_isLost) {
      const auto done = call(*m_preferred);
      if (done) return done;
      hear(done.error());
    }
    return call(*m_always);
  }

  void hear(const Error& error) const {
    if (error.code == Errc::Device && !m_isLost.exchange(true) && m_notice) m_notice(error);
  }

  tl::unexpected<Error> lost() const {
    return fail(Errc::Unsupported, "the device has failed before and is not asked again",
                std::string(m_preferred->id()));
  }

  std::shared_ptr<const Backend> m_preferred;
  std::shared_ptr<const Backend> m_always;
  std::function<void(const Error&)> m_notice;
  mutable std::atomic<bool> m_isLost = false;
};

}  // namespace

std::unique_ptr<Backend> makeFallbackBackend(std::shared_ptr<const Backend> preferred,
                                             std::shared_ptr<const Backend> always,
                                             std::function<void(const Error&)> notice) {
  return std::make_unique<FallbackBackend>(std::move(preferred), std::move(always), std::move(notice));
}

}  // namespace ulpscope
