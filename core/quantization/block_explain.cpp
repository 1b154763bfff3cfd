// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/text.h"
#include "core/quantization/block_scheme.h"
#include "core/quantization/code_board.h"

namespace ulpscope {
namespace {

using Kind = BlockCodec::Kind;

bool isUsed(const BlockCodec& codec, int code) {
  const bool ranged = codec.kind == Kind::Absmax || codec.kind == Kind::Affine || codec.kind == Kind::CompressedInt;
  return !ranged || (code >= codec.low && code <= codec.high);
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
      return "the largest magnitude itself is stored; codes are x * ((1 / scale) * 127)";
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

std::optional<float> codeValue(const BlockCodec& codec, BlockScale stored, int number) {
  if (!isUsed(codec, number)) return std::nullopt;
  const auto code = static_cast<std::uint8_t>(number);
  float value = 0;
  dequantizeBlock(codec, {&code, 1}, stored, {&value, 1});
  return value;
}

std::vector<BoardLine> scaleLines(const BlockWeight& weight) {
  std::vector<BoardLine> lines;
  addExtremes(weight, lines);
  lines.push_back({"Scale", shortest(weight.stored.scale), scaleText(weight)});
  if (weight.plan.codec.hasZeroPoints()) lines.push_back({"Zero point", std::to_string(weight.stored.zeroPoint)});
  lines.push_back({"x / scale", shortest(static_cast<float>(scaled(weight)))});
  return lines;
}

}  // namespace ulpscope
