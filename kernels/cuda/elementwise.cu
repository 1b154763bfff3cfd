// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <optional>

#include "kernels/cuda/cuda_backend.cuh"
#include "kernels/cuda/decode.cuh"
#include "kernels/cuda/round.cuh"

namespace ulpscope::kernels {
namespace {

constexpr std::size_t kOfBlock = kThreads * kFour;
constexpr std::size_t kGranule = 4096;  // elements: whole bytes of every type, whole vectors of every lane

template <class Code>
Result<> encodePiece(const Device& device, Lane& lane, const RoundingPlan& plan, const float* in, Code* codes,
                     std::size_t size) {
  const Grid grid{device.blocksFor(size, kOfBlock)};
  if (plan.rounding == Rounding::NearestEven)
    return lane.launch("encoding", grid, encodeKernel<true, Code>, plan, in, codes, size);
  return lane.launch("encoding", grid, encodeKernel<false, Code>, plan, in, codes, size);
}

template <class Code>
Result<> encodeAll(const Device& device, const RoundingPlan& plan, std::span<const float> in, std::span<Code> codes) {
  return device.forEachPiece(in.size(), kGranule, sizeof(float) + sizeof(Code), 0,
                             [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
                               const std::size_t size = end - begin;
                               const auto values = lane.upload(in.subspan(begin, size));
                               if (!values) return tl::unexpected(values.error());
                               auto* const coded = lane.allocate<Code>(size);
                               if (auto begun = encodePiece(device, lane, plan, *values, coded, size); !begun)
                                 return begun;
                               return lane.download(coded, codes.subspan(begin, size));
                             });
}

}  // namespace

Result<> CudaBackend::decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const {
  if (type.bits == 32 && type.exactAsFloat) {
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return {};
  }
  const std::optional<ElementPlan> plan = makeElementPlan(type);
  if (!plan) return unsupported("decoding this type");
  const auto bits = static_cast<std::size_t>(type.bits);
  return m_device->forEachPiece(
      values.size(), kGranule, sizeof(float) + sizeof(std::uint16_t), 0,
      [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
        const std::size_t size = end - begin;
        const std::size_t firstByte = begin * bits / 8;
        const std::size_t lastByte = (end * bits + 7) / 8;
        const auto packed = lane.upload(bytes.subspan(firstByte, lastByte - firstByte));
        if (!packed) return tl::unexpected(packed.error());
        auto* const decoded = lane.allocate<float>(size);
        const auto* const from = reinterpret_cast<const std::uint8_t*>(*packed);
        const Grid grid{m_device->blocksFor(size, kOfBlock)};
        if (auto begun = lane.launch("decoding", grid, decodeKernel, *plan, from, decoded, size); !begun) return begun;
        return lane.download(decoded, values.subspan(begin, size));
      });
}

Result<> CudaBackend::round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const {
  const std::optional<RoundingPlan> plan = makeRoundingPlan(rule);
  return m_device->forEachPiece(
      in.size(), kGranule, sizeof(float), 0, [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
        const std::size_t size = end - begin;
        const auto values = lane.upload(in.subspan(begin, size));
        if (!values) return tl::unexpected(values.error());
        const Grid grid{m_device->blocksFor(size, kOfBlock)};
        const bool isNearestEven = plan && plan->rounding == Rounding::NearestEven;
        auto begun = !plan           ? lane.launch("rounding", grid, roundByDefinition, rule, *values, *values, size)
                     : isNearestEven ? lane.launch("rounding", grid, roundKernel<true>, *plan, *values, *values, size)
                                     : lane.launch("rounding", grid, roundKernel<false>, *plan, *values, *values, size);
        if (!begun) return begun;
        return lane.download(*values, out.subspan(begin, size));
      });
}

Result<> CudaBackend::encode(const FloatRounding& rule, std::span<const float> in,
                             std::span<std::uint8_t> codes) const {
  const std::optional<RoundingPlan> plan = makeRoundingPlan(rule);
  if (!plan) return unsupported("encoding to this format");
  return encodeAll(*m_device, *plan, in, codes);
}

Result<> CudaBackend::encode(const FloatRounding& rule, std::span<const float> in,
                             std::span<std::uint16_t> codes) const {
  const std::optional<RoundingPlan> plan = makeRoundingPlan(rule);
  if (!plan) return unsupported("encoding to this format");
  return encodeAll(*m_device, *plan, in, codes);
}

}  // namespace ulpscope::kernels
