// SPDX-License-Identifier: Apache-2.0
// FP4 of bitsandbytes 0.50.2: functional.py get_4bit_type("fp4"), and csrc/kernels.cu, whose dQuantizeFP4 and
// dDequantizeFP4Tree are followed where the CPU path differs. Not OCP's E2M1: the magnitudes stand in another order and
// the smallest is 1/192 of the largest, not 1/12. In thirds of the largest exponent: 0, 0.0625, 8, 12, 4, 6, 2, 3, over
// 12, each quotient rounded to binary32.
//
// Bit 3 is a sign on the GPU: code 8 decodes to -0, and negative numbers that become zero get it. The CPU's table holds
// +0 at code 8, which small positive numbers get there. A negative zero given is code 0 in the library (the kernel asks
// x < 0); here it is code 8, so that every code reads back.
#include <fmt/format.h>

#include <array>

#include "core/formats/codebook_format.h"

namespace ulpscope {
namespace {

constexpr std::array kTwelfths{0.0F, 0.0625F, 8.0F, 12.0F, 4.0F, 6.0F, 2.0F, 3.0F};
constexpr std::size_t kSignBit = 8;

constexpr auto kValues = [] {
  std::array<float, 2 * kTwelfths.size()> values{};
  for (std::size_t i = 0; i < kTwelfths.size(); ++i) {
    values[i] = kTwelfths[i] / 12;
    values[i + kSignBit] = -values[i];
  }
  return values;
}();

/// The constants of dQuantizeFP4's decision tree, which compares |x| > threshold, so that ties go toward zero. All but
/// 0.0859375 are midpoints cut to seven or eight digits: 7/12 is written 0.583333.
constexpr std::array kMagnitudeThresholds{0.00260417F, 0.0859375F, 0.20833333F, 0.29166667F,
                                          0.4166667F,  0.583333F,  0.8333333F};

constexpr auto kThresholds = [] {
  constexpr std::size_t kHalf = kMagnitudeThresholds.size();
  std::array<float, 2 * kHalf> thresholds{};
  for (std::size_t i = 0; i < kHalf; ++i) {
    thresholds[kHalf + i] = kMagnitudeThresholds[i];
    thresholds[kHalf - 1 - i] = -kMagnitudeThresholds[i];
  }
  return thresholds;
}();

std::string derivation(std::uint64_t code) {
  return fmt::format(
      "Bit 3 is the sign; bits `{:03b}` stand for {} in a table that is not in rising order, divided by its largest, "
      "12.",
      code % kSignBit, kTwelfths[code % kSignBit]);
}

}  // namespace

const NumberFormat& bnb_fp4_entry() {
  static const CodebookFormat format(
      {.id = "bnb_fp4",
       .title = "FP4 (bitsandbytes)",
       .name = "4-bit float of bitsandbytes",
       .family = FormatFamily::CodeBook,
       .source = "bitsandbytes 0.50.2, functional.py and csrc/kernels.cu"},
      {.values = kValues, .thresholds = kThresholds, .tie = Codebook::Tie::SmallerMagnitude, .derivation = derivation});
  return format;
}

}  // namespace ulpscope
