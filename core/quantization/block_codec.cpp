// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_codec.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/formats/codebook_format.h"
#include "core/formats/codec.h"

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// The formats are those of the registry; each is looked up once.
const FloatSpec& binary16Spec() {
  static const FloatSpec& spec = *findFormat("float16")->floatSpec();
  return spec;
}

/// `divisor` names the format: BlockCodec::Kind::ScaledFloat8.
const FloatSpec& float8Spec(const BlockCodec& codec) {
  static const FloatSpec& e4m3 = *findFormat("float8_e4m3fn")->floatSpec();
  static const FloatSpec& e5m2 = *findFormat("float8_e5m2")->floatSpec();
  return codec.divisor == 448 ? e4m3 : e5m2;
}

const Codebook& nf4Book() {
  static const Codebook& book = dynamic_cast<const CodebookFormat&>(*findFormat("nf4")).book();
  return book;
}

/// int8_vectorwise_dequant's constant, near 1 / 127.
constexpr float kBnbReciprocal = 0.007874015718698502f;
constexpr float kLargestZeroPoint = 0x1p30f;

float binary16(float value) { return roundFloat(binary16Spec(), value, Rounding::NearestEven, Overflow::Format); }

float roundHalfEven(float value) { return std::nearbyint(value); }
float roundHalfAway(float value) { return std::round(value); }

bool holdsNan(std::span<const float> values) {
  return std::any_of(values.begin(), values.end(), [](float x) { return std::isnan(x); });
}

/// max |x|, or NaN if there is one among them.
float absMaximum(std::span<const float> values) {
  if (holdsNan(values)) return kNan;
  float largest = 0;
  for (const float x : values) largest = std::max(largest, std::fabs(x));
  return largest;
}

/// `value`, a rounded number, clamped to low..high; `ifNan` if it is NaN. As the low eight bits of two's complement.
std::uint8_t toCode(float value, int low, int high, int ifNan) {
  if (std::isnan(value)) return static_cast<std::uint8_t>(ifNan);
  const float clamped = std::clamp(value, static_cast<float>(low), static_cast<float>(high));
  return static_cast<std::uint8_t>(static_cast<int>(clamped));
}

int signedCode(std::uint8_t code) { return static_cast<std::int8_t>(code); }

template <class ToCode>
void encodeAll(std::span<const float> values, std::span<std::uint8_t> codes, ToCode code) {
  std::transform(values.begin(), values.end(), codes.begin(), code);
}

template <class ToValue>
void decodeAll(std::span<const std::uint8_t> codes, std::span<float> values, ToValue value) {
  std::transform(codes.begin(), codes.end(), values.begin(), value);
}

BlockScale quantizeAbsmax(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = absMaximum(values);
  const float factor = a == 0 ? 0 : codec.divisor / a;
  encodeAll(values, codes, [&](float x) { return toCode(roundHalfEven(x * factor), codec.low, codec.high, 0); });
  return {.scale = a / codec.divisor};
}

BlockScale quantizeBnbInt8(std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = absMaximum(values);
  const float factor = (1.0f / a) * 127.0f;
  encodeAll(values, codes, [&](float x) {
    const float r = roundHalfEven(x * factor);
    return toCode(std::isinf(r) ? kNan : r, -127, 127, 0);
  });
  return {.scale = a};
}

BlockScale quantizeCompressedInt(const BlockCodec& codec, std::span<const float> values,
                                 std::span<std::uint8_t> codes) {
  float scale = absMaximum(values) / codec.divisor;
  if (scale == 0) scale = std::numeric_limits<float>::epsilon();
  encodeAll(values, codes, [&](float x) { return toCode(roundHalfEven(x / scale), codec.low, codec.high, 0); });
  return {.scale = scale};
}

BlockScale quantizeEetq(std::span<const float> values, std::span<std::uint8_t> codes) {
  const float s = absMaximum(values) * (1.0f / 128.0f);
  encodeAll(values, codes, [&](float x) { return toCode(roundHalfAway(x / s), -128, 127, 127); });
  return {.scale = binary16(s)};
}

BlockScale quantizeAffine(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes) {
  float lo = kNan;
  float hi = kNan;
  if (!holdsNan(values)) {
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    lo = codec.includeZero ? std::min(*smallest, 0.0f) : *smallest;
    hi = codec.includeZero ? std::max(*largest, 0.0f) : *largest;
  }
  const float scale = lo == hi ? 1 : (hi - lo) / static_cast<float>(codec.high - codec.low);
  float zero = static_cast<float>(codec.low) - roundHalfEven(lo / scale);
  zero = std::isnan(zero) ? 0 : std::clamp(zero, -kLargestZeroPoint, kLargestZeroPoint);
  const int ifNan = std::clamp(0, codec.low, codec.high);
  encodeAll(values, codes,
            [&](float x) { return toCode(roundHalfEven(x / scale) + zero, codec.low, codec.high, ifNan); });
  return {.scale = scale, .zeroPoint = static_cast<std::int32_t>(zero)};
}

std::uint8_t nf4Code(float r) {
  if (std::isnan(r)) return 15;
  const std::span<const float> midpoints = nf4Book().thresholds;
  return static_cast<std::uint8_t>(std::lower_bound(midpoints.begin(), midpoints.end(), r) - midpoints.begin());
}

BlockScale quantizeNf4(bool isShort, std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = absMaximum(values);
  const float atLeast = a < 1e-38f ? 1e-38f : a;
  if (isShort) {
    encodeAll(values, codes, [&](float x) { return nf4Code(std::clamp(x / atLeast, -1.0f, 1.0f)); });
    return {.scale = atLeast};
  }
  const float factor = 1.0f / atLeast;
  encodeAll(values, codes, [&](float x) { return nf4Code(std::clamp(x * factor, -1.0f, 1.0f)); });
  return {.scale = a};
}

BlockScale quantizeQ8(std::span<const float> values, std::span<std::uint8_t> codes) {
  const float d = absMaximum(values) / 127.0f;
  const float factor = d == 0 ? 0 : 1.0f / d;
  encodeAll(values, codes, [&](float x) { return toCode(roundHalfAway(x * factor), -128, 127, 0); });
  return {.scale = binary16(d)};
}

BlockScale quantizeQ8Avx2(std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = absMaximum(values);
  const float factor = a == 0 ? 0 : 127.0f / a;
  encodeAll(values, codes, [&](float x) {
    const float r = roundHalfEven(x * factor);
    return toCode(r >= 0x1p31f ? kNan : r, -128, 127, -128);
  });
  return {.scale = binary16(a / 127.0f)};
}

BlockScale quantizeQ4(std::span<const float> values, std::span<std::uint8_t> codes) {
  float m = 0;
  for (const float x : values)
    if (std::fabs(x) > std::fabs(m)) m = x;
  const float d = (holdsNan(values) ? kNan : m) / -8.0f;
  const float factor = d == 0 ? 0 : 1.0f / d;
  encodeAll(values, codes, [&](float x) { return toCode(std::trunc(x * factor + 8.5f), 0, 15, 0); });
  return {.scale = binary16(d)};
}

BlockScale quantizeFloat8(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes) {
  const FloatSpec& spec = float8Spec(codec);
  const float a = absMaximum(values);
  const float s = codec.divisor / (a < 1e-12f ? 1e-12f : a);
  encodeAll(values, codes, [&](float x) {
    const float scaled = x * s;
    if (std::isnan(scaled)) return static_cast<std::uint8_t>(quietNanCode(spec, false));
    return static_cast<std::uint8_t>(encodeFloat(spec, scaled, Rounding::NearestEven, Overflow::Saturate).code);
  });
  return {.scale = 1.0f / s};
}

}  // namespace

std::span<const float, 16> nf4Values() { return nf4Book().values.first<16>(); }
std::span<const float, 15> nf4Midpoints() { return nf4Book().thresholds.first<15>(); }

BlockScale quantizeBlock(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes) {
  assert(!values.empty() && values.size() <= codec.blockSize && codes.size() == values.size());
  switch (codec.kind) {
    case BlockCodec::Kind::Absmax:
      return quantizeAbsmax(codec, values, codes);
    case BlockCodec::Kind::Affine:
      return quantizeAffine(codec, values, codes);
    case BlockCodec::Kind::Nf4:
      return quantizeNf4(values.size() < codec.blockSize, values, codes);
    case BlockCodec::Kind::Q8_0:
      return quantizeQ8(values, codes);
    case BlockCodec::Kind::Q8_0Avx2:
      return quantizeQ8Avx2(values, codes);
    case BlockCodec::Kind::Q4_0:
      return quantizeQ4(values, codes);
    case BlockCodec::Kind::ScaledFloat8:
      return quantizeFloat8(codec, values, codes);
    case BlockCodec::Kind::BnbInt8:
      return quantizeBnbInt8(values, codes);
    case BlockCodec::Kind::CompressedInt:
      return quantizeCompressedInt(codec, values, codes);
    case BlockCodec::Kind::EetqInt8:
      return quantizeEetq(values, codes);
  }
  return {};
}

void dequantizeBlock(const BlockCodec& codec, std::span<const std::uint8_t> codes, BlockScale stored,
                     std::span<float> values) {
  assert(codes.size() == values.size());
  const float scale = stored.scale;
  // Codes of 128 and above are signed unless the codec's range says otherwise.
  const bool isSigned = codec.low < 0;
  const auto integer = [isSigned](std::uint8_t code) {
    return static_cast<float>(isSigned ? signedCode(code) : static_cast<int>(code));
  };
  switch (codec.kind) {
    case BlockCodec::Kind::Absmax:
    case BlockCodec::Kind::CompressedInt:
      return decodeAll(codes, values, [&](std::uint8_t code) { return integer(code) * scale; });
    case BlockCodec::Kind::Q8_0:
    case BlockCodec::Kind::Q8_0Avx2:
    case BlockCodec::Kind::EetqInt8:
      return decodeAll(codes, values, [&](std::uint8_t code) { return static_cast<float>(signedCode(code)) * scale; });
    case BlockCodec::Kind::BnbInt8:
      return decodeAll(codes, values, [&](std::uint8_t code) {
        return static_cast<float>(signedCode(code)) * scale * kBnbReciprocal;
      });
    case BlockCodec::Kind::Affine: {
      const auto zero = static_cast<float>(stored.zeroPoint);
      return decodeAll(codes, values, [&](std::uint8_t code) { return (integer(code) - zero) * scale; });
    }
    case BlockCodec::Kind::Nf4: {
      const std::span<const float> table = nf4Book().values;
      return decodeAll(codes, values, [&](std::uint8_t code) { return table[code & 15] * scale; });
    }
    case BlockCodec::Kind::Q4_0:
      return decodeAll(codes, values, [&](std::uint8_t code) { return static_cast<float>(code - 8) * scale; });
    case BlockCodec::Kind::ScaledFloat8: {
      const FloatSpec& spec = float8Spec(codec);
      return decodeAll(codes, values, [&](std::uint8_t code) { return decodeToFloat(spec, code) * scale; });
    }
  }
}

}  // namespace ulpscope
