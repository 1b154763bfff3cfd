// SPDX-License-Identifier: Apache-2.0
// NormalFloat 4 of QLoRA (arXiv 2305.14314) as bitsandbytes 0.50.2 has it: functional.py get_4bit_type("nf4"). The
// values are quantiles of the standard normal distribution, divided by the largest: 8 of the negative and 9 of the
// positive side, the two zeros merged. Recomputed in double they differ from this table by up to 1.1e-7, so the table
// is the definition; each value is a binary32 number exactly.
#include <array>

#include "core/formats/codebook_format.h"

namespace ulpscope {
namespace {

constexpr std::array kValues{-1.0F,
                             -0.6961928009986877F,
                             -0.5250730514526367F,
                             -0.39491748809814453F,
                             -0.28444138169288635F,
                             -0.18477343022823334F,
                             -0.09105003625154495F,
                             0.0F,
                             0.07958029955625534F,
                             0.16093020141124725F,
                             0.24611230194568634F,
                             0.33791524171829224F,
                             0.44070982933044434F,
                             0.5626170039176941F,
                             0.7229568362236023F,
                             1.0F};

/// The midpoints as float32 arithmetic gives them, like the constants that dQuantizeNF4 (csrc/kernels.cu) compares
/// with: nine of the fifteen are off the exact midpoint, by at most 2^-25. The kernel asks x > threshold, so ties take
/// the lower code.
constexpr auto kThresholds = [] {
  std::array<float, kValues.size() - 1> midpoints{};
  for (std::size_t i = 0; i < midpoints.size(); ++i) midpoints[i] = (kValues[i] + kValues[i + 1]) / 2;
  return midpoints;
}();

}  // namespace

const NumberFormat& nf4_entry() {
  static const CodebookFormat format(
      {.id = "nf4",
       .title = "NF4",
       .name = "4-bit NormalFloat",
       .family = FormatFamily::CodeBook,
       .source = "bitsandbytes 0.50.2, functional.py and csrc/kernels.cu; arXiv 2305.14314"},
      {.values = kValues, .thresholds = kThresholds, .tie = Codebook::Tie::LowerCode});
  return format;
}

}  // namespace ulpscope
