// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dequantize_blocks.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dequantize_blocks.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/decoding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

#ifndef ULPSCOPE_DEQUANTIZE_BLOCKS_TABLES
#define ULPSCOPE_DEQUANTIZE_BLOCKS_TABLES
namespace ulpscope::kernels {
namespace {

enum class Restoring { Signed, Unsigned, BnbInt8, Nf4, Float8 };

Restoring restoringOf(const BlockCodec& codec) {
  using Kind = BlockCodec::Kind;
  switch (codec.kind) {
    case Kind::Absmax:
    case Kind::CompressedInt:
    case Kind::Affine:
      return codec.low < 0 ? Restoring::Signed : Restoring::Unsigned;
    case Kind::Q8_0:
    case Kind::Q8_0Avx2:
    case Kind::EetqInt8:
      return Restoring::Signed;
    case Kind::Q4_0:
      return Restoring::Unsigned;
    case Kind::BnbInt8:
      return Restoring::BnbInt8;
    case Kind::Nf4:
      return Restoring::Nf4;
    case Kind::ScaledFloat8:
      return Restoring::Float8;
  }
  return Restoring::Signed;
}

/// What is taken off an integer code; both are whole and below 2^24, or the code is negligible beside it, so that the
/// difference is the one rounded operation of the definition. 0 changes nothing, as no code is a negative zero.
float zeroOf(const BlockCodec& codec, const BlockScale& stored) {
  if (codec.kind == BlockCodec::Kind::Q4_0) return 8;
  return codec.hasZeroPoints() ? static_cast<float>(stored.zeroPoint) : 0;
}

constexpr DecodingPlan kE4m3 =
    *makeDecodingPlan({.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly});
constexpr DecodingPlan kE5m2 = *makeDecodingPlan({.exponentBits = 5, .fractionBits = 2, .bias = 15});

/// int8_vectorwise_dequant's constant, near 1 / 127 (core/quantization/block_codec.h).
constexpr float kBnbReciprocal = 0.007874015718698502F;

}  // namespace
}  // namespace ulpscope::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

template <Restoring kRestoring>
class RestoringLanes {
  using D = hn::ScalableTag<float>;
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;

 public:
  explicit RestoringLanes(const BlockCodec& codec)
      : m_codec(codec), m_float8(codec.divisor == 448 ? kE4m3 : kE5m2), m_nf4(nf4Values().data()) {}

  /// A block, or part of one.
  void restore(const BlockScale& stored, const std::uint8_t* codes, float* values, std::size_t size,
               bool stream) const {
    const D d;
    const V zero = hn::Set(d, zeroOf(m_codec, stored));
    const V scale = hn::Set(d, stored.scale);
    writeVectors(d, codes, values, size, stream, [&](const std::uint8_t* from) { return value(from, zero, scale); });
  }

  /// The same of whole vectors, without writeVectors' care for others: `values` are aligned if `stream`.
  HWY_INLINE void restoreVectors(const BlockScale& stored, const std::uint8_t* codes, float* values, std::size_t size,
                                 bool stream) const {
    const D d;
    const V zero = hn::Set(d, zeroOf(m_codec, stored));
    const V scale = hn::Set(d, stored.scale);
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) store(value(codes + i, zero, scale), d, values + i, stream);
  }

 private:
  V value(const std::uint8_t* codes, V zero, V scale) const {
    const D d;
    const hn::Rebind<std::uint8_t, D> dCode;
    const auto code = hn::LoadU(dCode, codes);
    if constexpr (kRestoring == Restoring::Signed || kRestoring == Restoring::BnbInt8) {
      const hn::RebindToSigned<decltype(dCode)> dSigned;
      const V number = hn::ConvertTo(d, hn::PromoteTo(DI(), hn::BitCast(dSigned, code)));
      const V scaled = hn::Mul(hn::Sub(number, zero), scale);
      return kRestoring == Restoring::BnbInt8 ? hn::Mul(scaled, hn::Set(d, kBnbReciprocal)) : scaled;
    } else if constexpr (kRestoring == Restoring::Unsigned) {
      return hn::Mul(hn::Sub(hn::ConvertTo(d, hn::PromoteTo(DI(), code)), zero), scale);
    } else if constexpr (kRestoring == Restoring::Nf4) {
      return hn::Mul(nf4(hn::And(hn::PromoteTo(DI(), code), hn::Set(DI(), 15))), scale);
    } else {
      return hn::Mul(DecodingLanes<DecodingPlan::Kind::Rebiased, D>(m_float8).decode(hn::PromoteTo(DI(), code)), scale);
    }
  }

  V nf4(hn::Vec<DI> index) const {
    const D d;
#if HWY_TARGET <= HWY_AVX3  // the whole table fits in a vector
    return hn::TableLookupLanes(hn::LoadU(d, m_nf4), hn::IndicesFromVec(d, index));
#else
    return hn::GatherIndex(d, m_nf4, index);
#endif
  }

  BlockCodec m_codec;
  DecodingPlan m_float8;
  const float* m_nf4;
};

template <class Work>
HWY_INLINE void withRestoringLanes(const BlockCodec& codec, const Work& work) {
  switch (restoringOf(codec)) {
    case Restoring::Signed:
      return work(RestoringLanes<Restoring::Signed>(codec));
    case Restoring::Unsigned:
      return work(RestoringLanes<Restoring::Unsigned>(codec));
    case Restoring::BnbInt8:
      return work(RestoringLanes<Restoring::BnbInt8>(codec));
    case Restoring::Nf4:
      return work(RestoringLanes<Restoring::Nf4>(codec));
    case Restoring::Float8:
      return work(RestoringLanes<Restoring::Float8>(codec));
  }
}

void dequantizeAll(const BlockCodec& codec, const ConstBlockCodes& in, std::span<float> values, bool stream) {
  const bool ofVectors =
      codec.blockSize % hn::Lanes(hn::ScalableTag<float>()) == 0 && (!stream || isAligned(values.data()));
  const std::size_t whole = ofVectors ? values.size() / codec.blockSize : 0;
  // By value what the lanes need, so that it stays in registers: what is written might alias what others can see.
  const auto stored = [scales = in.scales.data(), zeros = codec.hasZeroPoints() ? in.zeroPoints.data() : nullptr](
                          std::size_t block) { return BlockScale{scales[block], zeros ? zeros[block] : 0}; };
  withRestoringLanes(codec, [&](const auto& lanes) {
    forEachStep(whole, worthTwoPlaces(in.codes.size()),
                [=, codes = in.codes.data(), size = codec.blockSize, to = values.data()](std::size_t block) {
                  lanes.restoreVectors(stored(block), codes + block * size, to + block * size, size, stream);
                });
    for (std::size_t block = whole; block < in.scales.size(); ++block) {
      const std::size_t first = block * codec.blockSize;
      const std::size_t size = std::min<std::size_t>(codec.blockSize, values.size() - first);
      lanes.restore(stored(block), in.codes.data() + first, values.data() + first, size, stream);
    }
  });
  if (stream) hwy::FlushStream();
}

void dequantizeSome(const BlockCodec& codec, std::span<const std::uint8_t> codes, const BlockScale& stored,
                    std::span<float> values, bool stream) {
  withRestoringLanes(
      codec, [&](const auto& lanes) { lanes.restore(stored, codes.data(), values.data(), values.size(), stream); });
  if (stream) hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(dequantizeAll);
HWY_EXPORT(dequantizeSome);

void dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in, std::span<float> values, bool stream) {
  HWY_DYNAMIC_DISPATCH(dequantizeAll)(codec, in, values, stream);
}

void dequantizePart(const BlockCodec& codec, std::span<const std::uint8_t> codes, BlockScale stored,
                    std::span<float> values, bool stream) {
  HWY_DYNAMIC_DISPATCH(dequantizeSome)(codec, codes, stored, values, stream);
}

}  // namespace ulpscope::kernels
#endif
