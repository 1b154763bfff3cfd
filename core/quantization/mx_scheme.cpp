// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>

#include "core/formats/mx_scale.h"
#include "core/quantization/narrow_codes.h"

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int kBlock = 32;

/// log2 in float32, to nearest: what torch and glibc give around powers of two, where it is rounded onto an integer.
float log2InFloat(float x) { return static_cast<float>(std::log2(double{x})); }

/// The elements of a format, without their scale. Elements of MXINT8 are integers in units of 2^-6.
class Elements {
 public:
  virtual ~Elements() = default;
  /// To nearest even.
  virtual void encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const = 0;
  /// As microxcaling's rounding "nearest".
  virtual void encodeHalfAway(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const = 0;
  virtual void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const = 0;
  virtual bool isUsed(int code) const = 0;
};

class FloatElements final : public Elements {
 public:
  explicit FloatElements(const FloatSpec& spec) : m_coder(spec) {}
  void encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    m_coder.encode(values, factor, codes);
  }
  void encodeHalfAway(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    m_coder.encodeHalfAway(values, factor, codes);
  }
  void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const override {
    m_coder.decode(codes, scale, values);
  }
  bool isUsed(int code) const override { return m_coder.isFinite(code); }

 private:
  NarrowFloatCoder m_coder;
};

/// E2M1, with seven comparisons where the others take arithmetic.
class Fp4Elements final : public Elements {
 public:
  explicit Fp4Elements(const FloatSpec& spec) : m_coder(spec) {}
  void encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    encodeFp4(values, factor, codes);
  }
  void encodeHalfAway(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    m_coder.encodeHalfAway(values, factor, codes);
  }
  void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const override {
    decodeFp4(codes, scale, values);
  }
  bool isUsed(int) const override { return true; }

 private:
  NarrowFloatCoder m_coder;
};

class IntegerElements final : public Elements {
 public:
  void encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    constexpr float kMagic = 0x1.8p23F;  // its last place is 1, so adding it rounds to an integer
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float y = std::min(std::max(values[i] * factor * kUnits, -128.0F), 127.0F);
      codes[i] =
          static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(y + kMagic) - std::bit_cast<std::uint32_t>(kMagic));
    }
  }
  void encodeHalfAway(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const override {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float y = values[i] * factor * kUnits;
      const auto n = static_cast<std::int32_t>(std::min(std::fabs(y), 127.0F) + 0.5F);
      codes[i] = static_cast<std::uint8_t>(y < 0 ? -n : n);
    }
  }
  void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const override {
    for (std::size_t i = 0; i < codes.size(); ++i)
      values[i] = static_cast<float>(static_cast<std::int8_t>(codes[i])) / kUnits * scale;
  }
  bool isUsed(int) const override { return true; }

 private:
  static constexpr float kUnits = 64;  ///< of 2^-6
};

std::shared_ptr<const Elements> elementsOf(const BlockFormat& format) {
  const FloatSpec* spec = format.element->floatSpec();
  if (format.id == "mxfp4") return std::make_shared<Fp4Elements>(*spec);
  if (spec) return std::make_shared<FloatElements>(*spec);
  assert(format.elementExponent == -6);
  return std::make_shared<IntegerElements>();
}

/// max |x| of the block; NaN if it holds one.
float largestMagnitude(std::span<const float> values) { return std::bit_cast<float>(largestMagnitudeBits(values)); }

RunPlan basicPlan(const BlockFormat& format, const std::shared_ptr<const Elements>& elements) {
  RunPlan plan;
  plan.granularity = Granularity::Group;
  plan.group = kBlock;
  plan.codeBits = format.element->info().codeBits;
  plan.signedCodes = format.element->floatSpec() == nullptr;
  plan.scaleBits = 8;
  plan.decode = [elements](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    elements->decode(codes, stored.scale, values);
  };
  plan.isUsed = [elements](int code) { return elements->isUsed(code); };
  return plan;
}

RunPlan ocpPlan(const BlockFormat& format, ScaleMode mode) {
  const auto elements = elementsOf(format);
  RunPlan plan = basicPlan(format, elements);
  plan.encode = [elements, rule = MxScaleRule(format, mode)](const RunInput& run, const RunCodes& out) {
    const float largest = largestMagnitude(run.values);
    if (std::isnan(largest)) {
      out.stored[0].scale = kNan;
      return;
    }
    const int exponent = rule.exponentFor(largest);
    out.stored[0].scale = powerOfTwo(exponent);
    elements->encode(run.values, powerOfTwo(-exponent), out.codes);
  };
  plan.scaleNote = fmt::format("power of two by the rule {}", idOf(mode));
  if (const FloatSpec* spec = format.element->floatSpec(); spec && mode == ScaleMode::Floor)
    plan.narrowCodec = [codec = NarrowBlockCodec{.kind = NarrowBlockCodec::Kind::MxFloor,
                                                 .element = *spec,
                                                 .blockSize = kBlock,
                                                 .largestExponent = format.largestExponent()}](float) { return codec; };
  return plan;
}

/// The exponent of Rceil with torch's logarithm.
int torchRceil(float largest, float largestElement) {
  const float quotient = largest / largestElement;
  if (std::isinf(quotient)) return 127;
  return static_cast<int>(std::clamp(std::ceil(log2InFloat(quotient)), -127.0F, 127.0F));
}

/// What torchao's conversions make of a NaN whose sign bit is clear.
std::uint8_t torchaoNanCode(const BlockFormat& format) {
  if (format.id == "mxfp4") return 3;
  if (format.id == "mxfp6_e3m2") return 14;
  return format.id == "mxfp6_e2m3" ? 12 : 127;
}

/// Codes below a scale that is NaN. Rceil: all are divided by it. The other modes multiply by 1 / infinity: numbers are
/// zeros of their sign, 0 * infinity is x86-64's NaN, whose sign bit is set.
void encodeLost(const RunInput& run, bool isRceil, std::uint8_t nanCode, int codeBits, std::span<std::uint8_t> codes) {
  const auto sign = static_cast<std::uint8_t>(1U << (codeBits - 1));
  std::ranges::transform(run.values, codes.begin(), [=](float x) {
    if (isRceil) return nanCode;
    const bool isNegative = std::isinf(x) || std::signbit(x);
    return static_cast<std::uint8_t>((std::isfinite(x) ? 0 : nanCode) | (isNegative ? sign : 0));
  });
}

RunPlan torchaoPlan(const BlockFormat& format, ScaleMode mode) {
  const auto elements = elementsOf(format);
  RunPlan plan = basicPlan(format, elements);
  plan.wholeGroups = true;
  plan.encode = [elements, mode, rule = MxScaleRule(format, mode), nanCode = torchaoNanCode(format),
                 codeBits = plan.codeBits](const RunInput& run, const RunCodes& out) {
    const float largest = largestMagnitude(run.values);
    const bool isRceil = mode == ScaleMode::Rceil;
    if (std::isnan(largest)) {
      out.stored[0].scale = kNan;
      encodeLost(run, isRceil, nanCode, codeBits, out.codes);
      return;
    }
    const int exponent = isRceil ? torchRceil(largest, rule.largestElement()) : rule.exponentFor(largest);
    out.stored[0].scale = powerOfTwo(exponent);
    const float factor = exponent > -127 ? powerOfTwo(-exponent) : isRceil ? 1 : 0x1p126F;
    elements->encode(run.values, factor, out.codes);
  };
  plan.scaleNote = fmt::format("power of two by the rule {}", idOf(mode));
  return plan;
}

RunPlan microxcalingPlan(const BlockFormat& format) {
  const auto elements = elementsOf(format);
  RunPlan plan = basicPlan(format, elements);
  plan.encode = [elements, largestExponent = format.largestExponent()](const RunInput& run, const RunCodes& out) {
    const float largest = largestMagnitude(run.values);
    const float exponent =
        std::floor(log2InFloat(largest == 0 ? 0x1p-126F : largest)) - static_cast<float>(largestExponent);
    if (!(exponent <= 127)) {
      out.stored[0].scale = kNan;
      return;
    }
    const int clamped = std::max(static_cast<int>(exponent), -127);
    out.stored[0].scale = powerOfTwo(clamped);
    elements->encodeHalfAway(run.values, powerOfTwo(-clamped), out.codes);
  };
  plan.scaleNote = "2^(floor(log2 of the largest magnitude) - that of the largest element), in float32";
  return plan;
}

/// max |x| without NaN, as a comparison leaves it out.
float largestComparable(std::span<const float> values) {
  float largest = 0;
  for (const float x : values) {
    const float magnitude = std::fabs(x);
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest;
}

/// The byte of ggml's scale: what is out of its range wraps, and infinity is the 0 of an integer that does not fit.
std::uint8_t ggmlScaleByte(float largest) {
  if (largest == 0 || std::isinf(largest)) return 0;
  return static_cast<std::uint8_t>(static_cast<int>(std::floor(log2InFloat(largest))) - 2 + 127);
}

/// Its scale is half of E8M0's, 2^-128 for the byte 0, and elements count twice.
void encodeGgmlMxfp4(const RunInput& run, const RunCodes& out) {
  const float largest = largestComparable(run.values);
  const std::uint8_t byte = ggmlScaleByte(largest);
  out.stored[0].scale = std::ldexp(1.0F, byte - 128);
  encodeFp4ByDistance(run.values, out.stored[0].scale, out.codes);
  out.packed[0] = std::byte{byte};
  for (std::size_t i = 0; i < kBlock / 2; ++i)
    out.packed[1 + i] = static_cast<std::byte>(out.codes[i] | out.codes[i + kBlock / 2] << 4);
}

RunPlan ggmlPlan(const BlockFormat& format) {
  RunPlan plan = basicPlan(format, elementsOf(format));
  plan.wholeGroups = true;
  plan.packedBytes = 1 + kBlock / 2;
  plan.encode = encodeGgmlMxfp4;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    decodeFp4(codes, stored.scale, values);
    for (float& value : values) value *= 2;
  };
  constexpr int kNegativeZero = 8;
  plan.isUsed = [](int code) { return code != kNegativeZero; };
  plan.scaleNote = "2^(floor(log2 of the largest magnitude) - 3), in float32; elements count twice";
  return plan;
}

Result<RunPlan> planOf(const BlockFormat& format, const Settings& settings) {
  const std::string& reference = choiceSetting(settings, "reference");
  const ScaleMode mode = *findScaleMode(choiceSetting(settings, "scale_mode"));
  if (reference == "ocp") return ocpPlan(format, mode);
  if (reference == "torchao") return torchaoPlan(format, mode);
  if (mode != ScaleMode::Floor)
    return fail(Errc::Unsupported,
                fmt::format("scale_mode floor expected, the only one of {}, \"{}\" was given", reference, idOf(mode)),
                std::string(format.id));
  return reference == "ggml" ? ggmlPlan(format) : microxcalingPlan(format);
}

Parameter referenceKnob(const BlockFormat& format) {
  std::vector<Parameter::Choice> choices = {{"ocp", "OCP MX 1.0"}};
  if (format.element->floatSpec()) choices.push_back({"torchao", "torchao 0.18"});
  choices.push_back({"microxcaling", "microxcaling"});
  if (format.id == "mxfp4") choices.push_back({"ggml", "ggml (GGUF)"});
  return choiceKnob("reference", "Reference", "Whose arithmetic: they round and treat extreme blocks differently.",
                    std::move(choices), "ocp");
}

Parameter scaleModeKnob() {
  return choiceKnob("scale_mode", "Scale", "How the power of two follows from the largest magnitude of a block.",
                    {{"floor", "Floor: the largest may saturate"},
                     {"ceil", "Ceil"},
                     {"even", "Even: floor of the rounded magnitude"},
                     {"rceil", "Ceil of the quotient: nothing saturates"}},
                    "floor");
}

std::string referenceText(const BlockFormat& format) {
  std::string text = "OCP Microscaling Formats 1.0, section 6.3";
  if (format.element->floatSpec()) text += "; torchao 0.18.0 prototype/mx_formats/mx_tensor.py to_mx, eager on the CPU";
  text += "; microxcaling mx/mx_ops.py _quantize_mx, rounding nearest";
  if (format.id == "mxfp4") text += "; ggml ggml-quants.c quantize_row_mxfp4_ref";
  return text;
}

std::string adviceFor(const BlockFormat& format) {
  switch (format.element->info().codeBits) {
    case 4:
      return "Four bits that matrix engines take as they are (Blackwell, CDNA4), and gpt-oss's own format. NVFP4's "
             "finer blocks and scales keep 1.5 dB more of normal weights; on them `rceil` is the worst scale mode, "
             "`even` the best.";
    case 6:
      return "Between MXFP4 and MXFP8 where memory is what counts; engines that take it run it at the speed of 4 or 8 "
             "bits.";
    default:
      return format.element->floatSpec()
                 ? "Training and inference on engines with block scales; prefer `rceil`, with which nothing saturates."
                 : "The most exact MX format on weights without outliers within a block; few engines take it.";
  }
}

SchemeText textOf(const BlockFormat& format) {
  const int bits = format.element->info().codeBits;
  SchemeText text;
  text.definition = fmt::format(
      "Blocks of 32 along the rows; with `a` the largest magnitude of a block, the scale is a power of two, by default "
      "`2^(floor(log2 a) - {})`, within 2^-127 and 2^127; code = nearest {} of `x / scale`, ties to even, saturating "
      "at {}; restored = value(code) * scale, exactly.",
      format.largestExponent(), format.element->info().name, format.largestElement());
  text.stored = fmt::format("A code of {} bits for each weight and 8 bits (E8M0) for each block: {} + 8 / 32 = {}.",
                            bits, bits, bits + 0.25);
  text.advice = adviceFor(format);
  text.quirks = {
      "With `floor`, the largest numbers of a block may saturate.",
      "microxcaling rounds elements half away from zero, and a block with infinity is NaN throughout.",
      "microxcaling and ggml take a float32 logarithm, so that a maximum just below a power of two counts as it."};
  if (format.element->floatSpec()) {
    text.quirks.push_back("torchao codes a block whose scale is 2^-127 as if it were 2^-126 (`rceil`: 1).");
    text.quirks.push_back(
        "torchao's `rceil` takes a float32 logarithm on the CPU: a quotient just above a power of two gets "
        "a scale that is one power too low.");
    text.quirks.push_back(
        "Codes of a block that holds NaN mean nothing; torchao stores zeros and NaN there, with `rceil` NaN alone.");
  }
  if (format.id == "mxfp4")
    text.quirks.push_back(
        "ggml sends ties toward zero, has no negative zero, and wraps the scale of a block below 2^-125.");
  return text;
}

}  // namespace

RunScheme makeMxScheme(std::string_view formatId) {
  const BlockFormat& format = *findBlockFormat(formatId);
  return RunScheme({.id = std::string(format.id),
                    .title = std::string(format.title),
                    .family = "MX",
                    .reference = referenceText(format),
                    .parameters = {referenceKnob(format), scaleModeKnob()},
                    .text = textOf(format)},
                   [&format](const Settings& settings) { return planOf(format, settings); });
}

}  // namespace ulpscope
