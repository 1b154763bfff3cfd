// SPDX-License-Identifier: Apache-2.0
// What every backend can do: the definitions.
#include <cmath>

#include "core/analysis/error_chunk.h"
#include "core/backend/backend.h"
#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/dot.h"
#include "core/quantization/ggml_search.h"

namespace ulpscope {

void Backend::measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                            const ErrorBrackets& brackets, ErrorChunk& into) const {
  measureChunk(x, y, first, brackets, into);
}

void Backend::searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                           std::span<ggml::MinimumFit> fits) const {
  ggml::searchMinima(search, x, w, fits);
}

void Backend::searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                           std::span<float> scales, std::span<std::uint8_t> codes) const {
  ggml::searchScales(search, x, w, scales, codes);
}

bool Backend::encodeNarrowBlocks(const NarrowBlockCodec&, std::span<const float>, std::span<std::uint8_t>,
                                 std::span<float>) const {
  return false;
}

bool Backend::decodeNarrowBlocks(const NarrowBlockCodec&, std::span<const std::uint8_t>, std::span<const float>,
                                 std::span<float>) const {
  return false;
}

void Backend::multiplyAdd(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                          std::size_t length, std::span<float> c) const {
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.rows; ++j) {
      float& sum = c[i * b.rows + j];
      sum = static_cast<float>(dot(unit, smallestExponent, a.row(i, length), b.row(j, length), sum));
    }
}

void Backend::multiplyAdd(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                          std::span<float> c) const {
  const std::size_t columns = b.elements.rows;
  for (std::size_t i = 0; i < a.elements.rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      c[i * columns + j] = scaledDot(unit, a, i, b, j, length, c[i * columns + j]);
}

void Backend::multiplyAdd(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length,
                          std::span<double> c) const {
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.rows; ++j) {
      double& sum = c[i * b.rows + j];
      const auto x = a.row(i, length);
      const auto y = b.row(j, length);
      for (std::size_t k = 0; k < length; ++k) sum = std::fma(x[k], y[k], sum);
    }
}

Result<ProductDevice> Backend::productDevice() const {
  return fail(Errc::Unsupported, "this backend computes on no device that has a library for matrix products",
              std::string(id()));
}

Result<> Backend::multiplyOnDevice(const DeviceProduct&, std::span<const std::byte>, std::span<const std::byte>,
                                   std::size_t, std::span<double>, const std::stop_token&) const {
  return tl::unexpected(productDevice().error());
}

}  // namespace ulpscope
