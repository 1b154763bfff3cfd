// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/torch/dequantized.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostChannels = 16 << 20;
constexpr std::size_t kPart = 4096;  ///< codes that are read at once

/// The integer of a code of torch's quantized types; those below a byte have the first in the low bits.
struct Codes {
  std::size_t bytes;   ///< of the code, or of those that share a byte
  std::size_t packed;  ///< codes in a byte
  bool isSigned;

  std::int32_t at(std::span<const std::byte> stored, std::uint64_t index) const {
    if (bytes == 4) {
      std::int32_t code = 0;
      std::memcpy(&code, stored.data() + index * 4, sizeof code);
      return code;
    }
    const auto byte = static_cast<std::uint8_t>(stored[index / packed]);
    const unsigned bits = 8 / static_cast<unsigned>(packed);
    const unsigned code = byte >> (index % packed * bits) & ((1u << bits) - 1);
    return isSigned ? static_cast<std::int8_t>(code) : static_cast<std::int32_t>(code);
  }
};

Codes codesOf(const TorchType& type) { return {type.bytes, type.packed, type.dtype.starts_with("qi")}; }

/// One scale and zero point for all: the difference of two 32-bit integers, which may wrap, times the scale as float.
struct Uniform {
  float scale;
  std::int32_t zeroPoint;

  float valueOf(std::int32_t code, std::uint64_t /*index*/) const {
    const auto difference =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(code) - static_cast<std::uint32_t>(zeroPoint));
    return static_cast<float>(difference) * scale;
  }
};

/// One pair for each index along an axis: the difference as float, times the scale as double, rounded once.
struct Channels {
  std::vector<double> scales;
  std::vector<float> zeroPoints;
  std::uint64_t inner;  ///< elements of one index

  float valueOf(std::int32_t code, std::uint64_t index) const {
    const std::uint64_t channel = index / inner % scales.size();
    const float difference = static_cast<float>(code) - zeroPoints[channel];
    return static_cast<float>(double{difference} * scales[channel]);
  }
};

template <class Values>
Result<> makeValues(const ByteSource& stored, const Codes& codes, const Values& values, std::uint64_t first,
                    std::span<std::byte> out) {
  std::vector<std::byte> bytes;
  for (std::uint64_t done = 0; done < out.size() / sizeof(float);) {
    const std::uint64_t count = std::min<std::uint64_t>(kPart, out.size() / sizeof(float) - done);
    const std::uint64_t begin = (first + done) / codes.packed;
    const std::uint64_t end = divideRoundingUp(first + done + count, codes.packed);
    bytes.resize(static_cast<std::size_t>((end - begin) * codes.bytes));
    if (auto read = stored.read(begin * codes.bytes, bytes); !read) return read;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t index = first + done + i;
      const float value = values.valueOf(codes.at(bytes, index - begin * codes.packed), index);
      std::memcpy(out.data() + (done + i) * sizeof value, &value, sizeof value);
    }
    done += count;
  }
  return {};
}

/// The scales and zero points of a tensor, read when they are first needed.
class ChannelParameters {
 public:
  ChannelParameters(TensorSource scales, TensorSource zeroPoints, std::uint64_t inner)
      : m_scales(std::move(scales)), m_zeroPoints(std::move(zeroPoints)), m_inner(inner) {}

  Result<std::shared_ptr<const Channels>> get() const {
    const std::lock_guard lock(m_mutex);
    if (m_channels) return m_channels;
    Channels channels{std::vector<double>(m_scales.info().elements), {}, m_inner};
    if (auto read = m_scales.readDoubles(0, channels.scales); !read) return tl::unexpected(std::move(read.error()));
    std::vector<double> zeroPoints(channels.scales.size());
    if (auto read = m_zeroPoints.readDoubles(0, zeroPoints); !read) return tl::unexpected(std::move(read.error()));
    channels.zeroPoints.assign(zeroPoints.begin(), zeroPoints.end());
    m_channels = std::make_shared<const Channels>(std::move(channels));
    return m_channels;
  }

 private:
  TensorSource m_scales, m_zeroPoints;
  std::uint64_t m_inner;
  mutable std::mutex m_mutex;
  mutable std::shared_ptr<const Channels> m_channels;
};

/// A parameter of `channels` elements as a source of its own; null if it is not that.
std::optional<TensorSource> parameter(const PickledTensor& tensor, std::uint64_t channels) {
  const TensorInfo info = tensorInfoOf(tensor, "");
  if (!info.type || !info.type->readable || info.elements != channels) return std::nullopt;
  TensorInfo whole = info;
  if (!whole.storage) {
    const std::size_t bytes = tensor.type->bytes;
    whole.storage = sliceOf(tensor.storage->bytes, tensor.view.offset * bytes, channels * bytes);
  }
  return TensorSource(std::move(whole), nullptr);
}

}  // namespace

void dequantize(TensorInfo& info, const PickledTensor& tensor, std::shared_ptr<const ByteSource> stored) {
  const Quantizer& quantizer = *tensor.quantizer;
  const Codes codes = codesOf(*tensor.type);
  const auto size = checkedMultiply(info.elements, sizeof(float));
  const auto refuse = [&](std::string why) {
    info.type = nullptr;
    info.remark = std::move(why);
  };
  if (!size) return refuse("its values would have more bytes than 2^64");
  DerivedBytes values{.name = stored->name(), .size = *size, .unitBytes = sizeof(float), .make = {}, .from = {stored}};
  std::string title = fmt::format("torch {}", tensor.type->dtype);
  if (!quantizer.axis) {
    const Uniform uniform{static_cast<float>(quantizer.scale), static_cast<std::int32_t>(quantizer.zeroPoint)};
    values.make = [stored, codes, uniform](std::uint64_t first, std::span<std::byte> out) {
      return makeValues(*stored, codes, uniform, first, out);
    };
    title += fmt::format(", scale {}, zero point {}", uniform.scale, uniform.zeroPoint);
  } else {
    const std::uint64_t channels = info.shape[*quantizer.axis];
    if (channels > kMostChannels)
      return refuse(
          fmt::format("at most {} channels of a quantized tensor expected, {} found", kMostChannels, channels));
    auto scales = parameter(*quantizer.scales, channels);
    auto zeroPoints = parameter(*quantizer.zeroPoints, channels);
    if (!scales || !zeroPoints)
      return refuse(fmt::format("{} scales and zero points expected, something else found", channels));
    const auto inner = checkedProduct(std::span(info.shape).subspan(*quantizer.axis + 1)).value_or(1);
    const auto parameters = std::make_shared<const ChannelParameters>(std::move(*scales), std::move(*zeroPoints),
                                                                      std::max<std::uint64_t>(1, inner));
    values.make = [stored, codes, parameters](std::uint64_t first, std::span<std::byte> out) -> Result<> {
      const auto channel = parameters->get();
      if (!channel) return tl::unexpected(channel.error());
      return makeValues(*stored, codes, **channel, first, out);
    };
    title += fmt::format(", a scale and zero point for each index of dimension {}", *quantizer.axis);
  }
  info.type = findElementType("F32");
  info.storage = derivedSource(std::move(values));
  info.packing = std::make_shared<const Packing>(Packing{fmt::format("torch_{}", tensor.type->dtype), title, {}});
}

}  // namespace ulpscope
