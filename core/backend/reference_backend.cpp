// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/formats/codec.h"

namespace ulpscope {
namespace {

/// One chunk of at most ProfileAccumulator::kChunk values.
ProfileAccumulator profileChunk(std::span<const float> values, float smallestNormal) {
  ProfileAccumulator chunk;
  std::uint64_t finite = 0;
  const double shift = ProfileAccumulator::chunkShift(values);
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
  for (const float x : values) {
    if (std::isnan(x)) {
      ++chunk.kinds.nan;
    } else if (std::isinf(x)) {
      ++(x > 0 ? chunk.kinds.positiveInfinity : chunk.kinds.negativeInfinity);
    } else {
      if (x == 0)
        ++chunk.kinds.zero;
      else if (std::fabs(x) < smallestNormal)
        ++chunk.kinds.subnormal;
      chunk.min = std::min(chunk.min, x);
      chunk.max = std::max(chunk.max, x);
      ++finite;
      const double d = x - shift;
      s1 += d;
      s2 += d * d;
      s3 += d * d * d;
      s4 += d * d * d * d;
    }
  }
  if (finite == 0) return chunk;
  chunk.moments = Moments::fromShiftedSums(finite, shift, s1, s2, s3, s4);
  const int exponent = FoldedHistogram::exponentFor(std::max(std::fabs(chunk.min), std::fabs(chunk.max)));
  chunk.histogram.exponent = exponent;
  const double scale = FoldedHistogram::scaleFor(exponent);
  for (const float x : values)
    if (std::isfinite(x)) ++chunk.histogram.counts[FoldedHistogram::binAt(x * scale)];
  return chunk;
}

template <class Code>
void encodeAll(const FloatRounding& rule, std::span<const float> in, std::span<Code> codes) {
  assert(in.size() == codes.size());
  std::transform(in.begin(), in.end(), codes.begin(), [&](float value) {
    return static_cast<Code>(encodeFloat(rule.spec, value, rule.rounding, rule.overflow).code);
  });
}

template <class Code>
void countAll(std::span<const Code> codes, std::span<std::uint64_t> counts) {
  for (const Code code : codes) ++counts[code];
}

/// magnitudeOf(element) is in the order of the magnitudes, classOf(magnitude) the class in BlockCounts.
template <class T, class MagnitudeOf, class ClassOf>
void countEachBlock(std::span<const T> elements, std::uint64_t columns, MagnitudeOf magnitudeOf, ClassOf classOf,
                    BlockCounts& into) {
  assert(columns > 0 && elements.size() % columns == 0);
  for (std::size_t which = 0; which < kBlockSizes.size(); ++which)
    for (std::size_t row = 0; row < elements.size(); row += columns)
      for (std::uint64_t column = 0; column < columns; column += kBlockSizes[which]) {
        const auto block = elements.subspan(row + column, std::min(kBlockSizes[which], columns - column));
        auto largest = magnitudeOf(block.front());
        for (const T element : block) largest = std::max(largest, magnitudeOf(element));
        ++into.bySize[which][classOf(largest)];
      }
}

class ReferenceBackend final : public Backend {
 public:
  std::string_view id() const override { return "reference"; }
  std::string description() const override { return "reference, 1 thread"; }

  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override {
    decodeElements(type, bytes, values);
    return {};
  }

  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override {
    assert(in.size() == out.size());
    std::transform(in.begin(), in.end(), out.begin(),
                   [&](float value) { return roundFloat(rule.spec, value, rule.rounding, rule.overflow); });
    return {};
  }

  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override {
    encodeAll(rule, in, codes);
    return {};
  }

  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override {
    encodeAll(rule, in, codes);
    return {};
  }

  Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const override {
    while (!values.empty()) {
      const std::size_t size = std::min(values.size(), ProfileAccumulator::kChunk);
      into.merge(profileChunk(values.first(size), smallestNormal));
      values = values.subspan(size);
    }
    return {};
  }

  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override {
    countAll(codes, counts);
    return {};
  }

  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override {
    countAll(codes, counts);
    return {};
  }

  Result<> absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                     std::span<float> columnMaxima) const override {
    assert(values.size() == rowMaxima.size() * columnMaxima.size());
    for (std::size_t r = 0; r < rowMaxima.size(); ++r) {
      const auto row = values.subspan(r * columnMaxima.size(), columnMaxima.size());
      for (std::size_t c = 0; c < row.size(); ++c) {
        const float magnitude = std::fabs(row[c]);  // NaN compares false and is left out
        if (magnitude > rowMaxima[r]) rowMaxima[r] = magnitude;
        if (magnitude > columnMaxima[c]) columnMaxima[c] = magnitude;
      }
    }
    return {};
  }

  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override {
    countEachBlock(values, columns, magnitudeBits, BlockCounts::classOf, into);
    return {};
  }

  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override {
    const auto magnitudeOf = [](std::uint16_t code) { return static_cast<std::uint16_t>(code & 0x7FFF); };
    countEachBlock(
        codes, columns, magnitudeOf, [&](std::uint16_t magnitude) { return classes.ofCode[magnitude]; }, into);
    return {};
  }

  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                          const BlockCodes& out) const override {
    assert(out.codes.size() == values.size());
    assert(out.scales.size() == divideRoundingUp(values.size(), codec.blockSize));
    for (std::size_t block = 0; block < out.scales.size(); ++block) {
      const auto [first, size] = extent(codec, block, values.size());
      const BlockScale stored = quantizeBlock(codec, values.subspan(first, size), out.codes.subspan(first, size));
      out.scales[block] = stored.scale;
      if (codec.hasZeroPoints()) out.zeroPoints[block] = stored.zeroPoint;
    }
    return {};
  }

  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                            std::span<float> values) const override {
    assert(in.codes.size() == values.size());
    for (std::size_t block = 0; block < in.scales.size(); ++block) {
      const auto [first, size] = extent(codec, block, values.size());
      const BlockScale stored{in.scales[block], codec.hasZeroPoints() ? in.zeroPoints[block] : 0};
      dequantizeBlock(codec, in.codes.subspan(first, size), stored, values.subspan(first, size));
    }
    return {};
  }

 private:
  struct Extent {
    std::size_t first;
    std::size_t size;
  };
  static Extent extent(const BlockCodec& codec, std::size_t block, std::size_t total) {
    const std::size_t first = block * codec.blockSize;
    return {first, std::min<std::size_t>(codec.blockSize, total - first)};
  }
};

}  // namespace

std::unique_ptr<Backend> makeReferenceBackend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace ulpscope
