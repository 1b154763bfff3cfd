// SPDX-License-Identifier: Apache-2.0
// What every backend can do: the definitions.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/analysis/error_chunk.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/dot.h"
#include "core/quantization/ggml_search.h"
#include "core/quantization/narrow_blocks.h"

namespace ulpscope {
namespace {

/// Whether ScaleTally::add passes a block over.
bool isOrdinary(float scale, std::span<const float> block) {
  if (!std::isfinite(scale)) return false;
  return scale != 0 || std::all_of(block.begin(), block.end(), [](float x) { return x == 0; });
}

bool allOrdinary(std::span<const float> scales, std::size_t blockSize, std::span<const float> values) {
  for (std::size_t block = 0; block < scales.size(); ++block) {
    const std::size_t first = block * blockSize;
    if (!isOrdinary(scales[block], values.subspan(first, std::min(blockSize, values.size() - first)))) return false;
  }
  return true;
}

void measureRestored(const Backend& backend, const BlockPieces& pieces, std::span<const float> values,
                     std::span<const float> restored, const ErrorBrackets& brackets, std::span<ErrorChunk> into) {
  backend.forEach(into.size(), [&](std::size_t c) {
    const std::size_t begin = c * pieces.chunk;
    const std::size_t size = std::min(pieces.chunk, values.size() - begin);
    into[c].below = {};
    into[c].found.clear();
    backend.measureErrors(values.subspan(begin, size), restored.subspan(begin, size), pieces.first + begin, brackets,
                          into[c]);
  });
}

}  // namespace

Result<bool> Backend::measureBlocks(const BlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                                    const ErrorBrackets& brackets, std::span<ErrorChunk> into) const {
  if (values.empty()) return true;
  const bool hasSeams = pieces.line % codec.blockSize != 0 && pieces.line < values.size();
  const std::size_t line = hasSeams ? pieces.line : values.size();
  const std::size_t blocks = divideRoundingUp(line, codec.blockSize);
  std::vector<std::uint8_t> codes(line);
  std::vector<float> scales(blocks), restored(values.size());
  std::vector<std::int32_t> zeroPoints(codec.hasZeroPoints() ? blocks : 0);
  for (std::size_t begin = 0; begin < values.size(); begin += line) {
    const auto of = values.subspan(begin, line);
    if (auto done = quantizeBlocks(codec, of, {codes, scales, zeroPoints}); !done)
      return tl::unexpected(std::move(done).error());
    if (!allOrdinary(scales, codec.blockSize, of)) return false;
    if (auto done = dequantizeBlocks(codec, {codes, scales, zeroPoints}, std::span(restored).subspan(begin, line));
        !done)
      return tl::unexpected(std::move(done).error());
  }
  measureRestored(*this, pieces, values, restored, brackets, into);
  return true;
}

Result<bool> Backend::measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces,
                                    std::span<const float> values, const ErrorBrackets& brackets,
                                    std::span<ErrorChunk> into) const {
  std::vector<std::uint8_t> codes(values.size());
  std::vector<float> scales(values.size() / codec.blockSize), restored(values.size());
  if (!encodeNarrowBlocks(codec, values, codes, scales) || !decodeNarrowBlocks(codec, codes, scales, restored))
    return fail(Errc::Unsupported, "no kernels for narrow blocks of this codec", std::string(id()));
  // Infinities may have an ordinary scale here: ScaleTally::addLooking.
  const bool allFinite = std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
  if (!allFinite || !allOrdinary(scales, codec.blockSize, values)) return false;
  measureRestored(*this, pieces, values, restored, brackets, into);
  return true;
}

void Backend::measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                            const ErrorBrackets& brackets, ErrorChunk& into) const {
  measureChunk(x, y, first, brackets, into);
}

Result<> Backend::searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                               std::span<ggml::MinimumFit> fits) const {
  ggml::searchMinima(search, x, w, fits);
  return {};
}

Result<> Backend::searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                               std::span<float> scales, std::span<std::uint8_t> codes) const {
  ggml::searchScales(search, x, w, scales, codes);
  return {};
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
