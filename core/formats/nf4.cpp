// SPDX-License-Identifier: Apache-2.0
// NormalFloat 4 of QLoRA (arXiv 2305.14314) as bitsandbytes 0.50.2 has it: functional.py get_4bit_type("nf4"). The
// values are quantiles of the standard normal distribution, divided by the largest: 8 of the negative and 9 of the
// positive side, the two zeros merged. The library once made them with scipy from float32 probabilities; recomputed in
// double they differ by up to 1.1e-7, so the table is the definition. Each value is a binary32 number exactly.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/base/text.h"
#include "core/formats/codebook_format.h"
#include "core/formats/nf4_values.h"

namespace ulpscope {
namespace {

/// Like the constants that dQuantizeNF4 (csrc/kernels.cu) compares with: nine of the fifteen are off the exact
/// midpoint, by at most 2^-25. The kernel asks x > threshold, so ties take the lower code.
constexpr auto kThresholds = floatMidpoints(kNf4Values);

/// create_normal_map's offset: the mean of 1 - 1/30 and 1 - 1/32, 929/960, to seven digits.
constexpr double kLargestProbability = 0.9677083;

/// The x >= 0 below which lies `probability` of the standard normal distribution, by bisection to the last bits.
/// Precondition: 1/2 <= probability < 1 - 1e-12.
double normalQuantile(double probability) {
  double low = 0, high = 8;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    const bool below = std::erfc(-middle / std::numbers::sqrt2) / 2 < probability;
    (below ? low : high) = middle;
  }
  return low;
}

std::string derivation(std::uint64_t code) {
  constexpr std::uint64_t kZero = 7;
  const bool negative = code < kZero;
  const int steps = negative ? 7 : 8;  // from the largest probability down to 1/2
  const auto step = static_cast<int>(negative ? code : kNf4Values.size() - 1 - code);
  const double probability = kLargestProbability + (0.5 - kLargestProbability) * step / steps;
  const double magnitude = normalQuantile(probability) / normalQuantile(kLargestProbability);
  const double difference = std::fabs(magnitude - std::fabs(double{kNf4Values[code]}));
  std::string text = fmt::format(
      "Quantiles of the standard normal distribution: on either side the probabilities go from `0.9677083` (929/960, "
      "the mean of 1 - 1/30 and 1 - 1/32) down to 1/2, in 7 equal steps below zero and 8 above, and the largest "
      "quantile becomes 1. ");
  if (code == kZero) return text + "Both sides end at zero, which is kept once.";
  return text + fmt::format("Code {} is {}Φ⁻¹(`{:.7f}`) / Φ⁻¹(`0.9677083`) = `{}{:.9f}`{}.", code, negative ? "-" : "",
                            probability, negative ? "-" : "", magnitude,
                            difference == 0
                                ? std::string()
                                : fmt::format("; the table, made in float32, differs by `{:.1e}`", difference));
}

}  // namespace

const NumberFormat& nf4_entry() {
  static const CodebookFormat format(
      {.id = "nf4",
       .title = "NF4",
       .name = "4-bit NormalFloat",
       .family = FormatFamily::CodeBook,
       .source = "bitsandbytes 0.50.2, functional.py and csrc/kernels.cu; arXiv 2305.14314"},
      {.values = kNf4Values, .thresholds = kThresholds, .tie = Codebook::Tie::LowerValue, .derivation = derivation});
  return format;
}

}  // namespace ulpscope
