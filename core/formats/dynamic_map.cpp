// SPDX-License-Identifier: Apache-2.0
#include "core/formats/dynamic_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "core/formats/explain_steps.h"

namespace ulpscope {
namespace {

constexpr int kDecades = 7;
constexpr std::array kPowersOfTen{1e-6F, 1e-5F, 1e-4F, 1e-3F, 1e-2F, 1e-1F, 1e0F};

/// torch.linspace(0.1, 1, intervals + 1).
std::vector<float> boundaries(int intervals) {
  constexpr float kStart = 0.1F, kEnd = 1.0F;
  const float step = (kEnd - kStart) / static_cast<float>(intervals);
  std::vector<float> values;
  for (int i = 0; i <= intervals; ++i)
    values.push_back(i < (intervals + 1) / 2 ? std::fma(step, static_cast<float>(i), kStart)
                                             : std::fma(-step, static_cast<float>(intervals - i), kEnd));
  return values;
}

int treeBits(bool isSigned) { return isSigned ? 7 : 8; }

/// The tree of a code other than those of 0 and 1, without its sign.
unsigned treeOf(bool isSigned, std::uint64_t code) {
  if (!isSigned) return static_cast<unsigned>(code) + 1;
  const int distance = static_cast<int>(code) - 127;
  return static_cast<unsigned>(distance < 0 ? -distance : distance);
}

}  // namespace

std::array<float, 256> dynamicMap(bool isSigned) {
  std::vector<float> values{0.0F, 1.0F};
  for (int decade = 0; decade < kDecades; ++decade) {
    const std::vector<float> edges = boundaries(1 << (isSigned ? decade : decade + 1));
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const float mean = (edges[i] + edges[i + 1]) / 2;
      const float value = kPowersOfTen[static_cast<std::size_t>(decade)] * mean;
      values.push_back(value);
      if (isSigned) values.push_back(-value);
    }
  }
  std::array<float, 256> table{};
  std::ranges::sort(values);
  std::ranges::copy(values, table.begin());
  return table;
}

std::string dynamicDerivation(bool isSigned, std::uint64_t code) {
  if (code == 255) return "The last code is set aside for 1, the block's maximum; there is no -1.";
  if (code == (isSigned ? 127 : 0)) return "This code is set aside for zero.";
  const unsigned tree = treeOf(isSigned, code);
  const int bits = treeBits(isSigned);
  const int fractionBits = static_cast<int>(std::bit_width(tree)) - 1;
  const int zeros = bits - 1 - fractionBits;
  const unsigned fraction = tree - (1U << fractionBits);
  const bool negative = isSigned && code < 127;
  std::string text = isSigned ? fmt::format("The code lies {} {} zero's, 127: ", tree, negative ? "below" : "above")
                              : fmt::format("One more than the code is {}: ", tree);
  text += fmt::format("tree `{:0{}b}`, {} zero{} before the indicator bit 1, so 10{}", tree, bits, zeros,
                      zeros == 1 ? "" : "s", superscript(-zeros));
  if (fractionBits == 0) return text + fmt::format(" × 0.55, the middle of 0.1 to 1{}.", negative ? "; negative" : "");
  return text + fmt::format(
                    " × (0.1 + 0.9 × ({} + ½) / 2{}), the middle of interval {} of the {} between 0.1 and 1{}; in "
                    "float32.",
                    fraction, superscript(fractionBits), fraction, 1U << fractionBits, negative ? ", negative" : "");
}

}  // namespace ulpscope
