// SPDX-License-Identifier: Apache-2.0
// The 16 values of ggml's IQ4_NL and IQ4_XS blocks (kvalues_iq4nl in ggml-common.h; gguf 0.19.0 IQ4_NL.kvalues), in
// units of the block's scale. None of them is zero: zero itself becomes 1.
#include <array>

#include "core/formats/codebook_format.h"

namespace ulpscope {
namespace {

constexpr std::array kValues{-127.0F, -104.0F, -83.0F, -65.0F, -49.0F, -35.0F, -22.0F, -10.0F,
                             1.0F,    13.0F,   25.0F,  38.0F,  53.0F,  69.0F,  89.0F,  113.0F};

/// best_index_int8 (ggml-quants.c) asks x - lower < upper - x. Both differences are exact in float32 near a midpoint,
/// so that is a comparison with the midpoint itself, and a tie takes the upper value.
constexpr auto kThresholds = floatMidpoints(kValues);

std::string derivation(std::uint64_t) {
  return "Sixteen int8 constants of ggml (kvalues_iq4nl), closer together near zero, as weights are; a block's "
         "binary16 "
         "scale multiplies them. There is no entry for zero.";
}

}  // namespace

const NumberFormat& iq4_nl_entry() {
  static const CodebookFormat format(
      {.id = "iq4_nl",
       .title = "IQ4_NL",
       .name = "non-linear 4-bit values of ggml",
       .family = FormatFamily::CodeBook,
       .source = "ggml-common.h kvalues_iq4nl, ggml-quants.c best_index_int8"},
      {.values = kValues, .thresholds = kThresholds, .tie = Codebook::Tie::UpperValue, .derivation = derivation});
  return format;
}

}  // namespace ulpscope
