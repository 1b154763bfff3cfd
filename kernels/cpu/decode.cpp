// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/decode.h"

#include <hwy/cache_control.h>

#include <cstdint>
#include <optional>
#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/decode.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/decoding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

/// An element as it lies in a file: of any alignment.
template <class Stored>
struct Unaligned {
  std::uint8_t bytes[sizeof(Stored)];
};

/// One vector of stored elements, widened to 32 bits.
template <class D, class Stored>
HWY_INLINE hn::Vec<hn::RebindToSigned<D>> loadWidened(D, const Unaligned<Stored>* from) {
  const hn::Rebind<Stored, D> dStored;
  const hn::Repartition<std::uint8_t, decltype(dStored)> dBytes;
  return hn::PromoteTo(hn::RebindToSigned<D>(), hn::BitCast(dStored, hn::LoadU(dBytes, from->bytes)));
}

template <class Stored>
void decodeFloatArray(const DecodingPlan& plan, const std::byte* bytes, float* values, std::size_t size, bool stream) {
  const hn::ScalableTag<float> d;
  const auto* in = reinterpret_cast<const Unaligned<Stored>*>(bytes);
  withDecodingLanes(d, plan, [&](const auto& lanes) {
    writeVectors(d, in, values, size, stream,
                 [&](const Unaligned<Stored>* from) { return lanes.decode(loadWidened(d, from)); });
  });
  if (stream) hwy::FlushStream();
}

template <class Stored>
void decodeIntegerArray(const std::byte* bytes, float* values, std::size_t size, bool stream) {
  const hn::ScalableTag<float> d;
  const auto* in = reinterpret_cast<const Unaligned<Stored>*>(bytes);
  writeVectors(d, in, values, size, stream,
               [&](const Unaligned<Stored>* from) { return hn::ConvertTo(d, loadWidened(d, from)); });
  if (stream) hwy::FlushStream();
}

void decodeFloat8(const DecodingPlan& plan, const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeFloatArray<std::uint8_t>(plan, bytes, values, size, stream);
}
void decodeFloat16(const DecodingPlan& plan, const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeFloatArray<std::uint16_t>(plan, bytes, values, size, stream);
}
void decodeInt8(const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeIntegerArray<std::int8_t>(bytes, values, size, stream);
}
void decodeUint8(const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeIntegerArray<std::uint8_t>(bytes, values, size, stream);
}
void decodeInt16(const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeIntegerArray<std::int16_t>(bytes, values, size, stream);
}
void decodeUint16(const std::byte* bytes, float* values, std::size_t size, bool stream) {
  decodeIntegerArray<std::uint16_t>(bytes, values, size, stream);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(decodeFloat8);
HWY_EXPORT(decodeFloat16);
HWY_EXPORT(decodeInt8);
HWY_EXPORT(decodeUint8);
HWY_EXPORT(decodeInt16);
HWY_EXPORT(decodeUint16);

void decodeValues(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values, bool stream) {
  const FloatSpec* spec = type.format ? type.format->floatSpec() : nullptr;
  const std::optional<DecodingPlan> plan = spec ? makeDecodingPlan(*spec) : std::nullopt;
  const std::size_t size = values.size();
  if (plan && type.bits == 8)
    return HWY_DYNAMIC_DISPATCH(decodeFloat8)(*plan, bytes.data(), values.data(), size, stream);
  if (plan && type.bits == 16)
    return HWY_DYNAMIC_DISPATCH(decodeFloat16)(*plan, bytes.data(), values.data(), size, stream);
  if (type.name == "I8") return HWY_DYNAMIC_DISPATCH(decodeInt8)(bytes.data(), values.data(), size, stream);
  if (type.name == "U8") return HWY_DYNAMIC_DISPATCH(decodeUint8)(bytes.data(), values.data(), size, stream);
  if (type.name == "I16") return HWY_DYNAMIC_DISPATCH(decodeInt16)(bytes.data(), values.data(), size, stream);
  if (type.name == "U16") return HWY_DYNAMIC_DISPATCH(decodeUint16)(bytes.data(), values.data(), size, stream);
  decodeElements(type, bytes, values);  // floats as they are, and what is packed below a byte
}

}  // namespace ulpscope::kernels
#endif
