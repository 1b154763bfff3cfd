// SPDX-License-Identifier: Apache-2.0
#include "core/formats/explain_block.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/formats/explain_steps.h"
#include "core/formats/scaled_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

std::string inTicks(double value) { return "`" + shortAsFloat(value) + "`"; }
std::string powerOfTwo(int exponent) { return "2" + superscript(exponent); }

/// "`5.3` = `1.325` × 2²".
std::string normalised(float value) {
  const int exponent = std::ilogb(value);
  return fmt::format("{} = {} × {}", inTicks(value), inTicks(std::ldexp(double{value}, -exponent)),
                     powerOfTwo(exponent));
}

std::string largestText(const QuantizedBlock& block) {
  if (std::isnan(block.largest)) return fmt::format("Number {} is NaN.", block.largestAt);
  if (block.largest == 0) return "All numbers are zero.";
  return fmt::format("The largest magnitude of the {} numbers is {}, of number {} (counted from 0).",
                     block.elements.size(), inTicks(block.largest), block.largestAt);
}

/// How an MX mode goes from the largest magnitude, finite and not zero, to the exponent of the scale.
std::string mxScaleText(const QuantizedBlock& block) {
  const BlockFormat& format = *block.format;
  const int exponent = std::ilogb(block.largest);
  const int emax = format.largestExponent();
  const int chosen = static_cast<int>(block.scaleCode) - 127;
  const std::string result = fmt::format("{} = {}", powerOfTwo(chosen), inTicks(block.scale));
  const auto fromExponent = [&](const char* how, int wanted) {
    const std::string clamped = wanted - emax == chosen ? "" : ", clamped to what E8M0 has";
    return fmt::format("{}: {} - {} = {}{}, so the scale is {}.", how, wanted, emax, wanted - emax, clamped, result);
  };
  switch (block.mode) {
    case ScaleMode::Ceil: {
      const bool isPower = std::ldexp(1.0F, exponent) == block.largest;
      return fromExponent(isPower ? "Ceil, of a power of two" : "Ceil, the exponent of the next power of two",
                          exponent + (isPower ? 0 : 1));
    }
    case ScaleMode::Even: {
      const bool raised = chosen + emax > exponent;
      return fromExponent(raised
                              ? "Even, since the maximum rounds up to the next power of two at the element's precision"
                              : "Even, since the maximum keeps its exponent at the element's precision",
                          exponent + (raised ? 1 : 0));
    }
    case ScaleMode::Rceil:
      return fmt::format("Rceil: {} / {} = {}; the next power of two that is not below it is {}.",
                         inTicks(block.largest), inTicks(format.largestElement()),
                         inTicks(block.largest / static_cast<float>(format.largestElement())), result);
    default:
      return fromExponent("Floor, the exponent as it is", exponent);
  }
}

void explainMx(const QuantizedBlock& block, std::vector<ExplanationStep>& steps) {
  const BlockFormat& format = *block.format;
  if (block.largest == 0) {
    steps.push_back({"Scale", fmt::format("Zeros need no scale; the smallest, {} = {}, is taken.", powerOfTwo(-127),
                                          inTicks(block.scale))});
  } else if (std::isinf(block.largest)) {
    steps.push_back({"Scale", fmt::format("Infinity counts as the exponent field reads it; the scale is {}, and "
                                          "infinity saturates.",
                                          inTicks(block.scale))});
  } else {
    steps.push_back({"Exponent", fmt::format("{}; the largest {} is {}, whose exponent is {}.",
                                             normalised(block.largest), format.element->info().title,
                                             inTicks(format.largestElement()), format.largestExponent())});
    steps.push_back({"Scale", mxScaleText(block)});
  }
}

void explainNv(const QuantizedBlock& block, std::vector<ExplanationStep>& steps) {
  const int target = block.usesFour ? 4 : 6;
  steps.push_back({"Tensor", fmt::format("The tensor's scale is {}.", inTicks(block.tensorScale))});
  const float wanted = block.largest / 6.0F / block.tensorScale * (block.usesFour ? 1.5F : 1.0F);
  steps.push_back(
      {"Scale", fmt::format("{} / {} / {} = {}; the nearest UE4M3 from 2⁻⁶ to 448 is {}.", inTicks(block.largest),
                            target, inTicks(block.tensorScale), inTicks(wanted), inTicks(block.scale))});
  if (block.otherSquaredError)
    steps.push_back(
        {"Choice", fmt::format("Four over six: with the maximum at {} the squared errors sum to `{:.6g}`, with {} to "
                               "`{:.6g}`.",
                               target, block.squaredError, 10 - target, *block.otherSquaredError)});
}

}  // namespace

std::string shortAsFloat(double value) {
  const auto narrow = static_cast<float>(value);
  return double{narrow} == value ? shortest(narrow) : shortest(value);
}

std::vector<ExplanationStep> explainBlock(const QuantizedBlock& block) {
  std::vector<ExplanationStep> steps{{"Largest", largestText(block)}};
  const NumberFormat& scale = *block.format->scale;
  const std::string code = fmt::format("`{}` = `{}` in {}", bitsText(scale, block.scaleCode),
                                       codeText(scale, block.scaleCode), scale.info().title);
  if (block.isNan()) {
    steps.push_back({"Scale", "The scale is NaN, which makes every element NaN."});
  } else if (block.format->hasTensorScale) {
    explainNv(block, steps);
  } else {
    explainMx(block, steps);
  }
  steps.push_back({"Code", code + "."});
  return steps;
}

std::string explainElement(const QuantizedBlock& block, std::size_t index) {
  const BlockElement& element = block.elements[index];
  if (block.isNan()) return "The block's scale is NaN, and so is every element.";
  const NumberFormat& format = *block.format->element;
  const double unit = block.scale * block.tensorScale;
  const double value = std::ldexp(toDouble(format.decode(element.outcome.code)), block.format->elementExponent);
  const char* how = element.outcome.exact        ? "which is"
                    : element.outcome.overflowed ? "beyond the largest element, so it becomes"
                                                 : "nearest to";
  std::string text = fmt::format("{} / {} = {}, {} {} (code `{}`)", inTicks(element.input), inTicks(unit),
                                 inTicks(element.scaled), how, inTicks(value), codeText(format, element.outcome.code));
  text += fmt::format("; {} × {} = {}", inTicks(value), inTicks(unit), inTicks(element.restored));
  const auto* integers = dynamic_cast<const IntegerFormat*>(&format);
  if (integers != nullptr && integers->toInteger(element.outcome.code) == integers->smallest())
    text += " (OCP allows this value; microxcaling stops one short of it)";
  if (std::isfinite(element.error)) text += fmt::format(", error {}", inTicks(element.error));
  return text + ".";
}

}  // namespace ulpscope
