// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/text.h"
#include "core/quantization/block_scheme.h"

namespace ulpscope {
namespace {

using Kind = BlockCodec::Kind;

/// The code as the scheme counts it: signed where it is.
int codeNumber(const BlockPlan& plan, std::uint8_t code) {
  return plan.signedCodes ? static_cast<std::int8_t>(code) : static_cast<int>(code);
}

float restoredBy(const BlockWeight& weight, std::uint8_t code) {
  float value = 0;
  dequantizeBlock(weight.plan.codec, {&code, 1}, weight.stored, {&value, 1});
  return value;
}

bool isUsed(const BlockPlan& plan, int code) {
  const bool ranged =
      plan.codec.kind == Kind::Absmax || plan.codec.kind == Kind::Affine || plan.codec.kind == Kind::CompressedInt;
  return !ranged || (code >= plan.codec.low && code <= plan.codec.high);
}

struct Candidate {
  int code;
  float value;
};

struct Candidates {
  std::optional<Candidate> below;  ///< the largest value not above x
  std::optional<Candidate> above;  ///< the smallest value not below x
};

/// By trying every code: what stands on both sides of x.
Candidates candidatesFor(const BlockWeight& weight) {
  const float x = weight.block[weight.at];
  Candidates found;
  for (int pattern = 0; pattern < 1 << weight.plan.codeBits; ++pattern) {
    const int half = 1 << (weight.plan.codeBits - 1);
    const int code = weight.plan.signedCodes && pattern >= half ? pattern - 2 * half : pattern;
    if (!isUsed(weight.plan, code)) continue;
    const float value = restoredBy(weight, static_cast<std::uint8_t>(code));
    if (value <= x && (!found.below || value > found.below->value)) found.below = {code, value};
    if (value >= x && (!found.above || value < found.above->value)) found.above = {code, value};
  }
  return found;
}

std::string candidatesText(const BlockWeight& weight) {
  const auto [below, above] = candidatesFor(weight);
  const auto text = [](const Candidate& candidate) {
    return fmt::format("{} is {}", candidate.code, shortest(candidate.value));
  };
  if (below && above && below->value != above->value) return text(*below) + "; " + text(*above);
  if (below) return text(*below);
  return above ? text(*above) : "no code has a value";
}

/// How the stored scale came about, before its number.
std::string scaleText(const BlockWeight& weight) {
  const BlockCodec& codec = weight.plan.codec;
  const std::string divisor = shortest(codec.divisor);
  switch (codec.kind) {
    case Kind::Absmax:
      return "largest magnitude / " + divisor;
    case Kind::CompressedInt:
      return "largest magnitude / " + divisor + ", 2^-23 in a block of zeros";
    case Kind::BnbInt8:
      return "the largest magnitude itself is stored; codes are x * 127 / scale";
    case Kind::EetqInt8:
      return "largest magnitude / 128, stored as binary16";
    case Kind::Affine:
      return fmt::format("(largest - smallest) / {}", codec.high - codec.low);
    case Kind::Nf4:
      return "the largest magnitude itself";
    case Kind::Q8_0:
    case Kind::Q8_0Avx2:
      return "largest magnitude / 127, stored as binary16";
    case Kind::Q4_0:
      return "the value of largest magnitude, with its sign, / -8, stored as binary16";
    case Kind::ScaledFloat8:
      return "1 / (" + divisor + " / largest magnitude)";
  }
  return {};
}

/// x in units of the codes' values.
double scaled(const BlockWeight& weight) {
  const double x = weight.block[weight.at];
  const double scale = weight.stored.scale;
  return weight.plan.codec.kind == Kind::BnbInt8 ? x * 127 / scale : x / scale;
}

void addExtremes(const BlockWeight& weight, std::vector<BoardLine>& lines) {
  if (weight.plan.codec.kind == Kind::Affine) {
    const auto [smallest, largest] = std::minmax_element(weight.block.begin(), weight.block.end());
    lines.push_back({"Block range", fmt::format("{} to {}", shortest(*smallest), shortest(*largest)),
                     weight.plan.codec.includeZero ? "widened to hold 0" : "as given"});
    return;
  }
  const auto largest = std::max_element(weight.block.begin(), weight.block.end(),
                                        [](float a, float b) { return std::fabs(a) < std::fabs(b); });
  lines.push_back({"Block maximum", shortest(*largest),
                   fmt::format("value {} of the block",
                               groupedDigits(static_cast<std::uint64_t>(largest - weight.block.begin()) + 1))});
}

}  // namespace

std::vector<BoardLine> explainBlockWeight(const BlockWeight& weight) {
  const float x = weight.block[weight.at];
  const float restored = restoredBy(weight, weight.code);
  std::vector<BoardLine> lines;
  addExtremes(weight, lines);
  lines.push_back({"Scale", shortest(weight.stored.scale), scaleText(weight)});
  if (weight.plan.codec.hasZeroPoints()) lines.push_back({"Zero point", std::to_string(weight.stored.zeroPoint)});
  lines.push_back({"x / scale", shortest(static_cast<float>(scaled(weight)))});
  lines.push_back({"Nearest codes", candidatesText(weight)});
  lines.push_back({"Code", std::to_string(codeNumber(weight.plan, weight.code))});
  lines.push_back({"Restored", shortest(restored)});
  lines.push_back({"Error", shortest(static_cast<double>(restored) - static_cast<double>(x))});
  return lines;
}

}  // namespace ulpscope
