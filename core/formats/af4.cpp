// SPDX-License-Identifier: Apache-2.0
// AbnormalFloat 4 (arXiv 2306.06965) for blocks of 64, as bitsandbytes 0.50.2 has it: functional.py
// get_4bit_type("af4"), which stores the table from +1 down to -1. Only decoding goes through a public call there
// (QuantState knows fp4 and nf4); the operator below it encodes with float32 midpoints and sends ties to the lower
// value, as here.
#include <algorithm>
#include <array>

#include "core/formats/codebook_format.h"

namespace ulpscope {
namespace {

constexpr std::array kRising{-1.0F,        -0.69441008F, -0.51243739F, -0.3736951F, -0.25607552F, -0.14982478F,
                             -0.04934812F, 0.0F,         0.04273164F,  0.12934483F, 0.21961274F,  0.31675666F,
                             0.42563882F,  0.55496234F,  0.72424863F,  1.0F};

constexpr auto kValues = [] {
  auto falling = kRising;
  std::ranges::reverse(falling);
  return falling;
}();

constexpr auto kThresholds = floatMidpoints(kRising);

std::string derivation(std::uint64_t) {
  return "The paper's 16 values with the least expected absolute error for normally distributed weights in blocks of "
         "64, "
         "where the block's maximum is always 1 or -1; there is no closed form. bitsandbytes stores them from high to "
         "low.";
}

}  // namespace

const NumberFormat& af4_entry() {
  static const CodebookFormat format(
      {.id = "af4",
       .title = "AF4",
       .name = "4-bit AbnormalFloat for blocks of 64",
       .family = FormatFamily::CodeBook,
       .source = "bitsandbytes 0.50.2, functional.py; arXiv 2306.06965"},
      {.values = kValues, .thresholds = kThresholds, .tie = Codebook::Tie::LowerValue, .derivation = derivation});
  return format;
}

}  // namespace ulpscope
